//! What stands beside a type that is no event yet, so that the rest of the program has nothing to complain about.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, parse_quote};

use super::expand;
use super::model::Event;
use crate::hygiene::{self, wire_name};
use crate::item;

/// Implementations that only have to compile.
pub(crate) fn expand(event: &Event, generics: &Generics) -> TokenStream {
    let private = &event.private;
    let core = quote!(#private::core);
    let name = hygiene::ident(&event.name);
    let mut generics = generics.clone();
    // Whether a type parameter can travel, nobody knows.
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(parse_quote! {
            Self: #private::serde::Serialize
                + #private::schemars::JsonSchema
                + #core::marker::Send
                + #core::marker::Sync
                + 'static
        });
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let place = item::place(&wire_name(&event.name), event.name.span(), private);
    let keyed = expand::key(event).map(|(_, keyed)| keyed).filter(|_| generics.params.is_empty());
    quote! {
        #[allow(deprecated)]
        const _: () = {
            impl #parameters #private::Event for #name #arguments #bounds {
                const CHANNEL: &'static #core::primitive::str = "";
                #place
                const DOC: #private::HandlerDoc = #private::HandlerDoc::new("", #core::option::Option::None);
                fn validate(&self, _: &mut #private::Issues) {}
            }
            impl #parameters #private::NeverWaits for #name #arguments #bounds {}
            #keyed
        };
    }
}
