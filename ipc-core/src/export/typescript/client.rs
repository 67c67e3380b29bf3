//! The contract as types, and the client with a method for each channel.

use std::collections::BTreeMap;

use super::methods::{Channel, Kind, Method, Node};
use super::model::{Docs, Member, Object, Type};
use super::names;
use super::write::{Writer, comment};

/// A channel that is called, with its types.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) docs: Docs,
    pub(super) request: Type,
    pub(super) upload: Option<Type>,
    /// What it answers once, or each item of its stream.
    pub(super) answer: Answer,
    pub(super) errors: Vec<Code<'a>>,
}

#[derive(Debug)]
pub(super) enum Answer {
    Once(Type),
    Stream(Type),
}

/// One code of a call's own.
#[derive(Debug)]
pub(super) struct Code<'a> {
    pub(super) code: &'a str,
    pub(super) docs: Docs,
    pub(super) details: Option<Type>,
}

/// What is published, with its types.
#[derive(Debug)]
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    pub(super) docs: Docs,
    pub(super) data: Type,
    pub(super) key: Option<Type>,
    pub(super) shared: bool,
}

impl<'a> Call<'a> {
    pub(super) const fn channel(&self) -> Channel<'a> {
        let kind = match self.answer {
            Answer::Once(_) => Kind::Call,
            Answer::Stream(_) => Kind::Stream,
        };
        Channel { name: self.name, kind }
    }
}

impl<'a> Event<'a> {
    pub(super) const fn channel(&self) -> Channel<'a> {
        Channel { name: self.name, kind: if self.shared { Kind::SharedEvent } else { Kind::Event } }
    }
}

/// The interface `IpcContract`.
///
/// `definitions` tell whether a request may be left out.
pub(super) fn contract(
    calls: &[Call<'_>],
    events: &[Event<'_>],
    writer: Writer<'_>,
    definitions: &BTreeMap<&str, Type>,
) -> String {
    let mut written = "/** What travels on each channel. */\nexport interface IpcContract {\n".to_owned();
    if calls.is_empty() {
        written.push_str("  readonly calls: {};\n");
    } else {
        written.push_str("  readonly calls: {\n");
        calls.iter().for_each(|call| written.push_str(&call_types(call, writer, definitions)));
        written.push_str("  };\n");
    }
    let member = |event: &Event<'_>| Member {
        name: event.name.to_owned(),
        of: event.data.clone(),
        optional: false,
        docs: event.docs.clone(),
    };
    let object = Object { members: events.iter().map(member).collect(), rest: None };
    let events = if events.is_empty() { "{}".to_owned() } else { writer.members(&object, 1) };
    written.push_str(&format!("  readonly events: {events};\n}}\n"));
    written
}

fn call_types(call: &Call<'_>, writer: Writer<'_>, definitions: &BTreeMap<&str, Type>) -> String {
    let docs = comment(&call.docs, 2);
    let mut written = format!("{docs}    {}: {{\n", names::text(call.name));
    let mut line = |name: &str, of: String| {
        let space = if of.starts_with('\n') { "" } else { " " };
        written.push_str(&format!("      readonly {name}:{space}{of};\n"));
    };
    let write = |of: &Type| writer.write(of, 3, "      readonly response: ".len());
    if let Some(request) = request(&call.request, definitions, &write) {
        line("request", request);
    }
    if let Some(upload) = &call.upload {
        line("upload", write(upload));
    }
    match &call.answer {
        Answer::Once(of) => line("response", write(of)),
        Answer::Stream(of) => line("item", write(of)),
    }
    if !call.errors.is_empty() {
        let error = |code: &Code<'_>| {
            let details = code.details.as_ref().map_or_else(|| "undefined".to_owned(), |of| writer.write(of, 4, 60));
            let docs = comment(&code.docs, 4);
            format!("\n{docs}        | ipc.Failure<{}, {details}>", names::text(code.code))
        };
        line("error", call.errors.iter().map(error).collect());
    }
    written.push_str("    };\n");
    written
}

