//! What a client expects of its server.

mod mismatch;
mod part;

use std::collections::BTreeMap;

use crate::description::{self, Description, DescriptionError, Draft, Drafts, EventDraft, Generators};
use crate::event::Event;
use crate::handler::Handler;
use crate::route;

pub use mismatch::ContractMismatch;
pub use part::{Announced, Contracted, Exchange, Expected, OwnSchema};

/// What a client expects of its server: the channels and events that it uses, as its own types describe them.
///
/// It is made from the types that are used, or from a whole [`Description`], and given to a client, which compares it with
/// what the server serves when it connects (`ClientBuilder::expect_contract`).
///
/// ```
/// use ipc_core::{Contract, handler};
///
/// #[handler("math:half", crate = ipc_core)]
/// fn half(number: u32) -> u32 {
///     number / 2
/// }
///
/// let contract = Contract::new().request::<half>(); // .service::<DataClient<Client>>().event::<StatusChanged>()
/// assert_eq!(contract.fingerprints()?.channels().collect::<Vec<_>>(), [("math:half", "345849598c227474")]);
/// # Ok::<(), ipc_core::DescriptionError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Contract {
    channels: Vec<Describe>,
    events: Vec<EventPart>,
    kept: Fingerprints,
}

/// Describes a channel that is expected.
type Describe = fn(&mut Generators) -> (&'static str, Draft);

/// An event that is expected.
#[derive(Debug, Clone, Copy)]
struct EventPart {
    channel: &'static str,
    describe: fn(&mut Generators) -> EventDraft,
    shared: bool,
}

impl Contract {
    /// A contract of which nothing is expected.
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects a channel, by the request type that stands beside its function: `.request::<fetch>()`.
    #[must_use]
    pub fn request<H: Handler>(mut self) -> Self {
        self.channels.push(|generators| (channel_of::<H>(), route::describe::<H, ()>(generators)));
        self
    }

    /// Expects the channels and events of a service, by its client: `.service::<DataClient<Client>>()`.
    #[must_use]
    pub fn service<S: Contracted>(mut self) -> Self {
        S::contract(&mut self);
        self
    }

    /// Expects an event that the server publishes: `.event::<StatusChanged>()`.
    #[must_use]
    pub fn event<E: Event>(mut self) -> Self {
        self.expect_event::<E>(false);
        self
    }

    /// Expects an event that the server lets its peers publish too: `.shared_event::<Said>()`.
    #[must_use]
    pub fn shared_event<E: Event>(mut self) -> Self {
        self.expect_event::<E>(true);
        self
    }

    fn expect_event<E: Event>(&mut self, shared: bool) {
        self.events.push(EventPart { channel: E::CHANNEL, describe: EventDraft::of::<E>, shared });
    }

    /// What the channels and events are expected to be.
    ///
    /// # Errors
    ///
    /// Two types would have one name in a description.
    pub fn fingerprints(&self) -> Result<Fingerprints, DescriptionError> {
        if self.channels.is_empty() && self.events.is_empty() {
            return Ok(self.kept.clone());
        }
        let made = description::build(|generators| Drafts {
            channels: self.channels.iter().map(|draft| draft(generators)).collect(),
            events: self
                .events
                .iter()
                .map(|event| (event.channel, (event.describe)(generators), event.shared))
                .collect(),
        })?;
        let mut made = Fingerprints::of(&made);
        if !(self.kept.channels.is_empty() && self.kept.events.is_empty()) {
            made.channels.extend(self.kept.channels.clone());
            made.events.extend(self.kept.events.clone());
            // It is that of a part no more, and of the whole not yet.
            made.whole.clear();
        }
        Ok(made)
    }
}

fn channel_of<H: Handler>() -> &'static str {
    <H::Output as crate::answer::Answers>::CHANNEL
}

/// All that a description has: of a server whose description is kept with the client, say.
impl From<&Description> for Contract {
    fn from(description: &Description) -> Self {
        Self { kept: Fingerprints::of(description), ..Self::default() }
    }
}

impl From<Description> for Contract {
    fn from(description: Description) -> Self {
        Self::from(&description)
    }
}

/// The fingerprints of a contract, as a whole and one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprints {
    whole: String,
    channels: BTreeMap<String, String>,
    events: BTreeMap<String, String>,
}

impl Fingerprints {
    /// Those of a description.
    pub fn of(description: &Description) -> Self {
        let own = |(name, fingerprint): (&str, &str)| (name.to_owned(), fingerprint.to_owned());
        Self {
            whole: description.fingerprint().to_owned(),
            channels: description.channels().map(|(name, channel)| own((name, channel.fingerprint()))).collect(),
            events: description.events().map(|(name, event)| own((name, event.fingerprint()))).collect(),
        }
    }

    /// The [fingerprint](Description::fingerprint) of the whole contract; empty where it was put together from two.
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// The channels with their fingerprints, sorted by name.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.channels.iter().map(|(name, fingerprint)| (name.as_str(), fingerprint.as_str()))
    }

    /// The events with their fingerprints, sorted by the names of their channels.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.events.iter().map(|(name, fingerprint)| (name.as_str(), fingerprint.as_str()))
    }

    /// What a server that is described so does not have as it is expected here; `None` where it has all of it.
    pub fn mismatch(&self, server: &Description) -> Option<ContractMismatch> {
        ContractMismatch::between(self, &Self::of(server))
    }
}
