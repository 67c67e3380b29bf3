//! Channels as methods: `data:fetch` as `client.data.fetch`.

use std::collections::BTreeMap;

use super::names;
use super::shapes::write::key;

/// What every method of a call has beside what its channel's name says, and what must not be an object's member.
const OF_CALLS: [&str; 2] = ["try", "notify"];
const OF_EVENTS: [&str; 1] = ["publish"];

/// What an awaited object must not have.
const OF_ALL: [&str; 1] = ["then"];

/// The channels below one name, by the part of their names that follows.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) channel: Option<Channel<'a>>,
    pub(super) inner: BTreeMap<&'a str, Node<'a>>,
}

/// What a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channel<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Stream,
    Event,
    /// An event that clients publish too.
    SharedEvent,
}

impl Kind {
    pub(super) const fn is_event(self) -> bool {
        matches!(self, Self::Event | Self::SharedEvent)
    }

    /// The key of the generated table, and what the runtime makes of it.
    const fn key(self) -> &'static str {
        match self {
            Self::Call => "$call",
            Self::Stream => "$stream",
            Self::Event => "$event",
            Self::SharedEvent => "$shared",
        }
    }
}

/// One member of a node, as it is called.
#[derive(Debug)]
pub(super) struct Method<'n, 'a> {
    pub(super) name: String,
    /// Whether this is the listener of the event that `node` is.
    pub(super) listener: bool,
    pub(super) node: &'n Node<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn add(&mut self, channel: Channel<'a>) {
        let node = channel.name.split(':').fold(self, |node, part| node.inner.entry(part).or_default());
        node.channel = Some(channel);
    }

    /// Its members under the names that they have in TypeScript, no two of which are the same.
    pub(super) fn methods(&self) -> Vec<Method<'_, 'a>> {
        let wanted: Vec<(&str, &Node<'a>, Vec<String>)> =
            self.inner.iter().map(|(part, node)| (*part, node, wanted(part, node))).collect();
        let mut methods = Vec::new();
        for (part, node, names) in &wanted {
            // What would be called as another one keeps its own name, which no other has.
            let clashes = names.is_empty()
                || names.iter().any(|name| {
                    self.reserves(name)
                        || wanted.iter().any(|(other, _, others)| other != part && others.contains(name))
                });
            let names = if clashes { self.unchanged(part, node) } else { names.clone() };
            for (at, name) in names.into_iter().enumerate() {
                methods.push(Method { name, listener: at == 1, node });
            }
        }
        methods
    }

    fn reserves(&self, name: &str) -> bool {
        let of_channel: &[&str] = match self.channel {
            Some(channel) if channel.kind.is_event() => &OF_EVENTS,
            Some(_) => &OF_CALLS,
            None => &[],
        };
        of_channel.contains(&name) || OF_ALL.contains(&name)
    }

    /// The names of a member that cannot have those that it should.
    fn unchanged(&self, part: &str, node: &Node<'_>) -> Vec<String> {
        let own = if self.reserves(part) { format!("${part}") } else { part.to_owned() };
        // No part of a channel's name has a `:`.
        let listener = node.channel.is_some_and(|channel| channel.kind.is_event()).then(|| format!("on:{part}"));
        [Some(own), listener].into_iter().flatten().collect()
    }

    /// The events below it.
    pub(super) fn events(&self) -> Vec<&'a str> {
        let own = self.channel.filter(|channel| channel.kind.is_event()).map(|channel| channel.name);
        own.into_iter().chain(self.inner.values().flat_map(Node::events)).collect()
    }

    /// Writes the table from which the runtime makes the methods. `prefix` is what the channels below begin with.
    pub(super) fn table(&self, prefix: &str, depth: usize) -> String {
        let indent = "  ".repeat(depth + 1);
        let mut lines = Vec::new();
        if let Some(Channel { name, kind }) = self.channel {
            lines.push(format!("{}: {}", kind.key(), names::text(name)));
        }
        if self.inner.values().any(|node| !node.events().is_empty()) {
            lines.push(format!("$all: {}", names::text(&format!("{prefix}*"))));
        }
        for Method { name, listener, node } in self.methods() {
            let key = key(&name);
            match node.channel {
                Some(channel) if listener => lines.push(format!("{key}: {{ $on: {} }}", names::text(channel.name))),
                _ => {
                    let part = self.inner.iter().find(|(_, known)| std::ptr::eq(*known, node)).map(|(part, _)| *part);
                    let prefix = format!("{prefix}{}:", part.unwrap_or_default());
                    lines.push(format!("{key}: {}", node.table(&prefix, depth + 1)));
                }
            }
        }
        match lines.as_slice() {
            [] => "{}".to_owned(),
            [one] if !one.contains('\n') => format!("{{ {one} }}"),
            lines => {
                let lines: String = lines.iter().map(|line| format!("{indent}{line},\n")).collect();
                format!("{{\n{lines}{}}}", "  ".repeat(depth))
            }
        }
    }
}

/// What a member would be called: first itself, then its listener.
fn wanted(part: &str, node: &Node<'_>) -> Vec<String> {
    let Some(own) = names::camel(part) else { return Vec::new() };
    let listener = node.channel.is_some_and(|channel| channel.kind.is_event());
    let listener = listener.then(|| format!("on{}", names::capital(&own)));
    [Some(own), listener].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(channels: &[(&str, Kind)], below: &str) -> Vec<String> {
        let all: Vec<(String, Kind)> = channels.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        let mut root = Node::default();
        for (name, kind) in &all {
            root.add(Channel { name, kind: *kind });
        }
        let node = below.split(':').fold(&root, |node, part| node.inner.get(part).expect("a part of a channel"));
        node.methods().into_iter().map(|method| method.name).collect()
    }

    #[test]
    fn channels_that_would_be_one_method_keep_their_names() {
        let channels = [("a:get-one", Kind::Call), ("a:get_one", Kind::Call), ("a:getone", Kind::Call)];
        assert_eq!(names_of(&channels, "a"), ["get-one", "get_one", "getone"]);
    }

    #[test]
    fn an_event_whose_listener_is_a_handler_has_another_one() {
        let channels = [("a:changed", Kind::Event), ("a:on-changed", Kind::Call), ("a:gone", Kind::SharedEvent)];
        assert_eq!(names_of(&channels, "a"), ["changed", "on:changed", "gone", "onGone", "on-changed"]);
    }

    #[test]
    fn what_a_method_or_a_promise_has_is_no_name_of_a_channel() {
        let channels = [("a:b", Kind::Call), ("a:b:try", Kind::Call), ("a:then", Kind::Call), ("a:try", Kind::Call)];
        assert_eq!(names_of(&channels, "a"), ["b", "$then", "try"]);
        assert_eq!(names_of(&channels, "a:b"), ["$try"]);
        let channels = [("a:b", Kind::SharedEvent), ("a:b:publish", Kind::Call), ("a:-", Kind::Call)];
        assert_eq!(names_of(&channels, "a:b"), ["$publish"]);
        assert_eq!(names_of(&channels, "a"), ["-", "b", "onB"]);
    }
}
