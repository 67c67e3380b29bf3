//! What a connection costs while nothing is said on it (W6).

use std::process;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::runtime::Runtime;

use super::Window;
use crate::figures::{Figure, Figures};
use crate::{Caller, Item, machine};

pub(super) const FIGURES: [Figure; 3] = [
    Figure::new("both", "KiB per connection, both processes", 1),
    Figure::new("server", "of them the server's", 1),
    Figure::new("client", "of them the client's", 1),
];

const CONNECTIONS: usize = 1000;

/// Longer than an implementation that gives back its buffers at rest may wait before it does.
const REST: Duration = Duration::from_millis(200);

pub(super) fn measure<C: Caller>(
    runtime: &Runtime,
    connect: impl Fn() -> Result<C>,
    window: Window,
) -> Result<Figures> {
    // The first connection pays for what the process needs once: code, tables, the allocator's own.
    let first = connect()?;
    call(runtime, &first, 0)?;
    thread::sleep(REST);
    let before = Memory::read(window.server)?;
    let mut clients = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        clients.push(connect()?);
    }
    // One call on each, so that the buffers have been used.
    for (client, id) in clients.iter().zip(0..) {
        call(runtime, client, id)?;
    }
    thread::sleep(REST);
    let after = Memory::read(window.server)?;
    // They rested and were not closed: every one still answers.
    for (client, id) in clients.iter().zip(0..) {
        call(runtime, client, id)?;
    }
    let (Some(before), Some(after)) = (before, after) else { return Ok(Figures::new()) };
    let client = (after.client - before.client) / CONNECTIONS as f64;
    let server = (after.server - before.server) / CONNECTIONS as f64;
    let figures = [("both", client + server), ("server", server), ("client", client)];
    Ok(figures.map(|(key, kib)| (key.to_owned(), kib)).into())
}

fn call<C: Caller>(runtime: &Runtime, client: &C, id: u64) -> Result<()> {
    let expected = Item::sample(id);
    let item = runtime.block_on(client.echo(expected.clone()))?;
    ensure!(item == expected, "sent {expected:?}, received {item:?}");
    Ok(())
}

/// The resident memory of both processes, in KiB.
struct Memory {
    client: f64,
    server: f64,
}

impl Memory {
    fn read(server: u32) -> Result<Option<Self>> {
        let client = machine::resident_kib(process::id())?;
        let server = machine::resident_kib(server)?;
        Ok(client.zip(server).map(|(client, server)| Self { client, server }))
    }
}
