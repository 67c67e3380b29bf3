use ipc_bridge::prelude::*;

#[handler("Data:fetch", timout = 3)]
unsafe fn fetch<T: Sized>(name: &str, #[garde(rang(min = 1))] id: u64, (a, b): (T, u8)) -> impl Sized {
    (name.len(), id, a, b)
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
