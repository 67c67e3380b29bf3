//! The floor: what a good engineer writes by hand in an afternoon, for speed and for nothing else.
//!
//! The same frames and the same JSON as the framework's, on a tokio socket: no contract, no limits to set, no deadlines,
//! no permissions, no streams. The batch is the whole art: whatever one read brings is answered with one write.

mod client;
mod events;
mod frame;
mod server;

use std::path::PathBuf;

use anyhow::Result;
use serde::{Deserialize, Serialize};

pub use client::Client;
pub use events::Events;
pub use server::Server;

use crate::Echo;

/// The side of the comparison that the others are measured against.
#[derive(Debug)]
pub enum Floor {}

impl Echo for Floor {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    async fn serve(endpoint: &str) -> Result<Server> {
        Server::bind(socket_of(endpoint))
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Client::connect(&socket_of(endpoint)).await
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        Events::subscribe(&socket_of(endpoint)).await
    }
}

fn socket_of(endpoint: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{endpoint}.sock"))
}

/// How much one read may bring. The pages of a buffer that were never written to are not resident.
const READ_BUFFER: usize = 64 * 1024;

const ECHO: &str = "bench:echo";
const ECHO_TEXT: &str = "bench:echo_text";
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
