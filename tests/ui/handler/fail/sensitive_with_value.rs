use ipc_bridge::prelude::*;

#[handler("user:login")]
fn login(#[ipc(sensitive = true)] password: String, #[ipc(sensitive(always))] pin: String) -> usize {
    password.len() + pin.len()
}

fn main() {}
