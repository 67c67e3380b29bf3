//! The trait as it stands in the program: as written, but for what its futures must be.

use proc_macro2::{Delimiter, Group, TokenTree};
use quote::{quote, quote_spanned};
use syn::{FnArg, Pat, ReturnType, parse_quote, parse_quote_spanned};

use super::model::Service;
use super::parse::{Member, Trait};
use crate::handler::parse::Function;
use crate::hygiene::{at, shown_at};

/// Makes the futures of a trait's handlers `Send`, and its implementations what a server can share.
pub(crate) fn rewrite(found: &mut Trait, service: &Service) {
    let span = at(found.name.span());
    let core = shown_at(&core(service), found.name.span());
    for bound in [quote!(#core::marker::Send), quote!(#core::marker::Sync), quote_spanned!(span=> 'static)] {
        // What stands there already is no mistake: the bound is the same.
        found.supertraits.push(parse_quote_spanned!(span=> #bound));
    }
    for method in &service.methods {
        if let Some(Member::Method(function)) = found.members.get_mut(method.member) {
            future(function, service);
            unname(function);
        }
    }
}

/// `async fn f(&self) -> R` as `fn f(&self) -> impl Future<Output = R> + Send`.
fn future(function: &mut Function, service: &Service) {
    if function.sig.asyncness.take().is_none() {
        return;
    }
    let name = function.sig.ident.span();
    let (span, core) = (at(name), shown_at(&core(service), name));
    let output = match &function.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    function.sig.output = parse_quote_spanned! {span=>
        -> impl #core::future::Future<Output = #output> + #core::marker::Send
    };
    if let TokenTree::Group(body) = &function.body {
        let mut outer = Group::new(Delimiter::Brace, quote_spanned!(span=> async move #body));
        outer.set_span(body.span());
        function.body = outer.into();
    }
}

/// A pattern in a declaration is a mistake that was reported: the compiler need not tell it again.
fn unname(function: &mut Function) {
    if function.has_body() {
        return;
    }
    for input in &mut function.sig.inputs {
        if let FnArg::Typed(input) = input
            && !matches!(*input.pat, Pat::Ident(_) | Pat::Wild(_))
        {
            *input.pat = parse_quote!(_);
        }
    }
}

fn core(service: &Service) -> proc_macro2::TokenStream {
    let private = &service.private;
    quote!(#private::core)
}
