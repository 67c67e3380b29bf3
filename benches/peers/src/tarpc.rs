//! tarpc, with JSON and with bincode.

use std::io;
use std::marker::PhantomData;
use std::ops::Range;

use anyhow::{Result, bail};
use bytes::Bytes;
use futures_util::StreamExt as _;
use ipc_benches::{Caller, Item, NoEvents, SocketFile, Workload, socket_of};
use tarpc::serde_transport::unix;
use tarpc::server::{BaseChannel, Channel as _};
use tarpc::tokio_serde::formats;
use tarpc::tokio_serde::{Deserializer, Serializer};
use tarpc::{ClientMessage, Response, client, context, server};
use tokio::task::JoinHandle;

#[tarpc::service]
pub(crate) trait Echo {
    async fn echo(item: Item) -> Item;
    async fn echo_text(text: String) -> String;
    async fn echo_bytes(bytes: Bytes) -> Bytes;
}

#[derive(Clone)]
struct Service;

impl Echo for Service {
    async fn echo(self, _: context::Context, item: Item) -> Item {
        item
    }

    async fn echo_text(self, _: context::Context, text: String) -> String {
        text
    }

    async fn echo_bytes(self, _: context::Context, bytes: Bytes) -> Bytes {
        bytes
    }
}

/// How many calls may be in flight: more than any workload has.
const IN_FLIGHT: usize = 8192;

/// How what travels is written.
pub(crate) trait Format: 'static {
    type Server: Serializer<Response<EchoResponse>, Error: Into<io::Error>>
        + Deserializer<ClientMessage<EchoRequest>>
        + Default
        + Unpin
        + Send
        + 'static;
    type Client: Serializer<ClientMessage<EchoRequest>, Error: Into<io::Error>>
        + Deserializer<Response<EchoResponse>>
        + Default
        + Unpin
        + Send
        + 'static;
    /// Whether bytes are written as they are.
    const HAS_BYTES: bool;
}

pub(crate) enum Json {}

impl Format for Json {
    type Server = formats::Json<ClientMessage<EchoRequest>, Response<EchoResponse>>;
    type Client = formats::Json<Response<EchoResponse>, ClientMessage<EchoRequest>>;
    const HAS_BYTES: bool = false;
}

pub(crate) enum Bincode {}

impl Format for Bincode {
    type Server = formats::Bincode<ClientMessage<EchoRequest>, Response<EchoResponse>>;
    type Client = formats::Bincode<Response<EchoResponse>, ClientMessage<EchoRequest>>;
    const HAS_BYTES: bool = true;
}

pub(crate) struct Tarpc<F>(PhantomData<F>);

pub(crate) struct Server {
    accepting: JoinHandle<()>,
    _socket: SocketFile,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl<F: Format> ipc_benches::Echo for Tarpc<F>
where
    io::Error: From<<F::Server as Deserializer<ClientMessage<EchoRequest>>>::Error>,
    io::Error: From<<F::Client as Deserializer<Response<EchoResponse>>>::Error>,
{
    type Server = Server;
    type Client = EchoClient;
    type Events = NoEvents;

    fn lacks(workload: Workload) -> Option<&'static str> {
        match workload {
            _ if workload.is_of_events() => Some("it has no events and no streams"),
            _ if workload.is_of_bytes() && !F::HAS_BYTES => Some("JSON has no bytes"),
            _ => None,
        }
    }

    async fn serve(endpoint: &str) -> Result<Server> {
        let socket = SocketFile::of(endpoint);
        let mut incoming = unix::listen(socket.path(), F::Server::default).await?;
        incoming.config_mut().max_frame_length(usize::MAX);
        let accepting = tokio::spawn(async move {
            while let Some(connection) = incoming.next().await {
                match connection {
                    Ok(transport) => {
                        let config = server::Config { pending_response_buffer: IN_FLIGHT };
                        let calls = BaseChannel::new(config, transport).execute(Service.serve());
                        tokio::spawn(calls.for_each(|answer| async move {
                            tokio::spawn(answer);
                        }));
                    }
                    Err(error) => eprintln!("tarpc: no connection accepted: {error}"),
                }
            }
        });
        Ok(Server { accepting, _socket: socket })
    }

    async fn connect(endpoint: &str) -> Result<EchoClient> {
        let mut connect = unix::connect(socket_of(endpoint), F::Client::default);
        connect.config_mut().max_frame_length(usize::MAX);
        let mut config = client::Config::default();
        config.max_in_flight_requests = IN_FLIGHT;
        config.pending_request_buffer = IN_FLIGHT;
        Ok(EchoClient::new(config, connect.await?).spawn())
    }

    async fn subscribe(_endpoint: &str) -> Result<NoEvents> {
        bail!("tarpc has no events")
    }
}

impl Caller for EchoClient {
    async fn echo(&self, item: Item) -> Result<Item> {
        Ok(Self::echo(self, context::current(), item).await?)
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(Self::echo_text(self, context::current(), text).await?)
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        Ok(Self::echo_bytes(self, context::current(), bytes).await?)
    }

    async fn publish(&self, _ids: Range<u64>) -> Result<()> {
        bail!("tarpc has no events")
    }
}
