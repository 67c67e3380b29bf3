use ipc_bridge::prelude::*;

#[handler("user:login")]
fn login(
    #[ipc(sensitive, sensitive)] password: String,
    #[ipc(sensitive)]
    #[ipc(sensitive)]
    pin: String,
) -> usize {
    password.len() + pin.len()
}

fn main() {}
