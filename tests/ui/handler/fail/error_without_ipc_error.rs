use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch() -> Result<u64, std::io::Error> {
    Ok(7)
}

fn main() {}
