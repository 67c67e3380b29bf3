//! zlink: Varlink over a Unix socket.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::Stream;
use futures_util::stream::{once, poll_fn};
use ipc_benches::{Caller, Item, SocketFile, Workload, socket_of};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, oneshot};
use zlink::tokio::unix;
use zlink::{Call, Reply, introspect};

pub(crate) const REMARK: &str = "its server works in one thread; its client is one caller's, so a task sends what all callers \
                                 ask for as one chain and awaits the replies";

/// The events that wait for a subscriber before the publisher does.
const ROOM: usize = 1024;

/// The most calls of one chain.
const CHAIN: usize = 256;

#[derive(Debug, Clone, Serialize, Deserialize, introspect::Type)]
struct Echoed {
    id: u64,
    name: String,
    tags: Vec<String>,
    score: f64,
}

#[derive(Debug, Serialize, Deserialize, introspect::Type)]
struct Text {
    text: String,
}

/// The first says that there will be more, and brings none.
#[derive(Debug, Serialize, Deserialize, introspect::Type)]
struct Published {
    item: Option<Echoed>,
}

#[derive(Debug, Serialize, Deserialize, introspect::Type)]
struct Done {
    published: bool,
}

#[derive(Debug, zlink::ReplyError, introspect::ReplyError)]
#[zlink(interface = "bench.Echo")]
enum Failed {}

impl From<Item> for Echoed {
    fn from(item: Item) -> Self {
        let Item { id, name, tags, score } = item;
        Self { id, name, tags: tags.into(), score }
    }
}

impl TryFrom<Echoed> for Item {
    type Error = anyhow::Error;

    fn try_from(echoed: Echoed) -> Result<Self> {
        let Echoed { id, name, tags, score } = echoed;
        let tags = tags.try_into().ok().context("another number of tags than three")?;
        Ok(Self { id, name, tags, score })
    }
}

struct Service {
    subscribers: Arc<Mutex<Vec<mpsc::Sender<Published>>>>,
}

#[zlink::service(interface = "bench.Echo")]
impl Service {
    async fn echo(&self, id: u64, name: String, tags: Vec<String>, score: f64) -> Echoed {
        Echoed { id, name, tags, score }
    }

    async fn echo_text(&self, text: String) -> Text {
        Text { text }
    }

    #[zlink(more)]
    async fn subscribe(&self, more: bool) -> impl Stream<Item = Reply<Published>> + Unpin {
        let (sender, mut events) = mpsc::channel(ROOM);
        if more && sender.try_send(Published { item: None }).is_ok() {
            self.subscribers.lock().await.push(sender);
        }
        poll_fn(move |cx| {
            let reply = |event| Reply::new(Some(event)).set_continues(Some(true));
            events.poll_recv(cx).map(|event| event.map(reply))
        })
    }

    /// A stream of one reply, as the server does nothing else while it handles a call: it could not send the events.
    #[zlink(more)]
    async fn publish(&self, more: bool, first: u64, end: u64) -> impl Stream<Item = Reply<Done>> + Unpin {
        let publishing = tokio::spawn(publish(Arc::clone(&self.subscribers), first..end));
        let reply =
            async move { Reply::new(Some(Done { published: publishing.await.is_ok_and(|sent| sent) && !more })) };
        Box::pin(once(reply))
    }
}

/// A subscriber whose connection does not take what is sent makes the publisher wait. Answers whether nobody is gone.
async fn publish(subscribers: Arc<Mutex<Vec<mpsc::Sender<Published>>>>, ids: Range<u64>) -> bool {
    let subscribers = subscribers.lock().await;
    let mut item = Echoed::from(Item::sample(ids.start));
    for id in ids {
        item.id = id;
        for subscriber in subscribers.iter() {
            if subscriber.send(Published { item: Some(item.clone()) }).await.is_err() {
                return false;
            }
        }
    }
    true
}

pub(crate) struct Zlink;

/// Ends when it is dropped, with the sender.
pub(crate) struct Server {
    _stop: oneshot::Sender<()>,
    _socket: SocketFile,
}

/// In a thread of its own: the future of the server is bound to one.
fn serve(socket: &Path, listening: oneshot::Sender<Result<()>>, stop: oneshot::Receiver<()>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = match unix::bind(socket) {
            Ok(listener) => listener,
            Err(error) => {
                drop(listening.send(Err(error.into())));
                return Ok(());
            }
        };
        // Nobody waits for it only when nobody wants the server any more.
        drop(listening.send(Ok(())));
        let server = zlink::Server::new(listener, Service { subscribers: Arc::default() });
        tokio::select! {
            ended = server.run() => Ok(ended?),
            _ = stop => Ok(()),
        }
    })
}

impl ipc_benches::Echo for Zlink {
    type Server = Server;
    type Client = Client;
    type Events = Events;

