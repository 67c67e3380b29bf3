use ipc_bridge::prelude::*;

#[service(prefix = "Data", timout = 3)]
trait Data<T> {
    type Item;

    #[handler(blocking)]
    async fn fetch(&mut self, id: &str, #[garde(rang(min = 1))] (a, b): (u8, u8)) -> Self::Item;
    #[handler("data:all")]
    fn all<U>(&self, #[payload] #[context] item: Option<U>) -> impl Sized;
    #[handler("data:all")]
    fn again() -> u64;
}

async fn calls(client: Client) {
    let data = DataClient::new(client);
    let _ = &data;
    let _: Result<u64, _> = data.again().await;
}

fn main() {
    let _ = calls;
}
