use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(
    #[garde(range = 1)] a: u64,
    #[garde(range(1, 2))] b: u64,
    #[garde(range())] c: u64,
    #[garde(length(min = 1, most = 2))] d: String,
    #[garde(ascii(yes))] e: String,
    #[garde] f: u64,
) -> u64 {
    a + b + c + f + (d.len() + e.len()) as u64
}

fn main() {}
