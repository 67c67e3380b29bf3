//! What a handler is, apart from how it was written.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, FnArg, LitStr, Meta, Pat, PatType, ReturnType, Type, Visibility, parse_quote};

use super::options::Options;
use super::parse::Function;
use crate::diagnostics::{Diagnostics, expected};
use crate::garde::{self, Rule};
use crate::{docs, hygiene};

/// The attributes of a parameter that are ours.
const MARKS: [&str; 3] = ["garde", "payload", "context"];

/// The attributes of a parameter that are the compiler's.
const LINTS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];

/// A function that answers a channel.
pub(crate) struct Handler {
    /// The path of what generated code names.
    pub(crate) private: TokenStream,
    pub(crate) channel: Option<LitStr>,
    pub(crate) run: Run,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// `#[cfg]`: what stands beside the function is there when the function is.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) deprecated: Option<Attribute>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Type,
}

/// How the function is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// It answers at once.
    Now,
    /// It is async.
    Later,
    /// It holds up its thread.
    Blocking,
}

/// A parameter of the function.
pub(crate) struct Parameter {
    /// The name, or nothing where a pattern stands in its place.
    pub(crate) name: Option<Ident>,
    pub(crate) ty: Type,
    pub(crate) source: Source,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) rules: Vec<Rule>,
    /// The `#[payload]`, `#[context]` and `#[garde]` that were on it.
    pub(crate) marks: Vec<Attribute>,
    /// What messages about it point at: the name or the pattern.
    pub(crate) pattern: TokenStream,
}

/// Where the value of a parameter comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// One field of the payload.
    Field,
    /// The payload.
    Payload,
    /// The context of the call.
    Context,
}

impl Handler {
    /// The parameters that travel.
    pub(crate) fn payload(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.source != Source::Context)
    }

    /// Whether one parameter is the whole payload.
    pub(crate) fn is_whole(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.source == Source::Payload)
    }
}

impl Parameter {
    /// Whether the parameter has the mark `name`.
    pub(crate) fn mark(&self, name: &str) -> Option<&Attribute> {
        self.marks.iter().find(|mark| mark.path().is_ident(name))
    }

    /// Where issues of its value are said to be.
    pub(crate) fn path(&self) -> String {
        match (self.source, &self.name) {
            (Source::Field, Some(name)) => hygiene::wire_name(name),
            _ => String::new(),
        }
    }
}

/// Makes the model of `function`, and takes our own attributes off it.
pub(crate) fn build(function: &mut Function, options: Options, diagnostics: &mut Diagnostics) -> Handler {
    take_second(function, diagnostics);
    let find =
        |name: &str| function.attrs.iter().filter(|attr| attr.path().is_ident(name)).cloned().collect::<Vec<_>>();
    let (cfgs, deprecated) = (find("cfg"), find("deprecated").pop());
    let parameters = function
        .sig
        .inputs
        .iter_mut()
        .filter_map(|input| match input {
            FnArg::Typed(input) => Some(parameter(input, diagnostics)),
            FnArg::Receiver(_) => None,
        })
        .collect();
    Handler {
        private: hygiene::private(&options.krate),
        channel: options.channel,
        run: match (&function.sig.asyncness, options.blocking) {
            (None, Some(_)) => Run::Blocking,
            (None, None) => Run::Now,
            (Some(_), _) => Run::Later,
        },
        vis: function.vis.clone(),
        name: function.sig.ident.clone(),
        cfgs,
        docs: docs::of(&function.attrs),
        deprecated,
        parameters,
        output: match &function.sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        },
    }
}

/// A second `#[handler]` would put a second struct beside the function.
fn take_second(function: &mut Function, diagnostics: &mut Diagnostics) {
    function.attrs.retain(|attr| {
        let second = attr.path().segments.last().is_some_and(|last| last.ident == "handler");
        if second {
            diagnostics
                .report(attr, "a function answers one channel, and this is its second: write a function for each");
        }
        !second
    });
}

fn parameter(input: &mut PatType, diagnostics: &mut Diagnostics) -> Parameter {
    let docs = docs::of(&input.attrs);
    let mut marks = Vec::new();
    input.attrs.retain(|attr| keep(attr, &mut marks, diagnostics));
    let rules = marks
        .iter()
        .filter(|mark| mark.path().is_ident("garde"))
        .flat_map(|mark| garde::parse(mark, diagnostics))
        .collect();
    let marked = |name: &str| marks.iter().any(|mark| mark.path().is_ident(name));
    let source = if marked("payload") {
        Source::Payload
    } else if marked("context") || comes_from_context(&input.ty) {
        Source::Context
    } else {
        Source::Field
    };
    let (name, pattern) = match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            (Some(pat.ident.clone()), pat.ident.to_token_stream())
        }
        other => (None, other.to_token_stream()),
    };
    Parameter { name, ty: (*input.ty).clone(), source, docs, rules, marks, pattern }
}

/// Whether an attribute stays on the function's parameter: ours are taken, the compiler knows only its own.
fn keep(attr: &Attribute, marks: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> bool {
    let path = attr.path();
    let is_one_of = |names: &[&str]| names.iter().any(|name| path.is_ident(name));
    if is_one_of(&LINTS) {
        return true;
    }
    if is_one_of(&MARKS) {
        if !path.is_ident("garde") {
            if !matches!(attr.meta, Meta::Path(_)) {
                let name = hygiene::text(path);
                diagnostics.report(&attr.meta, format_args!("`#[{name}]` takes no value: write `#[{name}]` alone"));
            }
            if marks.iter().any(|mark| mark.path() == path) {
                let name = hygiene::text(path);
                diagnostics.report(attr, format_args!("`#[{name}]` is given twice: leave one out"));
            }
        }
        marks.push(attr.clone());
    } else if is_one_of(&["cfg", "cfg_attr"]) {
        diagnostics.report(
            attr,
            "a parameter of a handler cannot come and go with the configuration: put the attribute on the function and write one for each case",
        );
    } else if !path.is_ident("doc") {
        let name = hygiene::text(path);
        let expected = expected(&name, &MARKS);
        diagnostics.report(path, format_args!("unknown attribute `{name}` on a parameter of a handler, {expected}"));
    }
    false
}

/// Whether a type is known for what does not travel.
fn comes_from_context(ty: &Type) -> bool {
    let Type::Path(ty) = ty else { return false };
    ty.path.segments.last().is_some_and(|last| ["State", "Context", "Peer"].iter().any(|name| last.ident == name))
}
