//! `#[handler]`: a function becomes the answer to a channel.
//!
//! options and function -> model -> validate -> expand; what is wrong is collected on the way, and a function that is no
//! handler gets a stub.

pub(crate) mod channel;
mod duration;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod options;
pub(crate) mod parse;
pub(crate) mod stream;
pub(crate) mod stub;
pub(crate) mod validate;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use self::model::Form;
use crate::diagnostics::Diagnostics;

/// The attribute: `args` is what stands in its parentheses, `item` what it stands on.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let options = options::parse(args, options::Place::Function, &mut diagnostics);
    let Some(mut function) = parse::parse(item.clone(), &mut diagnostics) else {
        let errors = diagnostics.into_tokens();
        return quote!(#errors #item);
    };
    // A method is in the wrong place, whether it has a channel or not.
    if function.sig.receiver().is_none() {
        options.require_channel(&mut diagnostics);
    }
    let place = model::Place {
        form: Form::Function,
        private: crate::hygiene::private(&options.krate()),
        vis: function.vis.clone(),
        request: function.sig.ident.clone(),
    };
    let handler = model::build(&mut function, place, options, &mut diagnostics);
    validate::check(&handler, &function, &mut diagnostics);
    let beside = if diagnostics.is_empty() {
        expand::expand(&handler)
    } else if function.has_body() && function.sig.receiver().is_none() {
        stub::expand(&handler, &function.sig.generics)
    } else {
        // It stands in an impl block, a trait or an extern block, where there is no place for a struct.
        TokenStream::new()
    };
    let errors = diagnostics.into_tokens();
    let mut tokens = function.into_token_stream();
    tokens.extend(beside);
    tokens.extend(errors);
    tokens
}
