//! What a handler may not return.

use syn::Type;

use super::owned::{self, Place};
use crate::diagnostics::Diagnostics;
use crate::handler::model::Handler;
use crate::handler::stream::{self, Streamed, has_bound};

/// Reports an answer that cannot travel.
pub(super) fn check(handler: &Handler, diagnostics: &mut Diagnostics) {
    match &handler.stream {
        Some(stream) => many(stream, diagnostics),
        None => value(&handler.output, diagnostics),
    }
}

fn many(stream: &Streamed, diagnostics: &mut Diagnostics) {
    match &stream.item {
        Some(item) => owned::check(item, Place::Output, diagnostics),
        None => diagnostics
            .report(&stream.stream, "a stream that travels says what it is made of: write `impl Stream<Item = …>`"),
    }
    if let Some(opening) = &stream.opening {
        if let Some(other) = stream::no_result(opening) {
            diagnostics.report(
                other,
                "a stream stands in no other type than `Result`: return `impl Stream<Item = …>`, or `Result<impl Stream<Item = …>, E>` where opening it may fail",
            );
        }
        owned::check(opening, Place::Output, diagnostics);
    }
}

fn value(ty: &Type, diagnostics: &mut Diagnostics) {
    let Type::ImplTrait(found) = ty else {
        owned::check(ty, Place::Output, diagnostics);
        return;
    };
    let message = if has_bound(&found.bounds, "Future") {
        "a handler that waits is an `async fn`: put `async` on it, and return what the future has in the end"
    } else {
        "a handler returns a value that can be serialised: name its type instead of `impl Trait`"
    };
    diagnostics.report(found, message);
}
