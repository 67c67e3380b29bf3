//! The struct that calls the channels of a service.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::events;
use super::expand::allow;
use super::model::Service;
use crate::handler::model::Handler;
use crate::handler::stream::Streamed;
use crate::hygiene::{self, wire_name};

/// The methods of a client: those that need nothing but `Invoke`, and those that open streams.
#[derive(Default)]
pub(super) struct Methods {
    pub(super) once: TokenStream,
    pub(super) streams: TokenStream,
}

impl Methods {
    /// Adds the method for `handler`.
    pub(super) fn add(&mut self, handler: &Handler, method: TokenStream) {
        let methods = if handler.stream.is_some() { &mut self.streams } else { &mut self.once };
        methods.extend(method);
    }
}

/// The client, whose methods make the calls.
pub(super) fn expand(service: &Service) -> TokenStream {
    let mut methods = Methods::default();
    for method in &service.methods {
        let handler = &method.handler;
        let fields: Vec<_> = handler
            .fields()
            .filter_map(|parameter| Some((hygiene::ident(parameter.name.as_ref()?), parameter.ty.clone())))
            .collect();
        let names = fields.iter().map(|(name, _)| name);
        let (private, request) = (&handler.private, hygiene::ident(&handler.request));
        // What a client must be able to read is the answer, so that is where the compiler must look.
        let (call, read, shown) = match &handler.stream {
            None => (quote!(Invoke::invoke), quote!(Request > ::Response), handler.output.span()),
            Some(Streamed { stream, item, .. }) => {
                let shown = item.as_ref().map_or_else(|| stream.span(), Spanned::span);
                (quote!(InvokeStream::stream), quote!(StreamRequest > ::Item), shown)
            }
        };
        let bound = hygiene::shown_at(&quote!(#private::serde::de::DeserializeOwned), shown);
        let read = hygiene::shown_at(&quote!(<#request as #private::#read), shown);
        let bound = quote!(where #read: #bound);
        let body = quote_spanned! {Span::mixed_site()=>
            #private::#call(&self.caller, #request { #(#names),* }).await
        };
        methods.add(handler, self::method(handler, &fields, &bound, &body));
    }
    client(service, methods)
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
    let (answer, error) = match &handler.stream {
        None => (quote!(<#request as #private::Request>::Response), quote!(<#request as #private::Request>::Error)),
        Some(_) => (quote!(#private::ItemStream<#request>), quote!(<#request as #private::StreamRequest>::Error)),
    };
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        #(#docs)*
        #undocumented
        #deprecated
        #vis async fn #name(&self, #(#parameters),*) -> #private::core::result::Result<
            #answer,
            #private::InvokeError<#error>,
        >
        #bound
        {
            #body
        }
    }
}

/// The struct with its methods.
pub(super) fn client(service: &Service, methods: Methods) -> TokenStream {
    let Service { private, cfgs, lints, vis, caller, .. } = service;
    let core = quote!(#private::core);
    let client = hygiene::ident(&service.client);
    let doc = format!(
        "Calls the channels of [`{}`], over anything that can: a connected client, a router in this process, a test double.",
        wire_name(&service.name)
    );
    let allow = allow();
    let new = quote_spanned! {Span::mixed_site()=>
        /// Makes the calls over `caller`.
        #[must_use]
        #vis const fn new(caller: #caller) -> Self {
            Self { caller }
        }
    };
    // Each is there for what can do that, and the first that has a method makes the client: a client of nothing but
    // streams need not be able to do anything else.
    let mut parts: Vec<_> = [
        (quote!(Invoke), methods.once),
        (quote!(InvokeStream), methods.streams),
        (quote!(Subscribe), events::methods(service)),
    ]
    .into_iter()
    .filter(|(_, methods)| !methods.is_empty())
    .collect();
    match parts.first_mut() {
        Some((_, methods)) => *methods = quote!(#new #methods),
        None => parts.push((quote!(Invoke), new)),
    }
    let parts = parts.into_iter().map(|(bound, methods)| {
        quote_spanned! {Span::mixed_site()=>
            #(#cfgs)*
            #(#lints)*
            #allow
            #[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
            impl<#caller: #private::#bound> #client<#caller> {
                #methods
            }
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        #allow
        #[doc = #doc]
        #[derive(#core::clone::Clone, #core::fmt::Debug)]
        #vis struct #client<#caller> {
            caller: #caller,
        }
        #(#parts)*
    }
}
