//! Other people's IPC, put through the same workloads as the floor and the framework: `cargo xtask bench --peers`.
//!
//! The benchmark's own program starts this one for each measurement, and reads its figures. Every peer is written as its
//! documentation would have it written, over a Unix socket, with one client that its callers share.

#[cfg(not(unix))]
compile_error!("the peers are compared over Unix sockets");

mod jsonrpsee;
mod tarpc;
mod tonic;
mod zbus;
mod zlink;

use anyhow::{Result, ensure};
use ipc_benches::side::{self, Offer};

const OFFERS: &[Offer] = &[
    Offer::of::<tarpc::Tarpc<tarpc::Json>>("tarpc-json").version(env!("TARPC_VERSION")),
    Offer::of::<tarpc::Tarpc<tarpc::Bincode>>("tarpc-bincode").version(env!("TARPC_VERSION")),
    Offer::of::<jsonrpsee::Jsonrpsee>("jsonrpsee").version(env!("JSONRPSEE_VERSION")).remark(jsonrpsee::REMARK),
    Offer::of::<zbus::Zbus>("zbus").version(env!("ZBUS_VERSION")).remark(zbus::REMARK),
    Offer::of::<zlink::Zlink>("zlink").version(env!("ZLINK_VERSION")).remark(zlink::REMARK),
    Offer::of::<tonic::Tonic>("tonic").version(env!("TONIC_VERSION")).remark(tonic::REMARK),
];

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    let served = side::serve(argument.as_deref(), OFFERS)?;
    ensure!(served, "this program is started by `cargo xtask bench --peers`");
    Ok(())
}
