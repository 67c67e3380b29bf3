//! What differs between two contracts, and whom that breaks: [`Description::diff`], and [`assert_compatible`] for tests.

// `contract` compares channels and events, and what travels on them by way of `compare`, which walks two schemas at once:
// `shape` tells what values a schema has, as alternatives of one JSON type each. Schemas are compared by their values and
// never by the names of their types.

mod alternatives;
mod change;
mod compare;
mod contract;
mod kept;
mod lists;
mod notes;
mod objects;
mod rules;
mod shape;
mod why;

pub use change::{Breaks, Change, ChangeKind, Changes, Subject};
pub use kept::{KeptError, assert_compatible};

use super::Description;

impl Description {
    /// What is different in `new`, which came after this one, and what of it breaks whom.
    ///
    /// What clients send is judged by whether the new server takes all that old clients send; what they get, by whether
    /// old clients can read all that the new server writes. So a field that may be left out is no break in a request, an
    /// added variant is one in a response, and so on: `docs/evolving.md` has the table.
    ///
    /// Two descriptions are compared by what travels: by the names of channels, events, codes and fields, by types and
    /// constraints, and not by the names of Rust types. The judgement is on the safe side: what is not called breaking is
    /// accepted; of what is called breaking, a peer that uses less than its contract lets it may notice nothing.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use ipc_core::{Router, handler};
    /// # mod old {
    /// #     #[ipc_core::handler("math:half", crate = ipc_core)]
    /// #     pub(crate) fn half(number: u32) -> u32 { number / 2 }
    /// # }
    /// # mod new {
    /// #     #[ipc_core::handler("math:half", crate = ipc_core)]
    /// #     pub(crate) fn half(number: u32, digits: u8) -> u32 { number / 2 + u32::from(digits) }
    /// # }
    /// let old = Router::new().handle::<old::half>().description()?;
    /// let new = Router::new().handle::<new::half>().description()?;
    /// let changes = old.diff(&new);
    /// assert!(changes.is_breaking());
    /// let said = "math:half: request.digits: the field is new and required (breaks old clients: they do not send it; \
    ///             breaks new clients at old servers: they send what those do not know)";
    /// assert_eq!(changes.to_string(), said);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn diff(&self, new: &Self) -> Changes {
        Changes {
            old: self.fingerprint().to_owned(),
            new: new.fingerprint().to_owned(),
            changes: contract::changes(self, new),
        }
    }
}
