use ipc_bridge::prelude::*;

#[handler("data:payload")]
async fn payload(#[payload] items: Incoming<u8>) {
    drop(items);
}

#[handler("data:context")]
async fn context(#[context] items: Incoming<u8>) {
    drop(items);
}

#[handler("data:constraint")]
async fn constraint(#[garde(length(max = 9))] items: Incoming<u8>) {
    drop(items);
}

#[handler("data:sensitive")]
async fn sensitive(#[ipc(sensitive)] items: Incoming<u8>) {
    drop(items);
}

#[handler("data:bigint")]
async fn bigint(#[ipc(bigint)] items: Incoming<u64>) {
    drop(items);
}

fn main() {}
