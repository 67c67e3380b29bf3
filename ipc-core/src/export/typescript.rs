//! Bindings for TypeScript.

mod client;
mod methods;
mod model;
mod names;
mod read;
mod shapes;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::Description;
use client::{Answer, Call, Code, Event};
use methods::Node;
use model::{Docs, Type};
use read::{Reader, docs_of};
use shapes::{Shape, Shapes};
use write::{Writer, comment};

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

/// Why there are no bindings of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeScriptError {
    problems: Vec<TypeScriptProblem>,
}

impl TypeScriptError {
    /// Everything that is wrong, at least one thing.
    pub fn problems(&self) -> &[TypeScriptProblem] {
        &self.problems
    }
}

impl fmt::Display for TypeScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => one.fmt(f),
            several => {
                write!(f, "{} things keep the contract from TypeScript:", several.len())?;
                several.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl std::error::Error for TypeScriptError {}

/// What of a description no type of TypeScript can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypeScriptProblem {
    /// `bigint` stands on what holds no integer.
    #[error("`{place}` is marked as `bigint` and holds no integer{}", held_elsewhere(.held.as_deref()))]
    NothingToMark {
        /// Where the mark is.
        place: String,
        /// The type that stands there, which may hold integers of its own.
        held: Option<String>,
    },
    /// A reference leads out of the description.
    #[error("`{place}` refers to `{to}`, which is not in the description: use a schema that refers to its own definitions")]
    Reference {
        /// Where the reference is.
        place: String,
        /// What it refers to.
        to: String,
    },
    /// A type is nothing but itself.
    #[error("`{name}` is defined as itself, and TypeScript knows no such type: put a field between the two")]
    Circle {
        /// The type.
        name: String,
    },
    /// An enum without a tag has binary data where it may have a text.
    #[error(
        "`{place}` has binary data where another variant has a text, and nothing tells the two apart: give the enum a tag"
    )]
    BinaryOrText {
        /// Where the enum is.
        place: String,
    },
}

fn held_elsewhere(held: Option<&str>) -> String {
    match held {
        Some(name) => format!(" of its own: mark the fields of `{name}`"),
        None => ": leave the mark out".to_owned(),
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

/// The shapes of a channel, each with the name that the runtime has for it.
struct ChannelShapes<'a> {
    name: &'a str,
    parts: Vec<(&'static str, Shape)>,
}

fn channels<'a>(calls: &[Call<'a>], events: &[Event<'a>], shapes: &mut Shapes<'_>) -> Vec<ChannelShapes<'a>> {
    let mut channels = Vec::new();
    for call in calls {
        let (answer, of) = match &call.answer {
            Answer::Once(of) => ("response", of),
            Answer::Stream(of) => ("item", of),
        };
        let details: Vec<&Type> = call.errors.iter().filter_map(|error| error.details.as_ref()).collect();
        let parts = [
            ("request", shapes.of(&call.request, call.name)),
            ("upload", call.upload.as_ref().and_then(|of| shapes.of(of, call.name))),
            (answer, shapes.of(of, call.name)),
            // The standard codes have details too, of which nothing is told.
            ("details", shapes.of_one_of(&details, call.name)),
        ];
        channels.push((call.name, parts.to_vec()));
    }
    for event in events {
        let key = event.key.as_ref().and_then(|of| shapes.of(of, event.name));
        channels.push((event.name, vec![("event", shapes.of(&event.data, event.name)), ("key", key)]));
    }
    channels
        .into_iter()
        .map(|(name, parts)| {
            let parts = parts.into_iter().filter_map(|(part, shape)| Some((part, shape?)));
            ChannelShapes { name, parts: parts.collect() }
        })
        .filter(|channel: &ChannelShapes<'_>| !channel.parts.is_empty())
        .collect()
}

/// What one file is made from.
struct File<'f> {
    options: &'f TypeScript,
    description: &'f Description,
    names: &'f BTreeMap<&'f str, String>,
    definitions: &'f BTreeMap<&'f str, Type>,
}

