//! The events of a service.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Path, Token};

use super::model::Service;
use crate::hygiene::{self, at, text, wire_name};
use crate::words::snake;

/// An event that the server of a contract publishes.
pub(crate) struct Event {
    /// The type.
    pub(crate) path: Path,
    /// Whether a client may publish it too.
    pub(crate) is_shared: bool,
}

impl Event {
    /// The client's method that subscribes to it.
    pub(crate) fn method(&self) -> Option<Ident> {
        let last = &self.path.segments.last()?.ident;
        Some(format_ident!("subscribe_{}", snake(&wire_name(last)), span = last.span()))
    }
}

/// Reads the types in the parentheses of `events(…)`.
pub(super) fn read(types: TokenStream, is_shared: bool) -> syn::Result<Vec<Event>> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(types)?;
    Ok(paths.into_iter().map(|path| Event { path, is_shared }).collect())
}

/// Tells the router of each event.
pub(super) fn registration(service: &Service) -> TokenStream {
    let added = service.events.iter().map(|Event { path, is_shared }| {
        let add = if *is_shared { quote!(shared_event) } else { quote!(event) };
        // What is no event is told where it is named.
        let add = hygiene::shown_at(&add, path.span());
        quote_spanned!(Span::mixed_site()=> let router = router.#add::<#path>();)
    });
    quote!(#(#added)*)
}

/// The client's methods that subscribe.
pub(super) fn methods(service: &Service) -> TokenStream {
    let Service { private, vis, caller, .. } = service;
    let mut known: Vec<Ident> = service.methods.iter().map(|method| method.handler.name.clone()).collect();
    let methods = service.events.iter().filter_map(|event| {
        let (method, path) = (event.method()?, &event.path);
        // That two methods have one name was reported, and the compiler need not tell it again.
        if known.contains(&method) {
            return None;
        }
        known.push(method.clone());
        let name = hygiene::ident(&method);
        let doc = format!("Subscribes to the events of [`{}`].", text(path));
        let subscribing = quote!(#private::Subscribing);
        Some(quote_spanned! {at(path.span())=>
            #[doc = #doc]
            #vis fn #name(&self) -> #subscribing<'_, #caller, #path> {
                #subscribing::new(&self.caller)
            }
        })
    });
    methods.collect()
}
