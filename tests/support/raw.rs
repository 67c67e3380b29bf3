//! Peers that write their bytes by hand, and know the protocol from its description alone.

use std::io;

use ipc_bridge::{Client, ClientBuilder, Server, Transport};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, duplex, split};

pub(crate) const HELLO: u8 = 1;
pub(crate) const GOODBYE: u8 = 2;
pub(crate) const PING: u8 = 3;
pub(crate) const PONG: u8 = 4;
pub(crate) const REQUEST: u8 = 5;
pub(crate) const RESPONSE: u8 = 6;
pub(crate) const CANCEL: u8 = 7;
pub(crate) const ITEM: u8 = 8;
pub(crate) const END: u8 = 9;
pub(crate) const CREDIT: u8 = 10;
pub(crate) const SUBSCRIBE: u8 = 11;
pub(crate) const UNSUBSCRIBE: u8 = 12;
pub(crate) const EVENT: u8 = 13;
pub(crate) const NOTIFICATION: u8 = 14;

/// The bit of an id that tells what a caller sends beside its request from what it is answered with.
pub(crate) const UPSTREAM: u32 = 1 << 31;

pub(crate) const MORE: u8 = 1;
pub(crate) const CONTINUED: u8 = 2;
pub(crate) const DEADLINE: u8 = 4;
pub(crate) const ATTACHMENTS: u8 = 8;

/// The most payload bytes of one frame.
pub(crate) const FRAGMENT: usize = 64 * 1024;

const MAGIC: u32 = u32::from_le_bytes(*b"IPCB");

