//! The part of a description that a peer is told: what it may use, and no word of the rest.

use schemars::Schema;

use super::{ChannelDescription, CodeDescription, Description, EventDescription};

/// What a peer may do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MayEvent {
    pub(crate) subscribe: bool,
    pub(crate) publish: bool,
}

impl Description {
    /// The channels and the events that a peer may use, with the definitions that they need. The fingerprint stays that
    /// of the whole contract, which every peer is told in the hello.
    pub(crate) fn part(&self, channel: impl Fn(&str) -> bool, event: impl Fn(&str) -> MayEvent) -> Self {
        let channels = self.channels.iter().filter(|(name, _)| channel(name));
        let events = self.events.iter().filter_map(|(name, described)| {
            let may = event(name);
            (may.subscribe || may.publish).then(|| (name.clone(), described.seen_by(may)))
        });
        let mut part = Self {
            dialect: self.dialect.clone(),
            protocol: self.protocol,
            generator: self.generator.clone(),
            fingerprint: self.fingerprint.clone(),
            channels: channels.map(|(name, described)| (name.clone(), described.clone())).collect(),
            events: events.collect(),
            definitions: Default::default(),
        };
        let schemas = part.channels.values().flat_map(schemas_of_channel);
        let needed = self.needed(schemas.chain(part.events.values().flat_map(schemas_of_event)));
        let definitions =
            needed.into_iter().filter_map(|name| Some((name.clone(), self.definitions.get(&name)?.clone())));
        part.definitions = definitions.collect();
        part
    }
}

fn schemas_of_channel(channel: &ChannelDescription) -> impl Iterator<Item = &Schema> {
    let details = channel.errors().iter().filter_map(CodeDescription::details);
    let answers = [channel.incoming(), channel.response(), channel.item()].into_iter().flatten();
    std::iter::once(channel.request()).chain(answers).chain(details)
}

fn schemas_of_event(event: &EventDescription) -> impl Iterator<Item = &Schema> {
    std::iter::once(event.data()).chain(event.key())
}

impl EventDescription {
    /// What is missing to a peer is the server's affair, and not told by its name.
    fn seen_by(&self, may: MayEvent) -> Self {
        let mut seen = self.clone();
        if !may.subscribe {
            seen.permission = None;
        }
        if !may.publish {
            seen.publish_permission = None;
        }
        seen
    }
}
