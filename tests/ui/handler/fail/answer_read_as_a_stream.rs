use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(id: u8) -> u8 {
    id
}

async fn call(router: Router) {
    let _ = router.stream(fetch { id: 7 });
}

fn main() {
    let _ = call;
}
