//! What a handler is, apart from how it was written.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, FnArg, LitStr, Meta, Pat, PatIdent, PatType, ReturnType, Type, Visibility, parse_quote};

use super::options::{Options, Timeout};
use super::parse::Function;
use super::stream::{self, Streamed};
use crate::diagnostics::{Diagnostics, expected};
use crate::garde::{self, Rule};
use crate::marks::{self, Bearer};
use crate::{docs, hygiene};

/// The attributes of a parameter that are ours.
pub(crate) const MARKS: [&str; 4] = ["garde", "payload", "context", "ipc"];

/// The attributes of a parameter that are the compiler's.
const LINTS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];

/// A function that answers a channel.
pub(crate) struct Handler {
    pub(crate) form: Form,
    /// The name of the struct that travels.
    pub(crate) request: Ident,
    /// The path of what generated code names.
    pub(crate) private: TokenStream,
    pub(crate) channel: Option<LitStr>,
    pub(crate) run: Run,
    pub(crate) blocking: Option<Ident>,
    pub(crate) detached: Option<Ident>,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) permission: Option<LitStr>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// `#[cfg]`: what stands beside the function is there when the function is.
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[allow]`: what the user accepts in the function, the repetition of its types may do too.
    pub(crate) lints: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) deprecated: Option<Attribute>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Type,
    /// What of `output` is a stream, if anything is.
    pub(crate) stream: Option<Streamed>,
}

/// What kind of function it is.
pub(crate) enum Form {
    /// A free function.
    Function,
    /// A method of a service, called on a shared instance.
    Method {
        /// The trait.
        service: Ident,
        /// What generated code calls the type of the instance, a name that the trait does not use.
        instance: Ident,
    },
}

/// Where a function stands, and what is beside it.
pub(crate) struct Place {
    pub(crate) form: Form,
    /// The path of what generated code names.
    pub(crate) private: TokenStream,
    /// The visibility of the struct that travels, and of its fields.
    pub(crate) vis: Visibility,
    /// The name of that struct.
    pub(crate) request: Ident,
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
    /// `#[ipc(sensitive)]`: its value is told to nobody.
    pub(crate) sensitive: Option<Ident>,
    /// `#[ipc(bigint)]`: its integers are exact in TypeScript.
    pub(crate) bigint: Option<Ident>,
    /// The `#[payload]`, `#[context]`, `#[garde]` and `#[ipc]` that were on it.
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
    /// What the caller sends beside the payload.
    Incoming,
}

impl Handler {
    /// The parameters that stand in the payload.
    pub(crate) fn payload(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| matches!(parameter.source, Source::Field | Source::Payload))
    }

    /// The parameters that a caller gives.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.source != Source::Context)
    }

    /// The stream that the caller sends.
    pub(crate) fn incoming(&self) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.source == Source::Incoming)
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
pub(crate) fn build(function: &mut Function, place: Place, options: Options, diagnostics: &mut Diagnostics) -> Handler {
    take_second(function, diagnostics);
    take_twins(function, diagnostics);
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
    let output = match &function.sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    Handler {
        form: place.form,
        request: place.request,
        private: place.private,
        channel: options.channel,
        timeout: options.timeout,
        permission: options.permission,
        run: match (&function.sig.asyncness, &options.blocking) {
            (None, Some(_)) => Run::Blocking,
            (None, None) => Run::Now,
            (Some(_), _) => Run::Later,
        },
        blocking: options.blocking,
        detached: options.detached,
        vis: place.vis,
        name: function.sig.ident.clone(),
        cfgs,
        lints: lints(&function.attrs),
        docs: docs::of(&function.attrs),
        deprecated,
        parameters,
        stream: stream::of(&output),
        output,
    }
}

/// The lints that are allowed, or expected, on the function: what is expected there need not come up beside it.
pub(crate) fn lints(attrs: &[Attribute]) -> Vec<Attribute> {
    let allow = |attr: &Attribute| match &attr.meta {
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => {
            let lints = &list.tokens;
            Some(parse_quote!(#[allow(#lints)]))
        }
        _ => None,
    };
    attrs.iter().filter_map(allow).collect()
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

/// Two parameters of one name would be one field. The second loses its name, or the compiler would tell it once more.
fn take_twins(function: &mut Function, diagnostics: &mut Diagnostics) {
    let mut names = Vec::new();
    for input in &mut function.sig.inputs {
        let FnArg::Typed(PatType { pat, .. }) = input else { continue };
        let Pat::Ident(PatIdent { ident, .. }) = &mut **pat else { continue };
        let name = hygiene::wire_name(ident);
        if names.contains(&name) {
            diagnostics.report(&*ident, format_args!("two parameters are called `{name}`: rename one of them"));
            *ident = Ident::new("_second", ident.span());
        }
        names.push(name);
    }
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
    let marks::IpcMarks { sensitive, bigint } = marks::read(&marks, Bearer::Parameter, diagnostics);
    let marked = |name: &str| marks.iter().any(|mark| mark.path().is_ident(name));
    // A mark on what the caller sends is a mistake, which does not make anything else of it.
    let source = if is_called(&input.ty, &["Incoming"]) {
        Source::Incoming
    } else if marked("payload") {
        Source::Payload
    } else if marked("context") || is_called(&input.ty, &["State", "Context", "Peer", "Publisher"]) {
        Source::Context
    } else {
        Source::Field
    };
    let name = name(&input.pat);
    let pattern = name.as_ref().map_or_else(|| input.pat.to_token_stream(), ToTokens::to_token_stream);
    Parameter { name, ty: (*input.ty).clone(), source, docs, rules, sensitive, bigint, marks, pattern }
}

/// The name that a pattern gives to the whole value, where it does nothing else.
fn name(pat: &Pat) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat.ident.clone()),
        Pat::Paren(pat) => name(&pat.pat),
        _ => None,
    }
}

/// Whether an attribute stays on the function's parameter: ours are taken, the compiler knows only its own.
fn keep(attr: &Attribute, marks: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> bool {
    let path = attr.path();
    let is_one_of = |names: &[&str]| names.iter().any(|name| path.is_ident(name));
    if is_one_of(&LINTS) {
        return true;
    }
    if is_one_of(&MARKS) {
        if !path.is_ident("garde") && !path.is_ident("ipc") {
            let name = hygiene::text(path);
            if !matches!(attr.meta, Meta::Path(_)) {
                diagnostics.report(&attr.meta, format_args!("`#[{name}]` takes no value: write `#[{name}]` alone"));
            }
            if marks.iter().any(|mark| mark.path().is_ident(&name)) {
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

/// Whether the name of a type is one of those that are known for what does not travel in the payload.
fn is_called(ty: &Type, names: &[&str]) -> bool {
    let ty = match ty {
        Type::Path(ty) => ty,
        // The type of a parameter that a user's own macro wrote.
        Type::Group(group) => return is_called(&group.elem, names),
        Type::Paren(paren) => return is_called(&paren.elem, names),
        // It cannot be borrowed, but it is not meant to travel.
        Type::Reference(reference) => return is_called(&reference.elem, names),
        _ => return false,
    };
    ty.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}
