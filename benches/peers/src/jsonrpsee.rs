//! jsonrpsee: JSON-RPC in WebSocket messages, over a Unix socket.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use ipc_benches::{Caller, Item, SocketFile, Workload, socket_of};
use jsonrpsee::async_client::{Client as JsonRpcClient, ClientBuilder, RpcService};
use jsonrpsee::client_transport::ws::WsTransportClientBuilder;
use jsonrpsee::core::client::{ClientT as _, Subscription, SubscriptionClientT as _};
use jsonrpsee::core::middleware::RpcServiceBuilder;
use jsonrpsee::rpc_params;
use jsonrpsee::server::{
    RpcModule, ServerBuilder, ServerConfig, ServerHandle, StopHandle, SubscriptionMessage, SubscriptionSink,
    serve_with_graceful_shutdown, stop_channel,
};
use jsonrpsee::types::ErrorObjectOwned;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

pub(crate) const REMARK: &str = "a subscriber has room for 2^18 events, not for the usual 1024: a subscription that has \
                                 fallen behind by more is closed";

/// The events for which a subscriber has room: more than one pass of W5 has.
const ROOM: usize = 1 << 18;

/// The most bytes of one message: more than any workload has.
const LARGEST: u32 = 128 << 20;

/// How many calls may be in flight: more than any workload has.
const IN_FLIGHT: usize = 8192;

pub(crate) struct Jsonrpsee;

pub(crate) struct Server {
    accepting: JoinHandle<()>,
    _handle: ServerHandle,
    _socket: SocketFile,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

type Subscribers = Mutex<Vec<SubscriptionSink>>;

fn methods() -> Result<RpcModule<Subscribers>> {
    let mut module = RpcModule::new(Subscribers::default());
    module.register_method("echo", |params, _, _| params.one::<Item>())?;
    module.register_method("echo_text", |params, _, _| params.one::<String>())?;
    module.register_async_method("publish", |params, subscribers, _| async move {
        let (first, end) = params.parse::<(u64, u64)>()?;
        publish(&subscribers, first..end).await.map_err(failed)
    })?;
    module.register_subscription("subscribe", "published", "unsubscribe", |_, pending, subscribers, _| async move {
        // Whoever publishes next finds the subscriber that was just told that it is one.
        let mut subscribers = subscribers.lock().await;
        subscribers.push(pending.accept().await?);
        Ok(())
    })?;
    Ok(module)
}

fn failed(error: anyhow::Error) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32000, format!("{error:#}"), None::<()>)
}

/// A subscriber whose connection does not take what is sent makes the publisher wait.
async fn publish(subscribers: &Subscribers, ids: Range<u64>) -> Result<()> {
    let subscribers = subscribers.lock().await;
    let mut item = Item::sample(ids.start);
    for id in ids {
        item.id = id;
        let event = SubscriptionMessage::from(serde_json::value::to_raw_value(&item)?);
        for subscriber in subscribers.iter() {
            subscriber.send(event.clone()).await?;
        }
    }
    Ok(())
}

async fn accept(listener: UnixListener, methods: RpcModule<Subscribers>, stop: StopHandle) {
    let config = ServerConfig::builder()
        .max_connections(2048)
        .max_request_body_size(LARGEST)
        .max_response_body_size(LARGEST)
        .ws_only()
        .build();
    let builder = ServerBuilder::with_config(config).to_service_builder();
    let service = builder.build(methods, stop.clone());
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let serving = serve_with_graceful_shutdown(stream, service.clone(), stop.clone().shutdown());
                tokio::spawn(async move {
                    if let Err(error) = serving.await {
                        eprintln!("jsonrpsee: a connection of the server failed: {error}");
                    }
                });
            }
            Err(error) => eprintln!("jsonrpsee: no connection accepted: {error}"),
        }
    }
}

impl ipc_benches::Echo for Jsonrpsee {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    fn lacks(workload: Workload) -> Option<&'static str> {
        workload.is_of_bytes().then_some("JSON has no bytes")
    }

    async fn serve(endpoint: &str) -> Result<Server> {
        let socket = SocketFile::of(endpoint);
        let listener = UnixListener::bind(socket.path())?;
        let (stop, handle) = stop_channel();
        let accepting = tokio::spawn(accept(listener, methods()?, stop));
        Ok(Server { accepting, _handle: handle, _socket: socket })
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        let stream = UnixStream::connect(socket_of(endpoint)).await?;
        // The address is said in the handshake, and looked up by nobody.
        let address = "ws://localhost".parse().context("an address")?;
        let transport = WsTransportClientBuilder::default().max_request_size(LARGEST).max_response_size(LARGEST);
        let (sender, receiver) = transport.build_with_stream(address, stream).await?;
        // Without the layer that logs every call.
        let builder = ClientBuilder::new().set_rpc_middleware(RpcServiceBuilder::new());
        let builder = builder.max_concurrent_requests(IN_FLIGHT).max_buffer_capacity_per_subscription(ROOM);
        Ok(Client(Arc::new(builder.build_with_tokio(sender, receiver))))
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        let client = Self::connect(endpoint).await?;
        let subscription = client.0.subscribe("subscribe", rpc_params![], "unsubscribe").await?;
        Ok(Events { subscription, _client: client })
    }
}

#[derive(Clone)]
pub(crate) struct Client(Arc<JsonRpcClient<RpcService>>);

impl Caller for Client {
    async fn echo(&self, item: Item) -> Result<Item> {
        Ok(self.0.request("echo", rpc_params![item]).await?)
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(self.0.request("echo_text", rpc_params![text]).await?)
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        Ok(self.0.request("publish", rpc_params![ids.start, ids.end]).await?)
    }
}

pub(crate) struct Events {
    subscription: Subscription<Item>,
    /// The connection lasts as long as it.
    _client: Client,
}

impl ipc_benches::Events for Events {
    async fn next(&mut self) -> Result<Item> {
        Ok(self.subscription.next().await.context("the subscription was closed")??)
    }
}