impl File<'_> {
    fn write(&self, calls: &[Call<'_>], events: &[Event<'_>], channels: &[ChannelShapes<'_>], constants: &str) -> String {
        let writer = Writer { names: self.names };
        let mut root = Node::default();
        calls.iter().for_each(|call| root.add(call.channel()));
        events.iter().for_each(|event| root.add(event.channel()));
        let parts = [
            self.head(),
            self.definitions(writer),
            client::contract(calls, events, writer, self.definitions),
            client::client(&root, calls, events, writer),
            self.channels(channels, constants),
            format!("const METHODS: ipc.Methods = {};\n", root.table("", 0)),
            self.functions(!channels.is_empty()),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn head(&self) -> String {
        let validators = match &self.options.validators {
            Some(module) => format!("import {{ validators }} from {};\n", names::text(module)),
            None => String::new(),
        };
        format!(
            "// Generated by ipc-bridge from a contract in Rust. Changes are made there: the next run overwrites this file.\n\
             /* eslint-disable */\n\
             import * as ipc from {};\n\
             {validators}\n\
             /** Tells this contract from any other: a server that serves another one is refused. */\n\
             export const CONTRACT_FINGERPRINT = {};\n",
            names::text(&self.options.runtime),
            names::text(self.description.fingerprint()),
        )
    }

    fn definitions(&self, writer: Writer<'_>) -> String {
        let written = self.definitions.iter().map(|(name, of)| {
            let schema = self.description.definition(name).map(|schema| docs_of(schema.as_value())).unwrap_or_default();
            let (docs, name) = (comment(&schema, 0), self.names.get(name).map(String::as_str).unwrap_or(name));
            match of {
                Type::Object(object) => format!("{docs}export interface {name} {}\n", writer.members(object, 0)),
                of if of.is_scalar() && self.options.brands => {
                    let of = writer.write(of, 0, 0);
                    let brand = format!("export type {name} = ipc.Brand<{of}, {}>;\n", names::text(name));
                    format!("{docs}{brand}export const {name} = (value: {of}): {name} => value as {name};\n")
                }
                of => {
                    let head = format!("export type {name} =");
                    let of = writer.write(of, 0, head.len() + 2);
                    let space = if of.starts_with('\n') { "" } else { " " };
                    format!("{docs}{head}{space}{of};\n")
                }
            }
        });
        written.collect::<Vec<_>>().join("\n")
    }

    fn channels(&self, channels: &[ChannelShapes<'_>], constants: &str) -> String {
        if channels.is_empty() {
            return String::new();
        }
        let channel = |ChannelShapes { name, parts }: &ChannelShapes<'_>| {
            let parts: Vec<_> = parts.iter().map(|(part, shape)| format!("{part}: {}", shape.write(self.names))).collect();
            format!("  {}: {{ {} }},\n", names::text(name), parts.join(", "))
        };
        let channels: String = channels.iter().map(channel).collect();
        format!(
            "{constants}\n/** Where binary data stands, and integers that a `number` may not hold. */\n\
             export const channels = ipc.shapes({{\n{channels}}});\n"
        )
    }

    fn functions(&self, has_channels: bool) -> String {
        let channels = match (has_channels, self.options.validators.is_some()) {
            (true, true) => "ipc.validated(validators, channels)",
            (true, false) => "channels",
            (false, true) => "ipc.validated(validators, {})",
            (false, false) => "{}",
        };
        format!(
            "/** The methods over a client that there is already. */\n\
             export function bind(client: ipc.Client<any>): IpcClient {{\n\
             \x20 return ipc.bind<IpcClient>(client, METHODS, {channels});\n\
             }}\n\
             \n\
             /** A client that is there at once, and connects as often as it takes: `createClient(localServer(\"my-app\"))`. */\n\
             export function createClient(connector: ipc.Connector, options: ipc.ConnectOptions = {{}}): IpcClient {{\n\
             \x20 return bind(ipc.createClient(connector, {{ expectedFingerprint: CONTRACT_FINGERPRINT, ...options }}));\n\
             }}\n\
             \n\
             /** A client that has connected; throws where the first attempt fails. */\n\
             export async function connect(connector: ipc.Connector, options: ipc.ConnectOptions = {{}}): Promise<IpcClient> {{\n\
             \x20 return bind(await ipc.connect(connector, {{ expectedFingerprint: CONTRACT_FINGERPRINT, ...options }}));\n\
             }}\n"
        )
    }
}
