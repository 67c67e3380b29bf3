//! The floor: what a good engineer writes by hand in an afternoon, for speed and for nothing else.
//!
//! The same frames and the same JSON as the framework's, on a tokio socket: no contract, no limits to set, no deadlines,
//! no permissions, no streams. The batch is the whole art: whatever one read brings is answered with one write.

mod client;
mod events;
mod frame;
mod server;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use client::Client;
pub use events::Events;
pub use server::Server;

use crate::{Echo, Workload, socket_of};

/// The side of the comparison that the others are measured against.
#[derive(Debug)]
pub enum Floor {}

impl Echo for Floor {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    async fn serve(endpoint: &str) -> Result<Server> {
        Server::bind(endpoint, usize::MAX)
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Client::connect(&socket_of(endpoint)).await
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        Events::subscribe(&socket_of(endpoint)).await
    }
}

/// The floor whose server writes after every eight answers, though it has more to answer: the client begins to read while
/// the server still works. With all answers in one write, either end may wait while the other works, in lockstep.
#[derive(Debug)]
pub enum SplitFloor {}

const ANSWERS_PER_WRITE: usize = 8;

impl Echo for SplitFloor {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    fn lacks(workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::OneConnection | Workload::ManyConnections | Workload::InFlight { .. } => None,
            _ => Some("it is the floor where few calls are in flight"),
        }
    }

    async fn serve(endpoint: &str) -> Result<Server> {
        Server::bind(endpoint, ANSWERS_PER_WRITE)
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Floor::connect(endpoint).await
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        Floor::subscribe(endpoint).await
    }
}

/// How much one read may bring. The pages of a buffer that were never written to are not resident.
const READ_BUFFER: usize = 64 * 1024;

const ECHO: &str = "bench:echo";
const ECHO_TEXT: &str = "bench:echo_text";
const ECHO_BYTES: &str = "bench:echo_bytes";
const PUBLISH: &str = "bench:publish";
const PUBLISHED: &str = "bench:published";

/// What the server is told to publish.
#[derive(Serialize, Deserialize)]
struct Publish {
    first: u64,
    end: u64,
}

/// The body of every response.
#[derive(Serialize, Deserialize)]
struct Success<T> {
    success: bool,
    data: T,
}
