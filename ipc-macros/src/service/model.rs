//! What a service is, apart from how it was written.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{Attribute, FnArg, Generics, LitStr, Meta, Visibility, parse_quote};

use super::events::Event;
use super::options::Options;
use super::parse::{Member, Trait};
use crate::diagnostics::Diagnostics;
use crate::handler::channel;
use crate::handler::model::{self, Form, Handler, MARKS, Place};
use crate::handler::options;
use crate::handler::parse::Function;
use crate::hygiene;
use crate::words::pascal;

/// A trait whose methods answer channels.
pub(crate) struct Service {
    /// The path of what generated code names.
    pub(crate) private: TokenStream,
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    /// Whether the trait is generic, which is a mistake: it cannot be named alone then.
    pub(crate) generic: bool,
    /// The struct that answers.
    pub(crate) server: Ident,
    /// The struct that calls.
    pub(crate) client: Ident,
    /// The type of the implementation, in the code of the server.
    pub(crate) instance: Ident,
    /// The type of what makes the calls, in the code of the client.
    pub(crate) caller: Ident,
    pub(crate) methods: Vec<Method>,
    pub(crate) events: Vec<Event>,
}

/// A method that answers a channel.
pub(crate) struct Method {
    pub(crate) handler: Handler,
    /// Which member of the trait it is.
    pub(crate) member: usize,
    /// Its own type parameters, which are a mistake.
    pub(crate) generics: Generics,
}

/// Makes the model of a trait, and takes our own attributes off it.
pub(crate) fn build(found: &mut Trait, options: &mut Options, diagnostics: &mut Diagnostics) -> Service {
    found.attrs.retain(|attr| {
        let second = is_ours(attr, "service");
        if second {
            diagnostics.report(attr, "a trait is one service: leave the second `#[service]` out");
        }
        !second
    });
    let find = |name: &str| found.attrs.iter().filter(|attr| attr.path().is_ident(name)).cloned().collect::<Vec<_>>();
    let [instance, caller] = ["T", "C"].map(|name| unused(name, &found.to_token_stream()));
    let mut lints = model::lints(&found.attrs);
    if !find("deprecated").is_empty() {
        // The code beside a deprecated trait uses it, which is no news to its user.
        lints.push(parse_quote!(#[allow(deprecated)]));
    }
    let name = &found.name;
    let mut service = Service {
        private: hygiene::private(&options.krate),
        name: name.clone(),
        vis: found.vis.clone(),
        cfgs: find("cfg"),
        lints,
        generic: !found.generics.params.is_empty(),
        server: beside(name, "", "Server", name),
        client: beside(name, "", "Client", name),
        instance,
        caller,
        methods: Vec::new(),
        events: std::mem::take(&mut options.events),
    };
    for (member, item) in found.members.iter_mut().enumerate() {
        let Member::Method(function) = item else { continue };
        let Some(attr) = take_handler(function) else {
            plain(function, diagnostics);
            continue;
        };
        let method = method(&service, member, function, &attr, options, diagnostics);
        // Of two methods of one name the compiler tells, and what stands beside the first is enough.
        if !service.methods.iter().any(|known| is_twin(&known.handler, &method.handler)) {
            service.methods.push(method);
        }
    }
    service
}

fn method(
    service: &Service,
    member: usize,
    function: &mut Function,
    attr: &Attribute,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Method {
    let args = match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(meta) => {
            diagnostics.report(meta, "the channel stands in parentheses: write `#[handler(\"namespace:action\")]`");
            TokenStream::new()
        }
    };
    let mut own = options::parse(args, options::Place::Method, diagnostics);
    if own.channel.is_none() && !own.misread {
        own.channel = default_channel(&function.sig.ident, options.prefix.as_ref(), diagnostics);
    }
    if own.permission.is_none() {
        own.permission.clone_from(&options.permission);
    }
    let place = Place {
        form: Form::Method { service: service.name.clone(), instance: service.instance.clone() },
        private: service.private.clone(),
        vis: service.vis.clone(),
        request: beside(
            &service.name,
            &pascal(&hygiene::wire_name(&function.sig.ident)),
            "Request",
            &function.sig.ident,
        ),
    };
    let mut handler = model::build(function, place, own, diagnostics);
    handler.cfgs.extend(service.cfgs.iter().cloned());
    handler.lints.extend(service.lints.iter().cloned());
    Method { handler, member, generics: function.sig.generics.clone() }
}

/// The channel of a method that names none.
fn default_channel(name: &Ident, prefix: Option<&LitStr>, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    // A prefix that is missing or malformed is reported by itself.
    let prefix = prefix.filter(|prefix| channel::prefix_mistake(&prefix.value()).is_none())?.value();
    let made = format!("{prefix}:{}", hygiene::wire_name(name));
    if let Some(mistake) = channel::mistake(&made) {
        diagnostics.report(
            name,
            format_args!("the method's name makes no channel, so give it one in `#[handler(\"…\")]`: {mistake}"),
        );
        return None;
    }
    Some(LitStr::new(&made, name.span()))
}

/// A name for what stands beside a trait, shown at `shown` in messages.
fn beside(name: &Ident, middle: &str, end: &str, shown: &Ident) -> Ident {
    format_ident!("{}{middle}{end}", hygiene::wire_name(name), span = shown.span())
}

/// A name for a type parameter, beside which the user's own types keep theirs.
fn unused(name: &str, tokens: &TokenStream) -> Ident {
    let mut name = name.to_owned();
    while mentions(tokens.clone(), &name) {
        name.push('_');
    }
    Ident::new(&name, proc_macro2::Span::mixed_site())
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Whether an attribute has this name, by whatever path.
pub(super) fn is_ours(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Takes the first `#[handler]` off a method; a second is reported as on a function.
fn take_handler(function: &mut Function) -> Option<Attribute> {
    let index = function.attrs.iter().position(|attr| is_ours(attr, "handler"))?;
    Some(function.attrs.remove(index))
}

/// Takes off a method that is no handler what only a handler understands.
fn plain(function: &mut Function, diagnostics: &mut Diagnostics) {
    for input in &mut function.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        input.attrs.retain(|attr| {
            let ours = MARKS.iter().any(|mark| attr.path().is_ident(mark));
            if ours {
                let name = hygiene::text(attr.path());
                diagnostics.report(
                    attr,
                    format_args!("`#[{name}]` stands on a parameter of a handler: put `#[handler]` on the method"),
                );
            }
            !ours
        });
    }
}

/// Whether two methods have one name and are there at the same time.
fn is_twin(left: &Handler, right: &Handler) -> bool {
    left.name == right.name && coexist(left, right)
}

/// Whether two methods may be there at the same time, as far as can be seen: the configuration may choose one.
pub(crate) fn coexist(left: &Handler, right: &Handler) -> bool {
    let texts = |handler: &Handler| handler.cfgs.iter().map(hygiene::text).collect::<Vec<_>>();
    let (left, right) = (texts(left), texts(right));
    left.iter().all(|cfg| right.contains(cfg)) || right.iter().all(|cfg| left.contains(cfg))
}
