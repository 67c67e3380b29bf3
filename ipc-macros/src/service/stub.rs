//! What stands beside a trait that is no service yet, so that the rest of the program has nothing to complain about.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Generics;

use super::model::Service;
use super::{client, expand};
use crate::handler::stub;
use crate::hygiene;

/// Requests, a server and a client, which only have to compile.
pub(crate) fn expand(service: &Service, generics: &Generics) -> TokenStream {
    let mut names = Vec::new();
    let mut requests = TokenStream::new();
    let mut methods = client::Methods::default();
    for method in &service.methods {
        let handler = &method.handler;
        if names.contains(&&handler.request) || handler.name == "new" {
            continue;
        }
        names.push(&handler.request);
        // What is generic in the trait or in the method has no name outside.
        let mut generics = generics.clone();
        generics.params.extend(method.generics.params.iter().cloned());
        requests.extend(stub::request(handler, &generics));
        let fields: Vec<_> = handler
            .fields()
            .enumerate()
            .map(|(index, parameter)| {
                let unnamed = || quote::format_ident!("_parameter_{index}", span = Span::mixed_site());
                let name = parameter.name.as_ref().map_or_else(unnamed, hygiene::ident);
                (name, stub::owned(&parameter.ty, &generics))
            })
            .collect();
        let (private, used) = (&service.private, fields.iter().map(|(name, _)| name));
        let body = quote_spanned! {Span::mixed_site()=>
            let _ = (&self.caller, #(#used),*);
            #private::core::future::pending().await
        };
        methods.add(handler, client::method(handler, &fields, &TokenStream::new(), &body));
    }
    let server = expand::server(service, quote_spanned!(Span::mixed_site()=> let _ = self;));
    let client = client::client(service, methods);
    quote!(#requests #server #client)
}
