//! What a service may not be.

use proc_macro2::Span;
use syn::GenericParam;

use super::model::{Service, coexist};
use super::options::Options;
use super::parse::{Member, Trait};
use crate::diagnostics::Diagnostics;
use crate::handler::{channel, validate};
use crate::hygiene::{text, wire_name};

/// Reports everything that keeps `found` from being a service.
pub(crate) fn check(service: &Service, found: &Trait, options: &Options, diagnostics: &mut Diagnostics) {
    prefix(service, options, diagnostics);
    header(found, diagnostics);
    if service.methods.is_empty() && service.events.is_empty() {
        diagnostics.report(
            &found.name,
            "nothing in this service can be called: put `#[handler]` on the methods that answer a channel",
        );
    }
    if let (Some(permission), true) = (&options.permission, service.methods.is_empty()) {
        diagnostics.report(
            permission,
            "it takes this permission to call the methods, and there are none: events name their own, in `#[event(\"…\", permission = \"…\")]`",
        );
    }
    for method in &service.methods {
        if let Some(Member::Method(function)) = found.members.get(method.member) {
            validate::check(&method.handler, function, diagnostics);
        }
        if method.handler.name == "new" {
            diagnostics.report(
                &method.handler.name,
                "`new` makes the client: rename the method, and keep its channel with `#[handler(\"namespace:new\")]`",
            );
        }
    }
    pairs(service, diagnostics);
    events(service, diagnostics);
}

fn prefix(service: &Service, options: &Options, diagnostics: &mut Diagnostics) {
    match &options.prefix {
        Some(prefix) => {
            if let Some(mistake) = channel::prefix_mistake(&prefix.value()) {
                diagnostics.report(prefix, mistake);
            }
        }
        None if options.misread => {}
        None => {
            if service.methods.iter().any(|method| method.handler.channel.is_none()) {
                diagnostics.report_at(
                    Span::call_site(),
                    "a service needs what its channels begin with: `#[service(prefix = \"namespace\")]`",
                );
            }
        }
    }
}

fn header(found: &Trait, diagnostics: &mut Diagnostics) {
    if let Some(token) = &found.unsafety {
        diagnostics.report(
            token,
            "a service is called from outside, where nobody can uphold a contract: take `unsafe` off it",
        );
    }
    for parameter in &found.generics.params {
        let (kind, mend) = match parameter {
            GenericParam::Type(_) => ("type", "name the type that travels"),
            GenericParam::Const(_) => ("const", "name the value"),
            GenericParam::Lifetime(_) => ("lifetime", "use owned types, such as `String` for `&str`"),
        };
        diagnostics.report(parameter, format_args!("a service cannot be generic over a {kind}: {mend}"));
    }
}

/// What two methods may not have in common.
fn pairs(service: &Service, diagnostics: &mut Diagnostics) {
    let handlers: Vec<_> = service.methods.iter().map(|method| &method.handler).collect();
    for (index, second) in handlers.iter().enumerate() {
        let mut before = handlers.iter().take(index).filter(|first| coexist(first, second));
        let same_channel = |first: &&&_| channel_of(first).is_some_and(|name| Some(name) == channel_of(second));
        if let Some(first) = before.clone().find(same_channel) {
            diagnostics.report(
                &second.channel,
                format_args!(
                    "`{}` and `{}` have one channel, `{}`: give one of them another",
                    wire_name(&first.name),
                    wire_name(&second.name),
                    channel_of(second).unwrap_or_default(),
                ),
            );
        }
        if let Some(first) = before.find(|first| first.request == second.request) {
            diagnostics.report(
                &second.name,
                format_args!(
                    "`{}` and `{}` would have one request, `{}`: rename one of them",
                    wire_name(&first.name),
                    wire_name(&second.name),
                    second.request,
                ),
            );
        }
    }
}

/// What the client's methods that subscribe may not be called.
fn events(service: &Service, diagnostics: &mut Diagnostics) {
    for (index, second) in service.events.iter().enumerate() {
        let Some(method) = second.method() else { continue };
        let (last, shown) = (second.path.segments.last(), text(&second.path));
        let before = service.events.iter().take(index);
        if let Some(first) = before.clone().find(|first| text(&first.path) == shown) {
            let mend = if first.is_shared == second.is_shared {
                "leave one out"
            } else {
                "leave it out of `events`, if clients publish it too"
            };
            diagnostics.report(&second.path, format_args!("the event `{shown}` is given twice: {mend}"));
        } else if let Some(first) = before.into_iter().find(|first| first.method().as_ref() == Some(&method)) {
            diagnostics.report(
                last,
                format_args!(
                    "the client would subscribe to `{}` and to `{shown}` with one method, `{method}`: import one under another name",
                    text(&first.path),
                ),
            );
        }
        if let Some(handler) = service.methods.iter().find(|known| known.handler.name == method) {
            diagnostics.report(
                &handler.handler.name,
                format_args!("the client subscribes to `{shown}` with `{method}`: rename this method"),
            );
        }
    }
}

fn channel_of(handler: &crate::handler::model::Handler) -> Option<String> {
    handler.channel.as_ref().map(syn::LitStr::value)
}
