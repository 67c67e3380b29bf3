use ipc_bridge::prelude::*;

#[handler("user:login")]
fn login(
    #[ipc(sensitiv)] password: String,
    #[ipc(secret)] pin: String,
    #[ipc] answer: String,
    #[ipc()] token: String,
    #[ipc("sensitive")] key: String,
) -> usize {
    password.len() + pin.len() + answer.len() + token.len() + key.len()
}

fn main() {}
