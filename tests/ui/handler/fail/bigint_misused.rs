use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(
    #[ipc(bigint)] store: State<String>,
    #[ipc(bigint = "yes")] id: u64,
    #[ipc(bigint, bigint)] other: u64,
    #[ipc(bigit)] third: u64,
) -> String {
    format!("{store:?} {id} {other} {third}")
}

fn main() {}
