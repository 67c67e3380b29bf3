//! `derive(IpcError)`: an error keeps its type across the wire.
//!
//! item -> model -> validate -> expand, as for a handler.

mod code;
mod expand;
mod model;
mod options;
mod stub;
mod validate;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Diagnostics;

/// The derive macro: `item` is the type that it stands on.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let error = model::build(&input, &mut diagnostics);
    validate::check(&error, &input, &mut diagnostics);
    if diagnostics.is_empty() {
        expand::expand(&error)
    } else {
        let mut tokens = stub::expand(&error, &input.generics);
        tokens.extend(diagnostics.into_tokens());
        tokens
    }
}
