//! What a client can say that it expects.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::events::Event;
use super::expand::allow;
use super::model::Service;
use crate::handler::model::Handler;
use crate::hygiene::{self, wire_name};

/// The contract of the client, and the ids of the requests' schemas.
pub(super) fn expand(service: &Service) -> TokenStream {
    let Service { private, cfgs, lints, caller, .. } = service;
    let client = hygiene::ident(&service.client);
    let allow = allow();
    let ids = service.methods.iter().map(|method| schema_id(&method.handler));
    let expected = quote!(#private::Expected<#caller>);
    let channels: Vec<_> =
        service.methods.iter().map(|method| (&method.handler.cfgs, exchange(&method.handler))).collect();
    let events: Vec<_> = service.events.iter().map(|event| announced(service, event)).collect();
    // A type that cannot travel was told where it stands. Asked for here, with a type that is not known yet, it is not
    // told again. (A bound has no `cfg`, so what has one is asked at once.)
    let later = channels.iter().filter(|(cfgs, _)| cfgs.is_empty()).map(|(_, exchange)| exchange).chain(&events);
    let parts = channels.iter().map(|(cfgs, exchange)| {
        quote_spanned! {Span::mixed_site()=>
            #(#cfgs)*
            <#exchange as #expected>::expect(contract);
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #(#ids)*
        #(#cfgs)*
        #(#lints)*
        #allow
        impl<#caller> #private::Contracted for #client<#caller>
        where
            #(#later: #expected,)*
        {
            fn contract(contract: &mut #private::Contract) {
                #(#parts)*
                #(<#events as #expected>::expect(contract);)*
            }
        }
    }
}

/// The id that the schema of a request has as long as its payload lends it none.
fn schema_id(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, .. } = handler;
    let (core, request, shown) =
        (quote!(#private::core), hygiene::ident(&handler.request), wire_name(&handler.request));
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #(#lints)*
        impl #private::OwnSchema for #request {
            const SCHEMA_ID: &'static #core::primitive::str = #core::concat!(#core::module_path!(), "::", #shown);
        }
    }
}

fn exchange(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let request = hygiene::ident(&handler.request);
    let output = if handler.stream.is_some() { quote!(Many) } else { quote!(Once) };
    let beside = handler.incoming().map_or_else(
        || quote!(()),
        |incoming| {
            let ty = &incoming.ty;
            quote!(#ty)
        },
    );
    quote!(#private::Exchange<#request, #private::#output<#request>, #beside>)
}

fn announced(service: &Service, Event { path, is_shared }: &Event) -> TokenStream {
    let private = &service.private;
    quote!(#private::Announced<#path, #is_shared>)
}
