//! What a handler may not take.

use quote::quote;
use syn::Attribute;

use super::owned::{self, Place};
use crate::diagnostics::Diagnostics;
use crate::garde;
use crate::handler::model::{Handler, Parameter, Run, Source};
use crate::handler::parse::Function;
use crate::handler::stream;
use crate::hygiene::text;

/// Reports the parameters that a handler cannot have.
pub(super) fn check(handler: &Handler, function: &Function, diagnostics: &mut Diagnostics) {
    for parameter in &handler.parameters {
        self::parameter(parameter, diagnostics);
    }
    payload(handler, diagnostics);
    incoming(handler, function, diagnostics);
}

fn parameter(parameter: &Parameter, diagnostics: &mut Diagnostics) {
    if parameter.name.is_none() {
        let pattern = &parameter.pattern;
        let reason = match parameter.source {
            Source::Context => "a parameter of a handler has a name",
            Source::Incoming => "a caller gives a stream by the parameter's name, and a pattern has none",
            Source::Field | Source::Payload => "a parameter travels under its name, and a pattern has none",
        };
        diagnostics.report(pattern, format_args!("{reason}: name it, and take it apart in the body"));
    }
    if parameter.source == Source::Incoming {
        for mark in &parameter.marks {
            diagnostics.report(mark, marked_incoming(mark, parameter));
        }
    } else if let (Some(payload), Some(context)) = (parameter.mark("payload"), parameter.mark("context")) {
        let tokens = quote!(#payload #context);
        diagnostics.report(tokens, "`#[payload]` travels and `#[context]` does not: leave one of them out");
    } else if parameter.source == Source::Context
        && let Some(garde) = parameter.mark("garde")
    {
        diagnostics.report(
            garde,
            "a constraint stands on what travels, and this parameter comes from the context of the call: leave the constraint out",
        );
    }
    if parameter.source == Source::Context
        && let Some(sensitive) = &parameter.sensitive
    {
        diagnostics.report(
            sensitive,
            "a value is kept out of messages where it travels, and this parameter comes from the context of the call: leave `#[ipc(sensitive)]` out",
        );
    }
    if parameter.source == Source::Context
        && let Some(bigint) = &parameter.bigint
    {
        diagnostics.report(
            bigint,
            "an integer is exact where it travels, and this parameter comes from the context of the call: leave `#[ipc(bigint)]` out",
        );
    }
    garde::check(&parameter.rules, diagnostics);
    let place = if parameter.source == Source::Context { Place::Context } else { Place::Parameter };
    owned::check(&parameter.ty, place, diagnostics);
}

/// Why `mark` cannot stand on what the caller sends beside the payload.
fn marked_incoming(mark: &Attribute, parameter: &Parameter) -> &'static str {
    if mark.path().is_ident("garde") {
        "a constraint stands on what travels in the payload, and `Incoming` travels beside it: put it on the type of the items, which derives `garde::Validate`"
    } else if mark.path().is_ident("ipc") && parameter.bigint.is_some() {
        "`Incoming` travels beside the payload, item by item: mark the integers where the type of the items is declared, with `#[schemars(extend(\"x-ipc-bigint\" = true))]`"
    } else if mark.path().is_ident("ipc") {
        "`Incoming` travels beside the payload, item by item: make what is sensitive in an item a `Sensitive<T>`"
    } else if mark.path().is_ident("payload") {
        "`Incoming` travels beside the payload, item by item, so it cannot be the payload: leave `#[payload]` out"
    } else {
        "`Incoming` comes from the caller without being asked for: leave `#[context]` out"
    }
}

/// A handler reads one stream, and has to be able to wait for its items.
fn incoming(handler: &Handler, function: &Function, diagnostics: &mut Diagnostics) {
    let mut incoming = handler.parameters.iter().filter(|parameter| parameter.source == Source::Incoming);
    let Some(first) = incoming.next() else { return };
    for second in incoming {
        diagnostics.report(
            &second.ty,
            format_args!(
                "a caller sends one stream beside its request, and this is the second: make the items of `{}` an enum of both",
                text(&first.pattern)
            ),
        );
    }
    // What is wrong with a stream as the answer is told by itself.
    if handler.run == Run::Now && !stream::occurs_in(&handler.output) {
        diagnostics.report(
            function.sig.fn_token,
            format_args!("a plain function cannot wait for the items of `{}`: make it `async`", text(&first.pattern)),
        );
    }
}

fn payload(handler: &Handler, diagnostics: &mut Diagnostics) {
    let whole: Vec<_> = handler.parameters.iter().filter_map(|parameter| parameter.mark("payload")).collect();
    if let [_, second, ..] = whole.as_slice() {
        diagnostics.report(
            second,
            "a handler has one `#[payload]`: leave it out on all parameters to let them travel by name",
        );
    } else if let [payload] = whole.as_slice()
        && let Some(other) = handler.parameters.iter().find(|parameter| parameter.source == Source::Field)
    {
        let name = other.name.as_ref().map_or_else(|| text(&other.pattern), ToString::to_string);
        diagnostics.report(
            payload,
            format_args!(
                "`#[payload]` makes this parameter the whole payload, but `{name}` travels too: leave `#[payload]` out, or mark `{name}` with `#[context]`"
            ),
        );
    }
}
