//! tonic: gRPC over a Unix socket.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::poll_fn;
use ipc_benches::{Caller, SocketFile, socket_of};
use tokio::net::UnixListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};

use service::echo_client::EchoClient;
use service::echo_server::{Echo, EchoServer};

mod service {
    #![allow(unused_qualifications, missing_docs, reason = "written by tonic-build")]
    include!(concat!(env!("OUT_DIR"), "/bench.Echo.rs"));
}

pub(crate) const REMARK: &str = "the windows of HTTP/2 are of 4 MiB, not of 64 KiB";

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Item {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, repeated, tag = "3")]
    tags: Vec<String>,
    #[prost(double, tag = "4")]
    score: f64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Text {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Data {
    #[prost(bytes = "bytes", tag = "1")]
    data: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ids {
    #[prost(uint64, tag = "1")]
    first: u64,
    #[prost(uint64, tag = "2")]
    end: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Done {}

impl From<ipc_benches::Item> for Item {
    fn from(item: ipc_benches::Item) -> Self {
        let ipc_benches::Item { id, name, tags, score } = item;
        Self { id, name, tags: tags.into(), score }
    }
}

impl TryFrom<Item> for ipc_benches::Item {
    type Error = anyhow::Error;

    fn try_from(item: Item) -> Result<Self> {
        let Item { id, name, tags, score } = item;
        let tags = tags.try_into().ok().context("another number of tags than three")?;
        Ok(Self { id, name, tags, score })
    }
}

/// The events that wait for a subscriber before the publisher does.
const ROOM: usize = 1024;

/// The most bytes of one message: more than any workload has.
const LARGEST: usize = 128 << 20;

const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// How many calls may be in flight: more than any workload has.
const IN_FLIGHT: u32 = 8192;

type Event = Result<Item, Status>;

#[derive(Default)]
struct Service {
    subscribers: Mutex<Vec<mpsc::Sender<Event>>>,
}

#[tonic::async_trait]
impl Echo for Service {
    type SubscribeStream = Pin<Box<dyn Stream<Item = Event> + Send>>;

    async fn echo(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn echo_text(&self, request: Request<Text>) -> Result<Response<Text>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn echo_bytes(&self, request: Request<Data>) -> Result<Response<Data>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn publish(&self, request: Request<Ids>) -> Result<Response<Done>, Status> {
        let Ids { first, end } = request.into_inner();
        let subscribers = self.subscribers.lock().await;
        let mut item = Item::from(ipc_benches::Item::sample(first));
        for id in first..end {
            item.id = id;
            for subscriber in subscribers.iter() {
                subscriber.send(Ok(item.clone())).await.map_err(|_| Status::aborted("a subscriber is gone"))?;
            }
        }
        Ok(Response::new(Done {}))
    }

    async fn subscribe(&self, _: Request<Done>) -> Result<Response<Self::SubscribeStream>, Status> {
        let (sender, mut events) = mpsc::channel(ROOM);
        self.subscribers.lock().await.push(sender);
        Ok(Response::new(Box::pin(poll_fn(move |cx| events.poll_recv(cx)))))
    }
}

pub(crate) struct Tonic;

pub(crate) struct Server {
    serving: JoinHandle<()>,
    _socket: SocketFile,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl ipc_benches::Echo for Tonic {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    async fn serve(endpoint: &str) -> Result<Server> {
        let socket = SocketFile::of(endpoint);
        let listener = UnixListener::bind(socket.path())?;
        let incoming =
            poll_fn(move |cx| listener.poll_accept(cx).map(|accepted| Some(accepted.map(|(stream, _)| stream))));
        let echo = EchoServer::from_arc(Arc::new(Service::default()));
        let server = tonic::transport::Server::builder()
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_concurrent_streams(IN_FLIGHT)
            .add_service(echo.max_decoding_message_size(LARGEST));
        let serving = tokio::spawn(async move {
            if let Err(error) = server.serve_with_incoming(incoming).await {
                eprintln!("tonic: the server failed: {error}");
            }
        });
        Ok(Server { serving, _socket: socket })
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        let endpoint = Endpoint::from_shared(format!("unix://{}", socket_of(endpoint).display()))?
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .buffer_size(IN_FLIGHT as usize);
        let channel = endpoint.connect().await?;
        Ok(Client(EchoClient::new(channel).max_decoding_message_size(LARGEST)))
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        let mut client = Self::connect(endpoint).await?;
        let events = client.0.subscribe(Done {}).await?.into_inner();
        Ok(Events { events, _client: client })
    }
}

#[derive(Clone)]
pub(crate) struct Client(EchoClient<Channel>);

impl Caller for Client {
    async fn echo(&self, item: ipc_benches::Item) -> Result<ipc_benches::Item> {
        self.0.clone().echo(Item::from(item)).await?.into_inner().try_into()
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(self.0.clone().echo_text(Text { text }).await?.into_inner().text)
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        Ok(self.0.clone().echo_bytes(Data { data: bytes }).await?.into_inner().data)
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        self.0.clone().publish(Ids { first: ids.start, end: ids.end }).await?;
        Ok(())
    }
}

pub(crate) struct Events {
    events: Streaming<Item>,
    /// The connection lasts as long as it.
    _client: Client,
}

impl ipc_benches::Events for Events {
    async fn next(&mut self) -> Result<ipc_benches::Item> {
        self.events.message().await?.context("the stream has ended")?.try_into()
    }
}
