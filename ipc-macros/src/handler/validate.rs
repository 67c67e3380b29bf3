//! What a handler may not be.

mod answer;
mod of_self;
mod options;
mod owned;
mod parameters;

use quote::{ToTokens, quote};
use syn::visit::Visit;
use syn::{GenericParam, ReceiverKind, Safety};

use super::model::{Form, Handler};
use super::parse::Function;
use crate::diagnostics::Diagnostics;
use of_self::OfSelf;

/// Reports everything that keeps `function` from being a handler.
pub(crate) fn check(handler: &Handler, function: &Function, diagnostics: &mut Diagnostics) {
    options::check(handler, diagnostics);
    signature(function, diagnostics);
    match handler.form {
        Form::Function => free(function, diagnostics),
        Form::Method { .. } => method(handler, function, diagnostics),
    }
    parameters::check(handler, function, diagnostics);
    answer::check(handler, diagnostics);
}

fn signature(function: &Function, diagnostics: &mut Diagnostics) {
    let sig = &function.sig;
    if let Some(token) = &sig.constness {
        diagnostics.report(token, "a handler runs when it is called from outside: take `const` off it");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        diagnostics.report(
            token,
            "a handler is called from outside, where nobody can uphold a contract: take `unsafe` off it",
        );
    }
    if let Some(abi) = &sig.abi {
        diagnostics.report(abi, format_args!("a handler is a Rust function: take `{}` off it", quote!(#abi)));
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.report(variadic, "a handler has a fixed list of parameters: take a `Vec` for any number of values");
    }
    for parameter in &sig.generics.params {
        let (kind, mend) = match parameter {
            GenericParam::Type(_) => ("type", "name the type that travels"),
            GenericParam::Const(_) => ("const", "write the value, or take it as a parameter of the function"),
            GenericParam::Lifetime(_) => ("lifetime", "take owned values, such as `String` for `&str`"),
        };
        diagnostics.report(parameter, format_args!("a handler cannot be generic over a {kind}: {mend}"));
    }
    if let Some(clause) = &sig.generics.where_clause
        && sig.generics.params.is_empty()
    {
        diagnostics
            .report(clause, "a handler is not generic, so there is nothing to bound: leave the `where` clause out");
    }
}

/// What a free function may not be, and a method is.
fn free(function: &Function, diagnostics: &mut Diagnostics) {
    let sig = &function.sig;
    if !function.has_body() {
        diagnostics.report(
            &sig.ident,
            "a handler is a function with a body: nothing can answer a declaration, unless `#[service]` stands on its trait",
        );
    }
    if let Some(receiver) = sig.receiver() {
        diagnostics
            .report(receiver, "a handler is a free function, so it has no `self`: take what it needs as `State<T>`, or put it into a trait with `#[service]`");
    }
}

/// What a method of a service may not be.
fn method(handler: &Handler, function: &Function, diagnostics: &mut Diagnostics) {
    let sig = &function.sig;
    match sig.receiver() {
        None => diagnostics
            .report(&sig.ident, "a handler of a service is called on the service: put `&self` before its parameters"),
        Some(receiver) => match &receiver.kind {
            ReceiverKind::Reference(_, None, None) => {}
            ReceiverKind::Reference(_, _, Some(_)) => diagnostics.report(
                receiver,
                "calls come at the same time, so none has the service to itself: take `&self`, and keep what changes behind a lock",
            ),
            _ => diagnostics
                .report(receiver, "all calls share one service, so a handler only borrows it: take `&self`"),
        },
    }
    let mut own = OfSelf(diagnostics);
    for parameter in &handler.parameters {
        own.visit_type(&parameter.ty);
        for mark in &parameter.marks {
            own.tokens(mark.to_token_stream());
        }
    }
    own.visit_type(&handler.output);
}
