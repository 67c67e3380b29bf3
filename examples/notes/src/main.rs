//! The backend of the notes.
//!
//! ```text
//! cargo run -p notes -- --data notes.db
//! ```
//!
//! It says `ready` when it listens, and ends when it is asked to.

#![expect(clippy::print_stdout, reason = "a program that says when it listens")]

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;
use ipc_bridge::{Endpoint, Grants, Server, Token, shutdown_signal};
use notes::Store;

/// The backend of the notes.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen: a name, or a path with a slash in it.
    #[arg(long, default_value = "notes")]
    endpoint: String,
    /// The file of the notes, which is made where there is none.
    #[arg(long, default_value = "notes.db")]
    data: PathBuf,
    /// Print a token before anything else: whoever shows it may do everything, and remove notes.
    #[arg(long)]
    token: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { endpoint, data, token } = Arguments::parse();
    let asked_to_end = shutdown_signal()?;
    let place: Endpoint = if endpoint.contains(['/', '\\']) { Path::new(&endpoint).into() } else { (&endpoint).into() };
    let store = tokio::task::spawn_blocking(move || Store::open(&data).and_then(notes::router)).await?;
    let server = Server::bind(place).serve(store?).await?;
    if token {
        println!("{}={}", Token::ENV, server.issue_token(Grants::all())?.expose());
    }
    println!("ready");
    asked_to_end.await;
    server.shutdown().await;
    Ok(())
}
