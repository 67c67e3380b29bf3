//! The trait as it stands in the program: as written, but for what its futures and streams must be.

use proc_macro2::{Delimiter, Group, TokenTree};
use quote::{quote, quote_spanned};
use syn::{FnArg, Pat, PatType, ReturnType, parse_quote, parse_quote_spanned};

use super::model::Service;
use super::parse::{Member, Trait};
use crate::handler::parse::Function;
use crate::handler::stream;
use crate::hygiene::{at, shown_at};

/// Makes the futures and streams of a trait's handlers `Send`, and its implementations what a server can share.
pub(crate) fn rewrite(found: &mut Trait, service: &Service) {
    let span = at(found.name.span());
    let core = shown_at(&core(service), found.name.span());
    for bound in [quote!(#core::marker::Send), quote!(#core::marker::Sync), quote_spanned!(span=> 'static)] {
        // What stands there already is no mistake: the bound is the same.
        found.supertraits.push(parse_quote_spanned!(span=> #bound));
    }
    for method in &service.methods {
        if let Some(Member::Method(function)) = found.members.get_mut(method.member) {
            stream(function, service);
            future(function, service);
            unname(function);
        }
    }
}

/// `fn f(&self) -> impl Stream<Item = X>` as `fn f(&self) -> impl Stream<Item = X> + Send`.
fn stream(function: &mut Function, service: &Service) {
    if let ReturnType::Type(_, output) = &mut function.sig.output {
        stream::make_send(output, &core(service));
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
    // An async function keeps its parameters to its end, and an async block only those that it names. What a body has no
    // use for and keeps all the same, a guard, begins with an underscore; of the others the compiler tells.
    let kept = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(PatType { pat, .. }) => match &**pat {
            Pat::Ident(pat) if pat.ident.to_string().starts_with('_') => Some(&pat.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let kept = quote_spanned!(span=> #(let _ = &#kept;)*);
    if let TokenTree::Group(body) = &function.body {
        let inner = if kept.is_empty() { quote!(#body) } else { quote_spanned!(span=> { #kept #body }) };
        let mut outer = Group::new(Delimiter::Brace, quote_spanned!(span=> async move #inner));
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
