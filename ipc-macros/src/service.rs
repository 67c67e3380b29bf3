//! `#[service]`: a trait becomes a contract, with a server that answers its channels and a client that calls them.
//!
//! options and trait -> model -> validate -> expand. Each method marked `#[handler]` is a handler in the model of
//! `#[handler]` itself, called on an instance instead of by its name.

mod client;
mod contract;
mod events;
mod expand;
mod model;
mod options;
mod parse;
mod rewrite;
mod stub;
mod validate;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::diagnostics::Diagnostics;

/// The attribute: `args` is what stands in its parentheses, `item` what it stands on.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut options = options::parse(args, &mut diagnostics);
    let mut found = match parse::parse(item, &mut diagnostics) {
        Ok(found) => found,
        Err(other) => {
            let errors = diagnostics.into_tokens();
            return quote!(#errors #other);
        }
    };
    let service = model::build(&mut found, &mut options, &mut diagnostics);
    validate::check(&service, &found, &options, &mut diagnostics);
    let beside =
        if diagnostics.is_empty() { expand::expand(&service) } else { stub::expand(&service, &found.generics) };
    rewrite::rewrite(&mut found, &service);
    let errors = diagnostics.into_tokens();
    let mut tokens = found.into_token_stream();
    tokens.extend(beside);
    tokens.extend(errors);
    tokens
}
