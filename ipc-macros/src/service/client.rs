//! The struct that calls the channels of a service.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::expand::allow;
use super::model::Service;
use crate::handler::model::Handler;
use crate::hygiene::{self, wire_name};

/// The client, whose methods make the calls.
pub(super) fn expand(service: &Service) -> TokenStream {
    let methods = service.methods.iter().map(|method| {
        let handler = &method.handler;
        let fields: Vec<_> = handler
            .payload()
            .filter_map(|parameter| Some((hygiene::ident(parameter.name.as_ref()?), parameter.ty.clone())))
            .collect();
        let names = fields.iter().map(|(name, _)| name);
        let (private, request) = (&handler.private, hygiene::ident(&handler.request));
        // What a client must be able to read is the answer, so that is where the compiler must look.
        let output = &handler.output;
        let bound = hygiene::shown_at(&quote!(#private::serde::de::DeserializeOwned), output.span());
        let response = hygiene::shown_at(&quote!(<#request as #private::Request>::Response), output.span());
        let bound = quote!(where #response: #bound);
        let body = quote_spanned! {Span::mixed_site()=>
            #private::Invoke::invoke(&self.caller, #request { #(#names),* }).await
        };
        self::method(handler, &fields, &bound, &body)
    });
    client(service, methods.collect())
}

/// One method, which takes what travels.
pub(super) fn method(
    handler: &Handler,
    fields: &[(Ident, Type)],
    bound: &TokenStream,
    body: &TokenStream,
) -> TokenStream {
    let Handler { private, cfgs, lints, docs, deprecated, vis, .. } = handler;
    let name = hygiene::ident(&handler.name);
    let request = hygiene::ident(&handler.request);
    let undocumented = docs.is_empty().then(|| quote!(#[doc = ""]));
    let parameters = fields.iter().map(|(name, ty)| quote!(#name: #ty));
    let request = quote!(<#request as #private::Request>);
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        #(#docs)*
        #undocumented
        #deprecated
        #vis async fn #name(&self, #(#parameters),*) -> #private::core::result::Result<
            #request::Response,
            #private::InvokeError<#request::Error>,
        >
        #bound
        {
            #body
        }
    }
}

/// The struct with its methods.
pub(super) fn client(service: &Service, methods: TokenStream) -> TokenStream {
    let Service { private, cfgs, lints, vis, caller, .. } = service;
    let core = quote!(#private::core);
    let client = hygiene::ident(&service.client);
    let doc = format!(
        "Calls the channels of [`{}`], over anything that can: a connected client, a router in this process, a test double.",
        wire_name(&service.name)
    );
    let allow = allow();
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        #allow
        #[doc = #doc]
        #[derive(#core::clone::Clone, #core::fmt::Debug)]
        #vis struct #client<#caller> {
            caller: #caller,
        }
        #(#cfgs)*
        #(#lints)*
        #allow
        #[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
        impl<#caller: #private::Invoke> #client<#caller> {
            /// Makes the calls over `caller`.
            #[must_use]
            #vis const fn new(caller: #caller) -> Self {
                Self { caller }
            }
            #methods
        }
    }
}