/// The bytes of one frame. The channel's length stands in the header as it is.
pub(crate) fn frame(kind: u8, flags: u8, id: u32, channel: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(12 + channel.len() + payload.len());
    bytes.extend_from_slice(&u32::try_from(channel.len() + payload.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&[kind, flags]);
    bytes.extend_from_slice(&u16::try_from(channel.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(channel);
    bytes.extend_from_slice(payload);
    bytes
}

/// The first fragment of a message of `total` bytes.
pub(crate) fn first_fragment(kind: u8, id: u32, channel: &[u8], total: usize, payload: &[u8]) -> Vec<u8> {
    let mut rest = u32::try_from(total).unwrap().to_le_bytes().to_vec();
    rest.extend_from_slice(payload);
    frame(kind, MORE, id, channel, &rest)
}

/// A request in one frame.
pub(crate) fn request(id: u32, channel: &str, body: &Value) -> Vec<u8> {
    frame(REQUEST, 0, id, channel.as_bytes(), body.to_string().as_bytes())
}

/// The body of a hello that takes much.
pub(crate) fn hello_body() -> Value {
    let limits = json!({ "message_bytes": 16 << 20, "in_flight": 4096 });
    json!({ "agent": "by-hand/0", "codec": "json", "instance": "00", "limits": limits })
}

/// A hello of some version.
pub(crate) fn hello(version: u16, body: &Value) -> Vec<u8> {
    let mut bytes = frame(HELLO, 0, MAGIC, b"", body.to_string().as_bytes());
    bytes[6..8].copy_from_slice(&version.to_le_bytes());
    bytes
}

/// A frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) id: u32,
    pub(crate) channel: String,
    /// What the first of several fragments says of the whole.
    pub(crate) total: Option<usize>,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap()
    }

    /// The code of a goodbye.
    pub(crate) fn goodbye_code(&self) -> String {
        assert_eq!(self.kind, GOODBYE, "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// The code of a response that failed.
    pub(crate) fn failure_code(&self) -> String {
        assert_eq!(self.kind, RESPONSE, "{self:?}");
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// A byte stream in both directions.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One end of a connection.
pub(crate) struct Raw {
    stream: Box<dyn Stream>,
}

impl Raw {
    pub(crate) fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream) }
    }

    /// Connects to the socket of a server, and says nothing.
    #[cfg(unix)]
    pub(crate) async fn connect(socket: &std::path::Path) -> Self {
        Self::new(tokio::net::UnixStream::connect(socket).await.unwrap())
    }

    /// Connects to the socket of a server, and exchanges hellos.
    #[cfg(unix)]
    pub(crate) async fn greeted(socket: &std::path::Path) -> Self {
        let mut raw = Self::connect(socket).await;
        raw.send(&hello(1, &hello_body())).await;
        assert_eq!(raw.frame().await.unwrap().kind, HELLO);
        raw
    }

    /// Connects to a server in memory, and exchanges hellos.
    pub(crate) async fn greeted_by(server: &Server) -> Self {
        let (ours, theirs) = duplex(FRAGMENT);
        server.accept(transport(theirs));
        let mut raw = Self::new(ours);
        raw.send(&hello(1, &hello_body())).await;
        assert_eq!(raw.frame().await.unwrap().kind, HELLO);
        raw
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends as much as the peer takes before it lets this one go.
    pub(crate) async fn send_in_vain(&mut self, bytes: &[u8]) {
        if let Err(error) = self.stream.write_all(bytes).await {
            assert!(is_end(&error), "{error}");
        }
    }

    /// No more is sent.
    pub(crate) async fn end(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// The next frame; `None` at the end.
    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        let mut header = [0; 12];
        self.fill(&mut header).await?;
        let [l0, l1, l2, l3, kind, flags, c0, c1, i0, i1, i2, i3] = header;
        let mut rest = vec![0; u32::from_le_bytes([l0, l1, l2, l3]) as usize];
        self.fill(&mut rest).await?;
        let channel_bytes = if kind == HELLO { 0 } else { usize::from(u16::from_le_bytes([c0, c1])) };
        let mut payload = rest.split_off(channel_bytes);
        let mut total = None;
        if flags & (MORE | CONTINUED) == MORE {
            let after = payload.split_off(4);
            total = Some(u32::from_le_bytes(payload.try_into().unwrap()) as usize);
            payload = after;
        }
        let id = u32::from_le_bytes([i0, i1, i2, i3]);
        Some(Frame { kind, flags, id, channel: String::from_utf8(rest).unwrap(), total, payload })
    }

    /// The response that comes next, from its fragments.
    pub(crate) async fn response(&mut self) -> Frame {
        let mut whole = self.frame().await.expect("the connection ended before the response");
        while whole.flags & MORE != 0 {
            let part = self.frame().await.expect("the connection ended within the response");
            assert_eq!((part.kind, part.id, part.flags & CONTINUED), (whole.kind, whole.id, CONTINUED));
            whole.flags = part.flags & MORE;
            whole.payload.extend_from_slice(&part.payload);
        }
        assert_eq!(whole.kind, RESPONSE, "{whole:?}");
        whole
    }

    /// Everything until the end.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Err(error) = self.stream.read_to_end(&mut bytes).await {
            assert!(is_end(&error), "{error}");
        }
        bytes
    }

    /// The goodbye that comes next, and nothing after it; its code.
    pub(crate) async fn dismissed(&mut self) -> String {
        let goodbye = self.frame().await.expect("a goodbye comes before the end");
        assert_eq!(self.rest().await, b"", "nothing comes after a goodbye");
        goodbye.goodbye_code()
    }

    /// Plays the server's part until the client asks for something.
    pub(crate) async fn welcome(&mut self, body: &Value) {
        assert_eq!(self.frame().await.unwrap().kind, HELLO);
        self.send(&hello(1, body)).await;
    }

    async fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.stream.read_exact(bytes).await {
            Ok(_) => Some(()),
            Err(error) if is_end(&error) => None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Whether an error says that the peer is gone. A socket that is closed before all was read tells so by a reset.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

/// A client, and the server that is played by hand for it. `pipe` bytes fit between them.
pub(crate) async fn server_for(client: ClientBuilder, pipe: usize, body: &Value) -> (Client, Raw) {
    let (ours, theirs) = duplex(pipe);
    let mut raw = Raw::new(theirs);
    let (client, ()) = tokio::join!(client.over(transport(ours)), raw.welcome(body));
    (client.unwrap(), raw)
}

pub(crate) fn transport(stream: DuplexStream) -> Transport {
    let (reader, writer) = split(stream);
    Transport::new(reader, writer)
}
