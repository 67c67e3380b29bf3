//! zbus: D-Bus messages between two peers, without a bus.

use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures_util::StreamExt;
use ipc_benches::{Caller, Item, SocketFile, socket_of};
use serde_bytes::ByteBuf;
use tokio::net::UnixListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use zbus::connection::Builder;
use zbus::message::Message;
use zbus::{Connection, Guid, fdo, interface, proxy};

pub(crate) const REMARK: &str = "peer to peer: a bus between them would double the way";

const PATH: &str = "/bench/Echo";
const INTERFACE: &str = "bench.Echo";

type Tags = (String, String, String);

/// An item, as D-Bus has it: arguments of a call, and of a signal.
type Arguments = (u64, String, Tags, f64);

fn item_of((id, name, (one, two, three), score): Arguments) -> Item {
    Item { id, name, tags: [one, two, three], score }
}

fn arguments_of(item: &Item) -> (u64, &str, (&str, &str, &str), f64) {
    let [one, two, three] = &item.tags;
    (item.id, &item.name, (one, two, three), item.score)
}

type Subscribers = Arc<Mutex<Vec<Connection>>>;

struct Service {
    subscribers: Subscribers,
}

#[interface(name = "bench.Echo")]
impl Service {
    async fn echo(&self, id: u64, name: String, tags: Tags, score: f64) -> Arguments {
        (id, name, tags, score)
    }

    async fn echo_text(&self, text: String) -> String {
        text
    }

    async fn echo_bytes(&self, bytes: ByteBuf) -> ByteBuf {
        bytes
    }

    async fn subscribe(&self, #[zbus(connection)] connection: &Connection) {
        self.subscribers.lock().await.push(connection.clone());
    }

    /// A subscriber whose connection does not take what is sent makes the publisher wait.
    async fn publish(&self, first: u64, end: u64) -> fdo::Result<()> {
        let subscribers = self.subscribers.lock().await;
        let mut item = Item::sample(first);
        for id in first..end {
            item.id = id;
            let signal = Message::signal(PATH, INTERFACE, "Published").build(&arguments_of(&item))?;
            for subscriber in subscribers.iter() {
                subscriber.send(&signal).await?;
            }
        }
        Ok(())
    }
}

#[proxy(interface = "bench.Echo", default_service = "bench.Echo", default_path = "/bench/Echo")]
pub(crate) trait Echo {
    async fn echo(&self, id: u64, name: &str, tags: (&str, &str, &str), score: f64) -> zbus::Result<Arguments>;

    async fn echo_text(&self, text: &str) -> zbus::Result<String>;

    async fn echo_bytes(&self, bytes: &serde_bytes::Bytes) -> zbus::Result<ByteBuf>;

    async fn subscribe(&self) -> zbus::Result<()>;

    async fn publish(&self, first: u64, end: u64) -> zbus::Result<()>;

    #[zbus(signal)]
    fn published(&self, id: u64, name: String, tags: Tags, score: f64) -> zbus::Result<()>;
}

pub(crate) struct Zbus;

pub(crate) struct Server {
    accepting: JoinHandle<()>,
    _socket: SocketFile,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: UnixListener) {
    let subscribers = Subscribers::default();
    // A connection serves for as long as it is kept.
    let kept = Arc::new(Mutex::new(Vec::new()));
    loop {
        let (subscribers, kept) = (Arc::clone(&subscribers), Arc::clone(&kept));
        match listener.accept().await.and_then(|(stream, _)| stream.into_std()) {
            Ok(stream) => {
                tokio::spawn(async move {
                    let builder = Builder::unix_stream(stream).server(Guid::generate()).p2p();
                    match builder.serve_at(PATH, Service { subscribers }).build().await {
                        Ok(connection) => kept.lock().await.push(connection),
                        Err(error) => eprintln!("zbus: a connection of the server failed: {error}"),
                    }
                });
            }
            Err(error) => eprintln!("zbus: no connection accepted: {error}"),
        }
    }
}

impl ipc_benches::Echo for Zbus {
    type Server = Server;
    type Client = EchoProxy<'static>;
    type Events = PublishedStream;

    async fn serve(endpoint: &str) -> Result<Server> {
        let socket = SocketFile::of(endpoint);
        let listener = UnixListener::bind(socket.path())?;
        Ok(Server { accepting: tokio::spawn(accept(listener)), _socket: socket })
    }

    async fn connect(endpoint: &str) -> Result<EchoProxy<'static>> {
        let stream = UnixStream::connect(socket_of(endpoint))?;
        let connection = Builder::unix_stream(stream).p2p().build().await?;
        Ok(EchoProxy::new(&connection).await?)
    }

    async fn subscribe(endpoint: &str) -> Result<PublishedStream> {
        let proxy = Self::connect(endpoint).await?;
        let events = proxy.receive_published().await?;
        proxy.subscribe().await?;
        Ok(events)
    }
}

impl Caller for EchoProxy<'static> {
    async fn echo(&self, item: Item) -> Result<Item> {
        let (id, name, tags, score) = arguments_of(&item);
        Ok(item_of(Self::echo(self, id, name, tags, score).await?))
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(Self::echo_text(self, &text).await?)
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        Ok(Self::echo_bytes(self, serde_bytes::Bytes::new(&bytes)).await?.into_vec().into())
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        Ok(Self::publish(self, ids.start, ids.end).await?)
    }
}

impl ipc_benches::Events for PublishedStream {
    async fn next(&mut self) -> Result<Item> {
        let signal = StreamExt::next(self).await.context("the connection is closed")?;
        let arguments: Arguments = signal.message().body().deserialize()?;
        Ok(item_of(arguments))
    }
}
