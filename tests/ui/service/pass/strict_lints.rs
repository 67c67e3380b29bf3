//! A crate that forbids what it can.
#![forbid(unsafe_code, missing_docs)]
#![deny(warnings, nonstandard_style, clippy::all, clippy::pedantic, unused_qualifications, unreachable_pub, missing_debug_implementations)]

use ipc_bridge::prelude::*;

/// Names and their numbers.
pub mod data {
    use ipc_bridge::prelude::*;

    /// How far a job is.
    #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
    #[event("job:progress", key = "job")]
    pub struct Progress {
        /// Which job it is.
        pub job: u64,
    }

    /// A contract.
    #[service(prefix = "data", events(Progress))]
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

        /// Says again what it is told.
        #[handler]
        fn echo(&self, items: Incoming<u64>) -> impl Stream<Item = Result<u64, IncomingError>> {
            items
        }

        /// Says it later.
        #[handler]
        async fn tried(&self) -> Result<impl Stream<Item = u64>, IncomingError>;
    }
}

/// Keeps nothing.
#[derive(Debug)]
pub struct Store;

impl data::Data for Store {
    async fn fetch(&self, store: State<u64>, id: u64) -> u64 {
        *store + id
    }

    async fn tried(&self) -> Result<impl Stream<Item = u64>, IncomingError> {
        Err::<Never, _>(IncomingError::BrokenOff(String::new()))
    }
}

struct Never;

impl Stream for Never {
    type Item = u64;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u64>> {
        std::task::Poll::Ready(None)
    }
}

fn main() {
    let _ = Router::new().service(data::DataServer::new(Store));
}
