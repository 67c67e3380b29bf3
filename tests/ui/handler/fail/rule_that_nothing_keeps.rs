use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(
    #[garde(range(min = 5, max = 1))] id: u64,
    #[garde(pattern("["))] name: String,
    #[garde(inner(dive))] names: Vec<String>,
    #[garde(length(min = 1, equal = 2))] text: String,
) -> u64 {
    id + (name.len() + names.len() + text.len()) as u64
}

fn main() {}
