use ipc_bridge::Stream;
use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn count(&self) -> u8;

    #[handler]
    fn tail(&self, path: String) -> impl Stream<Item = u8> + Send;
}

struct Double;

impl Invoke for Double {
    async fn invoke<R>(&self, _: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: serde::de::DeserializeOwned> + serde::Serialize,
    {
        Err(InvokeError::Disconnected("a double".to_owned()))
    }
}

async fn calls(data: DataClient<Double>) {
    let _ = data.count().await;
    let _ = data.tail("log".to_owned()).await;
}

fn main() {
    let _ = calls;
}
