//! A backend for the tests of generated bindings: the contract that has every shape that serde makes.
//!
//! ```text
//! cargo run --features export --example bindings_server
//! cargo run --features export --example bindings_server -- --backend NAME
//! ```
//!
//! With `--backend` and a name or a path it says `ready` when it listens there, and serves until its standard input
//! ends. Without, it starts itself so, and asks whether it answers.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;
#[path = "../tests/bindings/contract/mod.rs"]
mod contract;

use std::error::Error;
use std::path::Path;

use ipc_bridge::export::TypeScript;
use ipc_bridge::{Client, Endpoint, Server};

use backend::Backend;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint] => {
            let endpoint: Endpoint = if endpoint.contains('/') { Path::new(endpoint).into() } else { endpoint.into() };
            backend::serve_until_asked_to_finish(Server::bind(endpoint).serve(contract::router()).await?).await
        }
        _ => frontend(&format!("ipc-bridge-bindings-{}", std::process::id())).await,
    }
}

/// What the tests of the npm package do at length, in brief.
async fn frontend(endpoint: &str) -> Result<(), Box<dyn Error>> {
    let backend = Backend::start(&["--backend", endpoint]).await?;
    let client = Client::connect(endpoint).await?;
    let item = client.invoke(contract::channels::fetch { id: 7 }).await?;
    let bindings = TypeScript::new().write(&contract::router().description()?)?;
    println!("bindings of {} lines, and a backend that answers: {item:?}", bindings.lines().count());
    backend.stop().await
}