    fn lacks(workload: Workload) -> Option<&'static str> {
        match workload {
            // It writes a message anew for every 256 bytes that it finds its buffer too small.
            Workload::BesideTransfer => Some("64 MiB take its client more than half a minute"),
            _ if workload.is_of_bytes() => Some("JSON has no bytes"),
            _ => None,
        }
    }

    async fn serve(endpoint: &str) -> Result<Server> {
        let socket = SocketFile::of(endpoint);
        let (stop, stopped) = oneshot::channel();
        let (listening, listens) = oneshot::channel();
        let path = socket.path().to_owned();
        thread::spawn(move || {
            if let Err(error) = serve(&path, listening, stopped) {
                eprintln!("zlink: the server failed: {error:#}");
            }
        });
        listens.await.context("the server ended")??;
        Ok(Server { _stop: stop, _socket: socket })
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        let connection = unix::connect(socket_of(endpoint)).await?;
        let (calls, queue) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            // What waits for a reply learns of it by the end of its oneshot.
            if let Err(error) = carry(connection, queue).await {
                eprintln!("zlink: a connection of the client failed: {error:#}");
            }
        });
        Ok(Client { calls })
    }

    async fn subscribe(endpoint: &str) -> Result<Events> {
        let mut connection = unix::connect(socket_of(endpoint)).await?;
        connection.send_call(&Call::new(Method::Subscribe).set_more(true), vec![]).await?;
        let mut events = Events { connection };
        ensure!(events.reply().await?.is_none(), "an event before the subscription was confirmed");
        Ok(events)
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "method", content = "parameters")]
enum Method {
    #[serde(rename = "bench.Echo.Echo")]
    Echo(Item),
    #[serde(rename = "bench.Echo.EchoText")]
    EchoText(Text),
    #[serde(rename = "bench.Echo.Publish")]
    Publish { first: u64, end: u64 },
    #[serde(rename = "bench.Echo.Subscribe")]
    Subscribe,
}

enum Answer {
    Item(Item),
    Text(String),
    Done,
}

struct Asked {
    method: Method,
    reply: oneshot::Sender<Answer>,
}

/// Sends what is asked for by then as one chain, and brings back the replies, which come in the same order.
async fn carry(mut connection: unix::Connection, mut queue: mpsc::UnboundedReceiver<Asked>) -> Result<()> {
    let mut chain = Vec::with_capacity(CHAIN);
    while queue.recv_many(&mut chain, CHAIN).await > 0 {
        for Asked { method, .. } in &chain {
            connection.enqueue_call(&Call::new(method))?;
        }
        connection.flush().await?;
        for Asked { method, reply } in chain.drain(..) {
            let answer = match method {
                Method::Echo(_) => Answer::Item(receive::<Item>(&mut connection).await?),
                Method::EchoText(_) => Answer::Text(receive::<Text>(&mut connection).await?.text),
                Method::Publish { .. } | Method::Subscribe => {
                    ensure!(receive::<Done>(&mut connection).await?.published, "a subscriber is gone");
                    Answer::Done
                }
            };
            // A caller that no longer waits is none to tell.
            drop(reply.send(answer));
        }
    }
    Ok(())
}

async fn receive<T: for<'de> Deserialize<'de> + std::fmt::Debug>(connection: &mut unix::Connection) -> Result<T> {
    let (reply, _) = connection.receive_reply::<T, Failed>().await?;
    match reply {
        Ok(reply) => reply.into_parameters().context("a reply without parameters"),
        Err(failed) => match failed {},
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    calls: mpsc::UnboundedSender<Asked>,
}

impl Client {
    async fn ask(&self, method: Method) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.calls.send(Asked { method, reply }).ok().context("the connection is closed")?;
        answer.await.context("the connection was closed before the answer came")
    }
}

impl Caller for Client {
    async fn echo(&self, item: Item) -> Result<Item> {
        let answer = self.ask(Method::Echo(item)).await?;
        if let Answer::Item(item) = answer { Ok(item) } else { bail!("an answer to another call") }
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        let answer = self.ask(Method::EchoText(Text { text })).await?;
        if let Answer::Text(text) = answer { Ok(text) } else { bail!("an answer to another call") }
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        let answer = self.ask(Method::Publish { first: ids.start, end: ids.end }).await?;
        if let Answer::Done = answer { Ok(()) } else { bail!("an answer to another call") }
    }
}

pub(crate) struct Events {
    connection: unix::Connection,
}

impl Events {
    async fn reply(&mut self) -> Result<Option<Item>> {
        receive::<Published>(&mut self.connection).await?.item.map(Item::try_from).transpose()
    }
}

impl ipc_benches::Events for Events {
    async fn next(&mut self) -> Result<Item> {
        self.reply().await?.context("a reply without an event")
    }
}
