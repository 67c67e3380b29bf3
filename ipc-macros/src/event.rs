//! `derive(Event)`: what a process tells everyone who asked to be told.
//!
//! item and options -> model -> validate -> expand, as for a handler.

mod expand;
mod marks;
mod model;
mod options;
mod stub;
mod validate;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use crate::diagnostics::Diagnostics;

/// The derive macro: `item` is the type that it stands on.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let options = options::parse(&input.attrs, &mut diagnostics);
    let event = model::build(&input, options, &mut diagnostics);
    validate::check(&event, &input, &mut diagnostics);
    if diagnostics.is_empty() {
        expand::expand(&event)
    } else {
        // No union can have what an event must have beside this, so nothing can stand in its place.
        let is_union = matches!(input.data, Data::Union(_));
        let mut tokens = if is_union { TokenStream::new() } else { stub::expand(&event, &input.generics) };
        tokens.extend(diagnostics.into_tokens());
        tokens
    }
}
