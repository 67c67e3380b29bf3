//! `exchanges.json`: who sends which frame.

use serde::Deserialize;
use serde_json::Value;

use super::load;

#[derive(Debug, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    /// The ends that an implementation plays.
    pub(crate) plays: Vec<End>,
    #[serde(default)]
    pub(crate) client: EndLimits,
    #[serde(default)]
    pub(crate) server: EndLimits,
    pub(crate) steps: Vec<Step>,
    /// Who closes the connection, where it is closed.
    #[serde(default)]
    pub(crate) closed_by: Option<Closing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Client,
    Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Closing {
    Client,
    Server,
    Both,
}

/// The limits of one end.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EndLimits {
    pub(crate) message_bytes: u32,
    pub(crate) in_flight: u32,
    pub(crate) stream_bytes: u32,
    pub(crate) queued_events: usize,
}

impl Default for EndLimits {
    fn default() -> Self {
        Self { message_bytes: 16 * 1024 * 1024, in_flight: 4096, stream_bytes: 65_536, queued_events: 1024 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Client { client: String },
    Server { server: String },
    Publish { publish: String, event: Value },
}

/// The exchanges of `exchanges.json` in which an implementation plays this end.
pub(crate) fn exchanges(end: End) -> Vec<Exchange> {
    #[derive(Deserialize)]
    struct File {
        exchanges: Vec<Exchange>,
    }
    let mut exchanges = load::<File>("exchanges.json").exchanges;
    exchanges.retain(|exchange| exchange.plays.contains(&end));
    exchanges
}
