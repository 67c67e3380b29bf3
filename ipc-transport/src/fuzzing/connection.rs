//! A whole connection: one end is the product's, with a router and an application, and the other does what a script says.
//!
//! Whatever that is, nothing panics, nobody waits for ever, and in the end the connection has either ended with a reason
//! or still answers a call in each direction.

mod acts;
pub(super) mod router;
pub(super) mod script;
mod wire;

use std::sync::LazyLock;
use std::time::Duration;

use ipc_core::envelope::{Kind, UPSTREAM};
use ipc_core::{InvokeError, Peer, Publisher};
use serde_json::json;
use tokio::io::{duplex, split};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::acts::Acts;
use self::router::fetch;
use self::script::{Opening, Script, Step, greeting};
use self::wire::Wire;
use crate::client::Client;
use crate::connect::ConnectError;
use crate::frame;
use crate::hello::HelloLimits;
use crate::limits::Limits;
use crate::memory;
use crate::server::Server;
use crate::transport::Transport;

/// What the transport holds in each direction, so little that it is full soon.
const PIPE_BYTES: usize = 16 * 1024;

/// What the peer takes that greets by itself.
const TAKEN: HelloLimits = HelloLimits { message_bytes: 1 << 20, in_flight: 4, stream_bytes: 1000 };

/// More than all the times together that an end has for anything.
const LONG: Duration = Duration::from_secs(60);

/// Limits that a script reaches.
fn limits() -> Limits {
    Limits::default()
        .message_bytes(200_000)
        .buffered_bytes(300_000)
        .in_flight(4)
        .stream_bytes(2000)
        .subscriptions(3)
        .queued_events(4)
        .streams(3)
        .connections(1)
        .stalled(Duration::from_secs(2))
        .idle(Duration::from_secs(5))
}

pub fn connection(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime without threads of its own needs nothing of the system");
    let played = runtime.block_on(async { timeout(Duration::from_secs(3600), play(data)).await });
    assert!(played.is_ok(), "something waits for ever");
}

/// Tells what happens, to whoever wants to know why an input is bad: `FUZZ_TRACE=1`.
fn note(what: std::fmt::Arguments<'_>) {
    static WANTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("FUZZ_TRACE").is_some());
    if *WANTED {
        eprintln!("{what}");
    }
}

async fn play(data: &[u8]) {
    let (opening, script) = Script::read(data);
    let (ours, theirs) = duplex(PIPE_BYTES);
    let (reader, writer) = split(ours);
    let mut stage = Stage {
        wire: Wire::new(theirs),
        side: Side::begin(opening, Transport::new(reader, writer)).await,
        acts: Acts::default(),
        cut: None,
    };
    if opening.greets {
        stage.wire.write(&greeting(TAKEN)).await;
        stage.wire.quiet().await;
    }
    for step in script {
        stage.take(step).await;
        stage.side.look().await;
    }
    stage.finish().await;
}

struct Stage {
    wire: Wire,
    side: Side,
    acts: Acts,
    cut: Option<u8>,
}

impl Stage {
    async fn take(&mut self, step: Step) {
        if !matches!(step, Step::Send(_)) {
            note(format_args!("{step:?}"));
        }
        match step {
            Step::Send(bytes) => match self.cut.take() {
                None => self.wire.write(&bytes).await,
                Some(at) => {
                    let (now, later) = bytes.split_at(bytes.len() * usize::from(at) / 256);
                    self.wire.write(now).await;
                    self.wire.quiet().await;
                    self.wire.write(later).await;
                }
            },
            Step::Cut(at) => self.cut = Some(at),
            Step::Quiet => self.wire.quiet().await,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Listen(listens) => self.wire.listen(listens),
            Step::EndWriting => self.wire.end_writing().await,
            Step::Act(chosen) => {
                if let Some(peer) = &self.side.peer {
                    self.acts.act(chosen, peer, &self.side.publisher);
                }
            }
            Step::Leave => self.side.leave(),
        }
    }

    /// What must be so in the end, whatever has been.
    async fn finish(mut self) {
        note(format_args!("the script is at its end"));
        self.wire.listen(true);
        self.wire.complete().await;
        self.wire.quiet().await;
        self.side.look().await;
        if self.wire.greeted && !self.wire.ended && !self.side.has_ended() {
            self.take_everything_back().await;
            self.is_answered().await;
            self.answers().await;
        }
        let Self { wire, mut side, mut acts, .. } = self;
        drop(wire);
        timeout(LONG, acts.ended()).await.expect("what an application began ends with its connection");
        timeout(LONG, side.ends()).await.expect("an end without a peer ends");
    }

    /// Cancels all that the script asked for, and answers all that the application asked for.
    async fn take_everything_back(&mut self) {
        let mut bytes = Vec::new();
        for &id in &self.wire.asked {
            frame::put(&mut bytes, Kind::Cancel, id, b"");
            frame::put(&mut bytes, Kind::Unsubscribe, id, b"");
        }
        self.wire.write(&bytes).await;
        self.wire.quiet().await;
        while let Some((id, _)) = self.wire.wanted.pop_first() {
            let no = json!({"success": false, "error": {"code": "CANCELLED", "message": "no more"}});
            self.respond(id, &no.to_string()).await;
        }
    }

