//! What a handler may not be.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{GenericParam, Lifetime, ReceiverKind, Safety, Type, TypeImplTrait, TypePath, TypeReference};

use super::channel;
use super::model::{Form, Handler, Parameter, Run, Source};
use super::options::Timeout;
use super::parse::Function;
use crate::diagnostics::Diagnostics;
use crate::garde;
use crate::hygiene::text;

/// Reports everything that keeps `function` from being a handler.
pub(crate) fn check(handler: &Handler, function: &Function, blocking: Option<&Ident>, diagnostics: &mut Diagnostics) {
    if let Some(channel) = &handler.channel
        && let Some(mistake) = channel::mistake(&channel.value())
    {
        diagnostics.report(channel, mistake);
    }
    if let (Some(Timeout { name, .. }), Run::Now) = (&handler.timeout, handler.run) {
        diagnostics
            .report(name, "a plain function answers at once, and nothing can stop it: make it `async` or `blocking`");
    }
    if let (Some(blocking), Run::Later) = (blocking, handler.run) {
        diagnostics.report(
            blocking,
            "an async function may not block: take `async` off it, or leave `blocking` out and await what would block",
        );
    }
    signature(function, diagnostics);
    match handler.form {
        Form::Function => free(function, diagnostics),
        Form::Method { .. } => method(handler, function, diagnostics),
    }
    for parameter in &handler.parameters {
        self::parameter(parameter, diagnostics);
    }
    payload(handler, diagnostics);
    output(&handler.output, diagnostics);
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

/// Reports what differs from one implementation of a service to another.
struct OfSelf<'a>(&'a mut Diagnostics);

impl OfSelf<'_> {
    /// Looks into the rules of a constraint, where an expression may stand.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident == "Self" => self.0.report(
                    ident,
                    "every implementation has another `Self`, and the constraint stands in the contract of all: name a constant outside the trait",
                ),
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for OfSelf<'_> {
    fn visit_type_path(&mut self, found: &'ast TypePath) {
        let is_own = |path: &syn::Path| path.segments.first().is_some_and(|first| first.ident == "Self");
        let of_self = match &found.qself {
            Some(qself) => matches!(&*qself.ty, Type::Path(ty) if is_own(&ty.path)),
            None => is_own(&found.path),
        };
        if of_self {
            self.0.report(
                found,
                format_args!(
                    "every implementation has another `{}`, and a channel has one contract: name the type",
                    text(found)
                ),
            );
        } else {
            visit::visit_type_path(self, found);
        }
    }
}

fn parameter(parameter: &Parameter, diagnostics: &mut Diagnostics) {
    if parameter.name.is_none() {
        let pattern = &parameter.pattern;
        let (reason, mend) = match parameter.source {
            Source::Context => ("a parameter of a handler has a name", "name it, and take it apart in the body"),
            _ => {
                ("a parameter travels under its name, and a pattern has none", "name it, and take it apart in the body")
            }
        };
        diagnostics.report(pattern, format_args!("{reason}: {mend}"));
    }
    if let (Some(payload), Some(context)) = (parameter.mark("payload"), parameter.mark("context")) {
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
    garde::check(&parameter.rules, diagnostics);
    let place = if parameter.source == Source::Context { Place::Context } else { Place::Parameter };
    owned(&parameter.ty, place, diagnostics);
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

fn output(ty: &Type, diagnostics: &mut Diagnostics) {
    if let Type::ImplTrait(found) = ty {
        let is_of = |name| found.bounds.iter().any(|bound| bound.to_token_stream().to_string().contains(name));
        let message = if is_of("Stream") {
            "a handler answers once, and streams are not supported yet: return a value that can be serialised, such as a `Vec`"
        } else if is_of("Future") {
            "a handler that waits is an `async fn`: put `async` on it, and return what the future has in the end"
        } else {
            "a handler returns a value that can be serialised: name its type instead of `impl Trait`"
        };
        diagnostics.report(found, message);
        return;
    }
    owned(ty, Place::Output, diagnostics);
}

/// Reports what in `ty` is borrowed or has no name.
fn owned(ty: &Type, place: Place, diagnostics: &mut Diagnostics) {
    Owned { place, diagnostics }.visit_type(ty);
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Parameter,
    Context,
    Output,
}

impl Place {
    fn verb(self) -> &'static str {
        match self {
            Self::Parameter | Self::Context => "take",
            Self::Output => "return",
        }
    }
}

struct Owned<'a> {
    place: Place,
    diagnostics: &'a mut Diagnostics,
}

impl<'ast> Visit<'ast> for Owned<'_> {
    fn visit_type_reference(&mut self, found: &'ast TypeReference) {
        let is_static = found.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
        if is_static && self.place == Place::Context {
            return visit::visit_type(self, &found.elem);
        }
        let shown = text(found);
        let mend = match &*found.elem {
            Type::Path(elem) if elem.path.is_ident("str") => "String".to_owned(),
            Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
            other => text(other),
        };
        let reason = match self.place {
            Place::Parameter => "a parameter arrives from outside, so a handler cannot borrow it",
            Place::Context => "what comes from the context is made for one call, so a handler cannot borrow it",
            Place::Output => "an answer goes to another process, so a handler cannot borrow it",
        };
        let verb = self.place.verb();
        self.diagnostics.report(found, format_args!("{reason}: {verb} `{mend}` instead of `{shown}`"));
    }

    fn visit_lifetime(&mut self, found: &'ast Lifetime) {
        if found.ident == "static" {
            return;
        }
        self.diagnostics.report(
            found,
            format_args!(
                "a handler owns what it {}s, so the type has no lifetime: use an owned type",
                self.place.verb()
            ),
        );
    }

    fn visit_type_impl_trait(&mut self, found: &'ast TypeImplTrait) {
        self.diagnostics.report(
            found,
            format_args!(
                "a handler {}s values of types that have a name: name the type instead of `impl Trait`",
                self.place.verb()
            ),
        );
    }

    // The lifetimes of `dyn for<'a> Fn(&'a T)` and `fn(&T)` are bound where they stand; what is wrong with these as a
    // payload, serde says.
    fn visit_type_trait_object(&mut self, _: &'ast syn::TypeTraitObject) {}

    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
}
