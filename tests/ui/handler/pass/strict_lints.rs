//! A crate that forbids what it can.
#![forbid(unsafe_code, missing_docs)]
#![deny(warnings, nonstandard_style, clippy::all, clippy::pedantic, unused_qualifications, unreachable_pub, missing_debug_implementations)]

use ipc_bridge::prelude::*;

/// Names and their numbers.
pub mod data {
    use ipc_bridge::prelude::*;

    /// Fetches one item.
    #[handler("data:fetch")]
    pub async fn fetch(store: State<u64>, #[garde(range(min = 1))] id: u64) -> u64 {
        *store + id
    }

    /// Counts.
    #[handler("data:count", blocking)]
    pub(crate) fn count(
        /// What is counted.
        items: Vec<String>,
    ) -> usize {
        items.len()
    }

    #[handler("data:nothing")]
    pub(super) fn nothing() {}

    /// Says again what it is told.
    #[handler("data:echo")]
    pub fn echo(
        /// What it is told.
        items: Incoming<u64>,
    ) -> impl Stream<Item = Result<u64, IncomingError>> {
        items
    }

    #[handler("data:sum", detached)]
    pub(crate) async fn sum(#[payload] start: u64, mut items: Incoming<u64>) -> u64 {
        let mut sum = start;
        while let Some(Ok(item)) = items.next().await {
            sum += item;
        }
        sum
    }

    /// What goes wrong.
    #[derive(Debug, PartialEq, thiserror::Error, IpcError)]
    pub enum FetchError {
        /// Nothing is there.
        #[error("no item {id}")]
        NotFound {
            /// What was asked for.
            id: u64,
        },
    }
}

fn main() {
    let _ = Router::new().handle::<data::fetch>().handle::<data::count>().handle::<data::nothing>().handle::<data::echo>().handle::<data::sum>();
}
