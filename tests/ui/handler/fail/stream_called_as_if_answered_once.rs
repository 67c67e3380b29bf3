use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> impl Stream<Item = Result<u8, IncomingError>> {
    items
}

async fn call(router: Router) {
    let _ = router.invoke(tail { items: Incoming::default() });
}

fn main() {
    let _ = call;
}
