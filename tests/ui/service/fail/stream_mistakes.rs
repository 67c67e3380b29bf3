use ipc_bridge::Stream;
use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler(blocking)]
    fn tail(&self, path: String) -> impl Stream<Item = u8> + Send;

    #[handler(detached)]
    async fn follow(&self, path: String) -> impl Stream<Item = Self::Line>;

    #[handler]
    fn boundless(&self) -> Result<impl Stream, IncomingError>;

    #[handler]
    fn put(&self, chunks: Incoming<u8>, more: Incoming<u8>);
}

use ipc_bridge::IncomingError;

async fn calls(data: DataClient<Router>) {
    let _ = data.tail("log".to_owned()).await;
    let _ = data.put(Incoming::default(), Incoming::default()).await;
}

fn main() {
    let _ = calls;
}
