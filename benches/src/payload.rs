//! What is echoed.

use bytes::Bytes;
use ipc_bridge::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The small payload: about 150 bytes as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("bench:published", lag = "wait")]
pub struct Item {
    /// Another one in every call, so that a reply to somebody else's call is noticed.
    pub id: u64,
    /// A text of a few words.
    pub name: String,
    /// Three short texts.
    pub tags: [String; 3],
    /// A number that is no integer.
    pub score: f64,
}

impl Item {
    /// The item of this id; all but the id is always the same.
    #[must_use]
    pub fn sample(id: u64) -> Self {
        Self {
            id,
            name: "a quite ordinary item, named at the usual length".to_owned(),
            tags: ["electronics", "second-hand", "ships-worldwide"].map(str::to_owned),
            score: 87.340_12,
        }
    }
}

/// A text of so many bytes, without characters that JSON escapes.
pub(crate) fn text(bytes: usize) -> String {
    "The quick brown fox jumps over the lazy dog; ".chars().cycle().take(bytes).collect()
}

/// So many bytes, of every value.
pub(crate) fn bytes(bytes: usize) -> Bytes {
    (0..=u8::MAX).cycle().take(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_payload_is_of_the_announced_size() {
        let json = serde_json::to_string(&Item::sample(1_000_000)).expect("an item is always JSON");
        assert!((140..=160).contains(&json.len()), "{} bytes: {json}", json.len());
    }
}
