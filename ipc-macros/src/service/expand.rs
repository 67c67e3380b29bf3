//! From the model to code. Nothing can go wrong any more.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::model::Service;
use super::{client, contract, events};
use crate::handler::expand as handler;
use crate::hygiene::{self, wire_name};

/// The requests, the server and the client, to stand beside the trait.
pub(crate) fn expand(service: &Service) -> TokenStream {
    let requests = service.methods.iter().map(|method| handler::expand(&method.handler));
    let server = server(service, registration(service));
    let client = client::expand(service);
    let contract = contract::expand(service);
    quote! {
        #(#requests)*
        #server
        #client
        #contract
    }
}

/// The struct that answers the channels; `registration` takes a `router` and answers it.
pub(super) fn server(service: &Service, registration: TokenStream) -> TokenStream {
    let Service { private, cfgs, lints, vis, instance, .. } = service;
    let (core, arc) = (quote!(#private::core), quote!(#private::std::sync::Arc));
    let (name, server) = (&service.name, hygiene::ident(&service.server));
    let shown = wire_name(&service.server);
    let doc = format!(
        "Answers the channels of [`{name}`] with an implementation of it: `router.service({shown}::new(…))`.",
        name = wire_name(name)
    );
    let allow = allow();
    let bound = bound(service);
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        #allow
        #[doc = #doc]
        #vis struct #server<#instance> {
            instance: #arc<#instance>,
        }
        #(#cfgs)*
        #(#lints)*
        #allow
        impl<#bound> #server<#instance> {
            /// Answers with `instance`.
            #[must_use]
            #vis fn new(instance: #instance) -> Self {
                Self::from_arc(#arc::new(instance))
            }
            /// Answers with an instance that others use too.
            #[must_use]
            #vis const fn from_arc(instance: #arc<#instance>) -> Self {
                Self { instance }
            }
            /// Puts `layer` around every channel of this service.
            #[must_use]
            #vis const fn layer<L>(self, layer: L) -> #private::Layered<Self, L> {
                #private::Layered::new(self, layer)
            }
        }
        #(#cfgs)*
        #(#lints)*
        impl<#instance> #core::clone::Clone for #server<#instance> {
            fn clone(&self) -> Self {
                Self { instance: #arc::clone(&self.instance) }
            }
        }
        #(#cfgs)*
        #(#lints)*
        impl<#instance> #core::fmt::Debug for #server<#instance> {
            fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                f.debug_struct(#shown).finish_non_exhaustive()
            }
        }
        #(#cfgs)*
        #(#lints)*
        #allow
        impl<#bound> #private::Service for #server<#instance> {
            fn register(self, router: #private::Router) -> #private::Router {
                #registration
                router
            }
        }
    }
}

/// Gives the router each method.
fn registration(service: &Service) -> TokenStream {
    let Service { private, instance, .. } = service;
    let arc = quote!(#private::std::sync::Arc);
    let added = service.methods.iter().map(|method| {
        let (cfgs, request) = (&method.handler.cfgs, hygiene::ident(&method.handler.request));
        quote_spanned! {Span::mixed_site()=>
            #(#cfgs)*
            let router = router.handle_on::<#request, #arc<#instance>>(#arc::clone(&self.instance));
        }
    });
    let events = events::registration(service);
    quote!(#(#added)* #events)
}

/// The type of the implementation with what it must be.
fn bound(service: &Service) -> TokenStream {
    let Service { name, instance, generic, .. } = service;
    if *generic { quote!(#instance) } else { quote!(#instance: #name) }
}

/// A program may only serve, or only call.
pub(super) fn allow() -> TokenStream {
    quote!(#[allow(dead_code, reason = "a program may only serve, or only call")])
}
