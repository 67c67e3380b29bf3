//! A crate that forbids what it can.
#![forbid(unsafe_code, missing_docs)]
#![deny(warnings, nonstandard_style, clippy::all, clippy::pedantic, unused_qualifications, unreachable_pub, missing_debug_implementations)]

use ipc_bridge::prelude::*;

/// Names and their numbers.
pub mod data {
    use ipc_bridge::prelude::*;

    /// A contract.
    #[service(prefix = "data")]
    pub trait Data {
        /// Fetches one item.
        #[handler]
        async fn fetch(&self, store: State<u64>, #[garde(range(min = 1))] id: u64) -> u64;

        /// Counts.
        #[handler(blocking)]
        fn count(
            &self,
            /// What is counted.
            items: Vec<String>,
        ) -> usize {
            items.len()
        }
    }
}

/// Keeps nothing.
#[derive(Debug)]
pub struct Store;

impl data::Data for Store {
    async fn fetch(&self, store: State<u64>, id: u64) -> u64 {
        *store + id
    }
}

fn main() {
    let _ = Router::new().service(data::DataServer::new(Store));
}