/// The type of a request; `None` where there is nothing to give, and with `undefined` where nothing need be given.
fn request(of: &Type, definitions: &BTreeMap<&str, Type>, write: &dyn Fn(&Type) -> String) -> Option<String> {
    let named = match of {
        Type::Named(name) => definitions.get(name.as_str()),
        _ => None,
    };
    match named.unwrap_or(of) {
        Type::Object(object) if named.is_none() && object.members.is_empty() && object.rest.is_none() => None,
        Type::Object(object) if object.members.iter().all(|member| member.optional) => {
            Some(format!("{} | undefined", write(of)))
        }
        _ => Some(write(of)),
    }
}

/// The interface `IpcClient`.
pub(super) fn client(root: &Node<'_>, calls: &[Call<'_>], events: &[Event<'_>], writer: Writer<'_>) -> String {
    let all = if root.events().is_empty() { String::new() } else { all_events(root) };
    let heading = "/** A client with a method for each channel of the contract. */\nexport interface IpcClient extends ipc.Root<IpcContract>";
    let client = Interface { calls, events, writer };
    format!("{heading}{all} {}\n", client.members(root, 0))
}

/// What listens to all events below a node.
fn all_events(node: &Node<'_>) -> String {
    let names: Vec<_> = node.events().into_iter().map(names::text).collect();
    format!(", ipc.AllEvents<IpcContract, {}>", names.join(" | "))
}

struct Interface<'i, 'a> {
    calls: &'i [Call<'a>],
    events: &'i [Event<'a>],
    writer: Writer<'i>,
}

impl Interface<'_, '_> {
    fn members(&self, node: &Node<'_>, depth: usize) -> String {
        let indent = "  ".repeat(depth + 1);
        let mut lines = String::new();
        for method in node.methods() {
            let docs = comment(&self.docs(&method), depth + 1);
            let name = names::member(&method.name);
            lines.push_str(&format!("{docs}{indent}readonly {name}: {};\n", self.method(&method, depth + 1)));
        }
        if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}{}}}", "  ".repeat(depth)) }
    }

    /// The type of a member.
    fn method(&self, method: &Method<'_, '_>, depth: usize) -> String {
        let node = method.node;
        let own = node.channel.map(|channel| self.channel(channel, method.listener));
        if method.listener || node.inner.is_empty() {
            return own.unwrap_or_else(|| "{}".to_owned());
        }
        let below: Vec<_> = node.inner.values().flat_map(Node::events).map(names::text).collect();
        let all = (!below.is_empty()).then(|| format!("ipc.AllEvents<IpcContract, {}>", below.join(" | ")));
        let parts: Vec<_> = [own, all, Some(self.members(node, depth))].into_iter().flatten().collect();
        parts.join(" & ")
    }

    fn channel(&self, channel: Channel<'_>, listener: bool) -> String {
        let name = names::text(channel.name);
        let key = self.events.iter().find(|event| event.name == channel.name).and_then(|event| event.key.as_ref());
        let key = key.map_or_else(String::new, |key| format!(", {}", self.writer.write(key, 0, 0)));
        match channel.kind {
            Kind::Call => format!("ipc.Call<IpcContract, {name}>"),
            Kind::Stream => format!("ipc.Stream<IpcContract, {name}>"),
            _ if listener => format!("ipc.Listen<IpcContract, {name}{key}>"),
            Kind::Event => format!("ipc.Event<IpcContract, {name}{key}>"),
            Kind::SharedEvent => format!("ipc.SharedEvent<IpcContract, {name}{key}>"),
        }
    }

    fn docs(&self, method: &Method<'_, '_>) -> Docs {
        let Some(channel) = method.node.channel else { return Docs::default() };
        let call = self.calls.iter().find(|call| call.name == channel.name).map(|call| &call.docs);
        let event = self.events.iter().find(|event| event.name == channel.name).map(|event| &event.docs);
        call.or(event).cloned().unwrap_or_default()
    }
}
