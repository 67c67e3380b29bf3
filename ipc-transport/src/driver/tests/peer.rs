//! A peer that writes what bytes it likes.

use std::sync::Arc;
use std::time::Duration;

use ipc_core::envelope::{Flags, HEADER_BYTES, Header, Kind, PROTOCOL_VERSION};
use ipc_core::{Body, CallError, Router};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::driver::Driver;
use crate::frame;
use crate::half::{ReadHalf, WriteHalf};
use crate::hello::{Hello, HelloLimits};
use crate::limits::Limits;
use crate::link::{Asked, Link};

#[ipc_core::handler("test:wait", crate = ipc_core)]
async fn wait() -> u32 {
    std::future::pending().await
}

#[ipc_core::handler("test:repeat", crate = ipc_core)]
fn repeat(times: usize) -> String {
    "a".repeat(times)
}

/// Waits for what must happen. Time is paused, so that what does not happen fails at once.
pub(super) async fn watched<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it happens within a minute")
}

/// A frame without channel and flags.
pub(super) fn bytes(kind: Kind, id: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::put(&mut bytes, kind, id, payload);
    bytes
}

pub(super) fn request(id: u32, channel: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let started = frame::begin(&mut bytes, Kind::Request, id, channel);
    bytes.extend_from_slice(payload);
    assert!(frame::end(&mut bytes, Kind::Request, id, started).is_none());
    bytes
}

/// The first fragment of a request, without a payload.
pub(super) fn first_fragment(id: u32, total: u32) -> Vec<u8> {
    let flags = Flags { more: true, ..Flags::default() };
    let header = Header { length: 7, kind: Kind::Request, flags, channel_bytes: 3, id };
    [&header.encode()[..], b"a:b", &total.to_le_bytes()].concat()
}

pub(super) fn last_fragment(id: u32, payload: &[u8]) -> Vec<u8> {
    let flags = Flags { continued: true, ..Flags::default() };
    let length = u32::try_from(payload.len()).unwrap();
    let header = Header { length, kind: Kind::Request, flags, channel_bytes: 0, id };
    [&header.encode()[..], payload].concat()
}

/// One end of a connection whose other end runs.
pub(super) struct Peer {
    pub(super) link: Arc<Link>,
    task: JoinHandle<()>,
    writer: DuplexStream,
    reader: Option<DuplexStream>,
    input: Vec<u8>,
}

impl Peer {
    /// A connection to a side with these limits.
    pub(super) fn connect(limits: Limits) -> Self {
        Self::connect_to(limits, u32::MAX)
    }

    /// The same, where the peer takes messages of `message_bytes`.
    pub(super) fn connect_to(limits: Limits, message_bytes: u32) -> Self {
        let takes = HelloLimits { message_bytes, in_flight: 10, stream_bytes: 1000 };
        Self::over(limits, takes, Router::new().handle::<wait>().handle::<repeat>().into())
    }

    /// A connection to a side with these limits that serves this router; the peer takes what `takes` says.
    pub(super) fn over(limits: Limits, takes: HelloLimits, router: Arc<Router>) -> Self {
        let (their_reader, writer) = duplex(1 << 20);
        let (their_writer, reader) = duplex(1 << 20);
        let remote = Hello {
            protocol: PROTOCOL_VERSION,
            agent: "test".to_owned(),
            codec: "json".to_owned(),
            instance: "0".to_owned(),
            fingerprint: None,
            limits: takes,
            grants: None,
            token: None,
        };
        let link = Arc::new(Link::new(
            WriteHalf::of(their_writer),
            remote.limits,
            &ipc_core::Peer::unknown(),
            limits.shared(),
        ));
        let driver = Driver::new(ReadHalf::of(their_reader), Vec::new(), Arc::clone(&link), router);
        let task = tokio::spawn(driver.run(()));
        Self { link, task, writer, reader: Some(reader), input: Vec::new() }
    }

    /// Makes a call, of these bytes; answers the response's body.
    pub(super) async fn call(link: &Link, body: &[u8]) -> Result<Vec<u8>, CallError> {
        let encode = |out: &mut Body| {
            out.json.extend_from_slice(body);
            Ok(())
        };
        let asked = Asked { channel: "a:b", deadline: None, upload: None, encode };
        Ok(link.call(asked).await?.bytes().to_vec())
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).await.unwrap();
    }

    async fn read(&mut self, bytes: usize) -> Vec<u8> {
        let reader = self.reader.as_mut().expect("the peer reads");
        while self.input.len() < bytes {
            let read = watched(reader.read_buf(&mut self.input)).await.unwrap();
            assert!(read > 0, "the connection is at its end, behind {:?}", self.input.escape_ascii().to_string());
        }
        self.input.drain(..bytes).collect()
    }

    /// The next frame: kind, id, payload.
    pub(super) async fn receive(&mut self) -> (Kind, u32, Vec<u8>) {
        let bytes = self.receive_bytes().await;
        let (frame, _) = frame::decode(&bytes).unwrap().unwrap();
        (frame.kind, frame.id, frame.payload.to_vec())
    }

    /// The bytes of the next frame.
    pub(super) async fn receive_bytes(&mut self) -> Vec<u8> {
        let mut bytes = self.read(HEADER_BYTES).await;
        let header = Header::decode(bytes.as_slice().try_into().unwrap()).unwrap();
        bytes.extend(self.read(header.length as usize).await);
        bytes
    }

    /// Whether something has arrived that was not received, when everything that can happen by itself has happened.
    pub(super) async fn has_more(&mut self) -> bool {
        let reader = self.reader.as_mut().expect("the peer reads");
        // Time is paused, and goes on when nothing else does.
        let read = tokio::time::timeout(Duration::from_millis(1), reader.read_buf(&mut self.input)).await;
        assert!(!matches!(read, Ok(Ok(0) | Err(_))), "the connection is at its end: {read:?}");
        !self.input.is_empty()
    }

    /// The next frame, which is a failed response: id and code.
    pub(super) async fn refusal(&mut self) -> (u32, String) {
        let (kind, id, body) = self.receive().await;
        assert_eq!(kind, Kind::Response);
        let body: Value = serde_json::from_slice(&body).unwrap();
        (id, body["error"]["code"].as_str().unwrap_or_else(|| panic!("no failure: {body}")).to_owned())
    }

    /// The next frame is a goodbye that tells of a breach, and the last; answers its message.
    pub(super) async fn is_let_go(&mut self) -> String {
        let (kind, id, body) = self.receive().await;
        assert_eq!((kind, id), (Kind::Goodbye, 0));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], "PROTOCOL_ERROR");
        self.is_at_end().await;
        body["message"].as_str().unwrap().to_owned()
    }

    /// The other side writes nothing more.
    pub(super) async fn is_at_end(&mut self) {
        let reader = self.reader.as_mut().expect("the peer reads");
        watched(reader.read_to_end(&mut self.input)).await.unwrap();
        assert_eq!(self.input.escape_ascii().to_string(), "");
    }

    /// The connection's own task comes to its end, though this side keeps the connection open.
    pub(super) async fn task_ends(&mut self) {
        watched(&mut self.task).await.unwrap();
    }

    pub(super) fn stop_reading(&mut self) {
        self.reader = None;
    }

    pub(super) async fn stop_writing(&mut self) {
        self.writer.shutdown().await.unwrap();
    }
}
