//! The framework, used as an application uses it.

use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use ipc_bridge::Limits;
use ipc_bridge::prelude::*;

use crate::{Caller, Echo, Events, Item, Workload};

#[handler("bench:echo")]
fn echo(#[payload] item: Item) -> Item {
    item
}

#[handler("bench:echo_text")]
fn echo_text(#[payload] text: String) -> String {
    text
}

#[handler("bench:echo_bytes")]
fn echo_bytes(#[payload] bytes: Bytes) -> Bytes {
    bytes
}

#[handler("bench:publish")]
async fn publish(publisher: Publisher, first: u64, end: u64) {
    let mut item = Item::sample(first);
    for id in first..end {
        item.id = id;
        publisher.publish_and_wait(&item).await.expect("the router declares the event, and an item is always JSON");
    }
}

#[handler("bench:items")]
fn items(first: u64, end: u64) -> impl Stream<Item = Item> {
    let mut item = Item::sample(first);
    futures_util::stream::iter((first..end).map(move |id| {
        item.id = id;
        item.clone()
    }))
}

/// As they come, but for what the workloads go beyond: 1001 connections of one user, and a message of 64 MiB.
fn limits() -> Limits {
    let connections = 2048;
    Limits::default().connections(connections).connections_per_user(connections).message_bytes(65 << 20)
}

fn router() -> Router {
    let router = Router::new().handle::<echo>().handle::<echo_text>().handle::<echo_bytes>();
    router.handle::<publish>().handle::<items>().event::<Item>()
}

async fn serve(endpoint: &str, router: Router) -> Result<Server> {
    Ok(Server::bind(endpoint).limits(limits()).serve(router).await?)
}

/// IPC Bridge itself.
#[derive(Debug)]
pub enum Framework {}

impl Echo for Framework {
    type Server = Server;
    type Client = Client;
    type Events = Subscription<Item>;

    async fn serve(endpoint: &str) -> Result<Server> {
        serve(endpoint, router()).await
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Ok(Client::builder().limits(limits()).connect(endpoint).await?)
    }

    async fn subscribe(endpoint: &str) -> Result<Subscription<Item>> {
        // The subscription keeps its connection.
        Ok(Client::connect(endpoint).await?.subscribe::<Item>().await?)
    }
}

/// The same with a router of 10,000 channels, of which one is called.
#[derive(Debug)]
pub enum Crowded {}

/// As many channels as no application has.
const CHANNELS: usize = 10_000;

impl Echo for Crowded {
    type Server = Server;
    type Client = Client;
    type Events = Subscription<Item>;

    fn lacks(workload: Workload) -> Option<&'static str> {
        let finds = matches!(workload, Workload::OneCallOneCore | Workload::OneConnection);
        (!finds).then_some("where it is like the framework")
    }

    async fn serve(endpoint: &str) -> Result<Server> {
        let router = router();
        let names = (6..CHANNELS).map(|number| &*format!("bench:channel_{number}").leak());
        serve(endpoint, router.copied("bench:echo_text", names)).await
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Framework::connect(endpoint).await
    }

    async fn subscribe(endpoint: &str) -> Result<Subscription<Item>> {
        Framework::subscribe(endpoint).await
    }
}

impl Caller for Client {
    async fn echo(&self, item: Item) -> Result<Item> {
        Ok(self.invoke(echo { item }).await?)
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(self.invoke(echo_text { text }).await?)
    }

    async fn echo_bytes(&self, bytes: bytes::Bytes) -> Result<bytes::Bytes> {
        Ok(self.invoke(echo_bytes { bytes: bytes.into() }).await?.into_inner())
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        Ok(self.invoke(publish { first: ids.start, end: ids.end }).await?)
    }

    async fn take_items(&self, ids: Range<u64>) -> Result<()> {
        let mut stream = self.stream(items { first: ids.start, end: ids.end }).await?;
        let mut expected = Item::sample(ids.start);
        for id in ids {
            expected.id = id;
            let item = stream.next().await.context("an item was still to come")??;
            ensure!(item == expected, "expected {expected:?}, received {item:?}");
        }
        ensure!(stream.next().await.is_none(), "the stream goes on where it was to end");
        Ok(())
    }
}

impl Events for Subscription<Item> {
    async fn next(&mut self) -> Result<Item> {
        Ok(Self::next(self).await.context("the subscription has ended")??)
    }
}
