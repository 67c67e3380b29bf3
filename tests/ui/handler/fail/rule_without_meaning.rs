use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[garde(credit_card)] card: String, #[garde(matches(card))] again: String) -> bool {
    card == again
}

fn main() {}