    async fn respond(&mut self, id: u32, body: &str) {
        let mut bytes = Vec::new();
        frame::put(&mut bytes, Kind::Response, id, body.as_bytes());
        self.wire.write(&bytes).await;
        self.wire.quiet().await;
    }

    /// A good call of the peer is answered, unless the connection ends.
    async fn is_answered(&mut self) {
        let free = (1..UPSTREAM).find(|id| !self.wire.asked.contains(id)).unwrap_or_default();
        let mut bytes = Vec::new();
        let started = frame::begin(&mut bytes, Kind::Request, free, "data:fetch");
        bytes.extend_from_slice(br#"{"id":7}"#);
        assert!(frame::end(&mut bytes, Kind::Request, free, started).is_none());
        self.wire.answers.remove(&free);
        self.wire.write(&bytes).await;
        let come = |wire: &Wire| wire.answers.contains_key(&free);
        self.wire.until("an answer", come).await;
        let Some(answer) = self.wire.answers.get(&free) else { return };
        let refused = answer["error"]["code"].as_str();
        let may_be = match refused {
            None => answer["data"] == "item 7",
            Some("UNAVAILABLE") => self.wire.leaving,
            // The script's own hello may have said that it takes no answer of this size.
            Some("TOO_LARGE") => true,
            Some(_) => false,
        };
        assert!(may_be, "{answer}");
    }

    /// A good call of the side under test finds its answer, unless the connection ends.
    async fn answers(&mut self) {
        let Some(peer) = self.side.peer.clone() else { return };
        let mut call: JoinHandle<_> = tokio::spawn(async move { peer.invoke(fetch { id: 7 }).await });
        let mut moments = 0;
        let outcome = loop {
            if call.is_finished() {
                break (&mut call).await.expect("a call does not panic");
            }
            self.wire.quiet().await;
            while let Some((id, channel)) = self.wire.wanted.pop_first() {
                // The application goes on with what it began, and is answered that too.
                let data = if channel == "data:fetch" { "\"item 7\"" } else { "null" };
                self.respond(id, &format!(r#"{{"success":true,"data":{data}}}"#)).await;
            }
            moments += 1;
            assert!(moments < 20_000, "a call is neither made nor does it fail");
        };
        match outcome {
            Ok(item) => assert_eq!(item, "item 7"),
            Err(InvokeError::Disconnected(reason)) => assert!(!reason.is_empty()),
            // The script's own hello may have said that it takes no request of this size.
            Err(InvokeError::TooLarge { .. }) => {}
            Err(error) => assert!(self.wire.leaving, "{error:?}"),
        }
    }
}

/// The end that is the product's.
struct Side {
    server: Option<Server>,
    client: Option<Client>,
    connecting: Option<JoinHandle<Result<Client, ConnectError>>>,
    leaving: Option<JoinHandle<()>>,
    publisher: Publisher,
    /// Whom the application talks to, as soon as there is somebody.
    peer: Option<Peer>,
}

impl Side {
    async fn begin(opening: Opening, transport: Transport) -> Self {
        let router = router::router();
        let publisher = router.publisher();
        let mut side = Self { server: None, client: None, connecting: None, leaving: None, publisher, peer: None };
        if opening.client {
            let client = Client::builder().limits(limits()).router(router);
            side.connecting = Some(tokio::spawn(client.over(transport)));
        } else {
            let server = Server::bind(memory::endpoint()).limits(limits()).serve(router).await.expect("a whole router");
            server.accept(transport);
            side.server = Some(server);
        }
        side
    }

    /// Sees whether the peer has come in.
    async fn look(&mut self) {
        if let Some(connecting) = self.connecting.take_if(|connecting| connecting.is_finished()) {
            match connecting.await.expect("connecting does not panic") {
                Ok(client) => {
                    self.peer = Some(client.peer().clone());
                    self.client = Some(client);
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        if self.peer.is_none()
            && let Some(server) = &self.server
        {
            self.peer = server.peers().pop();
        }
    }

    /// Leaves as an application does.
    fn leave(&mut self) {
        self.client = None;
        if let Some(server) = self.server.take() {
            self.leaving = Some(tokio::spawn(server.shutdown()));
        }
    }

    fn has_ended(&self) -> bool {
        self.peer.as_ref().is_none_or(Peer::is_closed)
    }

    /// Waits until it is at its end, which has a reason.
    async fn ends(&mut self) {
        if let Some(connecting) = self.connecting.take() {
            // Its peer may have greeted it with its last breath.
            if let Ok(client) = connecting.await.expect("connecting does not panic") {
                assert!(!client.closed().await.is_empty());
            }
        }
        if let Some(peer) = self.peer.take() {
            assert!(!peer.closed().await.is_empty());
        }
        if let Some(leaving) = self.leaving.take() {
            leaving.await.expect("leaving does not panic");
        }
        while self.server.as_ref().is_some_and(|server| server.connections() > 0) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
