//! Bindings for TypeScript.

mod client;
mod file;
mod methods;
mod model;
mod names;
mod problem;
mod read;
mod shapes;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use crate::Description;
use client::{Answer, Call, Code, Event};
use file::{File, channels};
use model::{Docs, Type};
pub use problem::{TypeScriptError, TypeScriptProblem};
use read::Reader;
use shapes::Shapes;

/// How bindings for TypeScript are written.
///
/// What is written imports the npm package `ipc-bridge` and nothing else; it is made from a [`Description`] alone, be that
/// of a [`Router`](crate::Router), read from a file, or asked of a live server. The same description makes the same bytes.
///
/// ```
/// # use ipc_core::export::TypeScript;
/// # use ipc_core::{Router, handler};
/// /// Adds two numbers.
/// #[handler("math:add", crate = ipc_core)]
/// fn add(left: u32, right: u32) -> u32 {
///     left + right
/// }
///
/// let description = Router::new().handle::<add>().description()?;
/// let bindings = TypeScript::new().write(&description)?;
/// assert!(bindings.contains("/** Adds two numbers. */"));
/// assert!(bindings.contains(r#"readonly add: ipc.Call<IpcContract, "math:add">;"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeScript {
    bigint: bool,
    brands: bool,
    runtime: String,
    validators: Option<String>,
}

impl Default for TypeScript {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeScript {
    /// Bindings in which an integer of 64 bits is a `number`, and a newtype of a scalar is told apart from others.
    pub fn new() -> Self {
        Self { bigint: false, brands: true, runtime: "ipc-bridge/bindings".to_owned(), validators: None }
    }

    /// Whether every integer of 64 bits is a `bigint`, exact in both directions; `false` by default.
    ///
    /// Without it such an integer is a `number`, and one beyond ±(2⁵³ − 1) is refused by whichever end meets it. Where the
    /// contract says `#[ipc(bigint)]` or `x-ipc-bigint`, and for 128 bits, it is a `bigint` in any case.
    #[must_use]
    pub const fn bigint(mut self, bigint: bool) -> Self {
        self.bigint = bigint;
        self
    }

    /// Whether a newtype of a text, a number or a `bool` is a type that no other can stand for; `true` by default.
    ///
    /// `struct UserId(u32)` is then `number & { … }`, which `UserId(7)` makes of a number.
    #[must_use]
    pub const fn brands(mut self, brands: bool) -> Self {
        self.brands = brands;
        self
    }

    /// What the runtime is imported from; `ipc-bridge/bindings` by default.
    #[must_use]
    pub fn runtime(mut self, module: impl Into<String>) -> Self {
        self.runtime = module.into();
        self
    }

    /// Checks whatever is sent and received against its JSON Schema, by the validators of this module, which
    /// `npx ipc-bridge-validators` writes; none by default.
    #[must_use]
    pub fn validators(mut self, module: impl Into<String>) -> Self {
        self.validators = Some(module.into());
        self
    }

    /// The bindings of what is described: one module.
    ///
    /// # Errors
    ///
    /// What of the description no type of TypeScript can tell, all of it at once.
    pub fn write(&self, description: &Description) -> Result<String, TypeScriptError> {
        let mut reader = Reader::new(description.definitions(), self.bigint);
        let definitions: BTreeMap<&str, Type> =
            description.definitions().map(|(name, schema)| (name, reader.read(schema, name))).collect();
        reader.problems.extend(circles(&definitions));
        if !reader.problems.is_empty() {
            return Err(TypeScriptError { problems: reader.problems });
        }
        let calls = calls(description, &mut reader);
        let events = events(description, &mut reader);
        let mut shapes = Shapes::new(&definitions);
        let channels = channels(&calls, &events, &mut shapes);
        let names = names::of_types(definitions.keys().copied());
        let constants = shapes.constants(&names);
        let problems: Vec<_> = reader.problems.into_iter().chain(shapes.problems).collect();
        if !problems.is_empty() {
            return Err(TypeScriptError { problems });
        }
        let file = File { options: self, description, names: &names, definitions: &definitions };
        Ok(file.write(&calls, &events, &channels, &constants))
    }
}

/// Definitions that refer to themselves without an object or an array in between.
fn circles(definitions: &BTreeMap<&str, Type>) -> Vec<TypeScriptProblem> {
    fn bare<'t>(of: &'t Type, names: &mut Vec<&'t str>) {
        match of {
            Type::Named(name) => names.push(name),
            Type::Union(alternatives) => alternatives.iter().for_each(|one| bare(&one.of, names)),
            Type::All(parts) => parts.iter().for_each(|part| bare(part, names)),
            _ => {}
        }
    }
    let is_circle = |start: &str| {
        let (mut next, mut seen) = (vec![start], BTreeSet::new());
        while let Some(name) = next.pop() {
            let mut names = Vec::new();
            definitions.get(name).into_iter().for_each(|of| bare(of, &mut names));
            if names.contains(&start) {
                return true;
            }
            next.extend(names.into_iter().filter(|name| seen.insert(*name)));
        }
        false
    };
    let circles = definitions.keys().filter(|name| is_circle(name));
    circles.map(|name| TypeScriptProblem::Circle { name: (*name).to_owned() }).collect()
}

fn calls<'a>(description: &'a Description, reader: &mut Reader<'_>) -> Vec<Call<'a>> {
    let call = |(name, channel): (&'a str, &'a crate::ChannelDescription)| {
        let mut errors: Vec<Code<'a>> = Vec::new();
        for error in channel.errors() {
            let details = error.details().map(|details| reader.read(details, &format!("{name}: {}", error.code())));
            match errors.iter_mut().find(|known| known.code == error.code()) {
                // An error that stands for two has what either has.
                Some(known) => {
                    let both = [known.details.take(), details].map(|details| details.unwrap_or(Type::Null).into());
                    known.details = Some(Type::union(both));
                }
                None => {
                    let docs = Docs { text: error.doc().trim().to_owned(), ..Docs::default() };
                    errors.push(Code { code: error.code(), docs, details });
                }
            }
        }
        Call {
            name,
            docs: docs(channel.doc(), channel.deprecated()),
            request: reader.read(channel.request(), &format!("{name}: the request")),
            upload: channel.incoming().map(|of| reader.read(of, &format!("{name}: what is sent beside the request"))),
            answer: match (channel.item(), channel.response()) {
                (Some(item), _) => Answer::Stream(reader.read(item, &format!("{name}: the items"))),
                (None, Some(response)) => Answer::Once(reader.read(response, &format!("{name}: the response"))),
                (None, None) => Answer::Once(Type::Null),
            },
            errors,
        }
    };
    description.channels().map(call).collect()
}

fn events<'a>(description: &'a Description, reader: &mut Reader<'_>) -> Vec<Event<'a>> {
    let event = |(name, event): (&'a str, &'a crate::EventDescription)| Event {
        name,
        docs: docs(event.doc(), event.deprecated()),
        data: reader.read(event.data(), &format!("{name}: the event")),
        key: event.key().map(|key| reader.read(key, &format!("{name}: the key"))),
        shared: event.shared(),
    };
    description.events().map(event).collect()
}

fn docs(text: &str, deprecated: Option<&str>) -> Docs {
    Docs { text: text.trim().to_owned(), deprecated: deprecated.map(str::to_owned), default: None }
}
