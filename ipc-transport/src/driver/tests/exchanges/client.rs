//! An application that brings about what a client sends.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use ipc_core::__private::IncomingParameter as _;
use ipc_core::envelope::attachments::split;
use ipc_core::envelope::{Kind, UPSTREAM};
use ipc_core::{Body, CallError, Failure, Incoming, ReceiveItems, Received, Stream};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::super::channels::{answers_with_a_stream, takes_a_stream};
use super::super::peer::{Peer, watched};
use crate::frame::{self, Frame};
use crate::link::Asked;
use crate::payload::Payload;
use crate::reader::{Next, Reader};

/// The client that is played, and the server's end of its connection.
pub(in super::super) struct Client {
    pub(in super::super) peer: Peer,
    /// By the ids of the exchange.
    opened: HashMap<u32, Opened>,
}

/// A call or a subscription. Dropping it is what an application does that wants no more of it.
struct Opened {
    /// The id that the client chose.
    id: u32,
    items: Option<UnboundedSender<Value>>,
    answer: Answer,
}

enum Answer {
    Once(JoinHandle<Result<Payload<'static>, CallError>>),
    Items(Box<dyn ReceiveItems>),
    Begun(JoinHandle<Result<Result<Reader, Failure>, CallError>>),
    Events(Reader),
}

impl Client {
    pub(in super::super) fn new(peer: Peer) -> Self {
        Self { peer, opened: HashMap::new() }
    }

    /// Does what makes the client send this frame; answers the frame that it sends, with the id of the exchange.
    pub(in super::super) async fn send(&mut self, frame: &Frame<'_>) -> Vec<u8> {
        let id = frame.id & !UPSTREAM;
        match frame.kind {
            Kind::Request => return self.ask(frame).await,
            Kind::Subscribe => return self.subscribe(frame).await,
            Kind::Notification => {
                let notified = self.peer.link.notify(text(frame.channel), encode(frame));
                notified.await.expect("the connection goes on");
            }
            Kind::Item => {
                let item = serde_json::from_slice(frame.payload).expect("an item is JSON");
                let items =
                    self.opened.get(&id).and_then(|opened| opened.items.as_ref()).expect("a call with a stream");
                items.send(item).expect("the client sends the stream");
            }
            Kind::End => self.opened.get_mut(&id).expect("a call with a stream").items = None,
            Kind::Credit => self.read_until_granted(id).await,
            Kind::Cancel | Kind::Unsubscribe => self.stop(id).await,
            Kind::Goodbye => self.peer.link.leave("the client goes"),
            other => panic!("nothing makes a client send a {other:?}"),
        }
        let sent = self.peer.receive_bytes().await;
        if frame.kind == Kind::Notification || frame.kind == Kind::Goodbye {
            return sent;
        }
        let chosen = self.opened.get(&id).map_or(id, |opened| opened.id);
        assert_eq!(id_of(&sent) & !UPSTREAM, chosen, "the frame belongs to another call");
        with_id(sent, |sent| id | (sent & UPSTREAM))
    }

    /// Lets the application send an item, whether the client does so or not.
    pub(in super::super) fn offer(&self, id: u32, item: Value) {
        let items = self.opened.get(&id).and_then(|opened| opened.items.as_ref()).expect("a call with a stream");
        items.send(item).expect("the client has the stream");
    }

    /// Drops whatever has this id, at whatever stage it is.
    pub(in super::super) fn forget(&mut self, id: u32) {
        match self.opened.remove(&id).map(|opened| opened.answer) {
            Some(Answer::Begun(begun)) => begun.abort(),
            Some(Answer::Once(call)) => call.abort(),
            _ => {}
        }
    }

    /// The id that the client chose for what has this one in the exchange.
    pub(in super::super) fn chosen(&self, id: u32) -> u32 {
        self.opened.get(&id).expect("a call or a subscription that is open").id
    }

    /// Lets the client have a frame with this id.
    pub(in super::super) async fn send_as(&mut self, bytes: Vec<u8>, id: u32) {
        self.peer.send(&with_id(bytes, |_| id)).await;
    }

    /// Lets the client have frames that the server sends.
    pub(in super::super) async fn receive(&mut self, frames: Vec<Vec<u8>>) {
        let here = |id: u32| self.opened.get(&(id & !UPSTREAM)).map_or(id, |opened| opened.id | (id & UPSTREAM));
        let sent: Vec<u8> = frames.into_iter().flat_map(|frame| with_id(frame, here)).collect();
        self.peer.send(&sent).await;
    }

    async fn ask(&mut self, frame: &Frame<'_>) -> Vec<u8> {
        let channel = text(frame.channel);
        let link = Arc::clone(&self.peer.link);
        let (items, upload) = if takes_a_stream(channel) {
            let (items, sent) = unbounded_channel();
            (Some(items), Some(Incoming::new(Sent(sent)).upload()))
        } else {
            (None, None)
        };
        let (name, encode) = (channel.to_owned(), encode(frame));
        let answer = if answers_with_a_stream(channel) {
            let asked = Asked { channel, deadline: None, upload, encode };
            Answer::Items(Box::new(link.stream(asked).await.expect("the connection goes on")))
        } else {
            Answer::Once(tokio::spawn(async move {
                link.call(Asked { channel: &name, deadline: None, upload, encode }).await
            }))
        };
        self.open(frame.id, items, answer).await
    }

    async fn subscribe(&mut self, frame: &Frame<'_>) -> Vec<u8> {
        let link = Arc::clone(&self.peer.link);
        let (pattern, encode) = (text(frame.channel).to_owned(), encode(frame));
        let begun = tokio::spawn(async move { link.subscribe(&pattern, encode).await });
        self.open(frame.id, None, Answer::Begun(begun)).await
    }

    async fn open(&mut self, id: u32, items: Option<UnboundedSender<Value>>, answer: Answer) -> Vec<u8> {
        let sent = self.peer.receive_bytes().await;
        self.opened.insert(id, Opened { id: id_of(&sent), items, answer });
        with_id(sent, |_| id)
    }

    /// Takes what has arrived, one by one, until the server is told that it may send more.
    async fn read_until_granted(&mut self, id: u32) {
        while !self.peer.has_more().await {
            let opened = self.opened.remove(&id).expect("a call or a subscription that is open");
            let answer = match opened.answer {
                Answer::Begun(begun) => Answer::Events(reader(begun).await),
                other => other,
            };
            let opened = self.opened.entry(id).or_insert(Opened { answer, ..opened });
            watched(poll_fn(|cx| match &mut opened.answer {
                Answer::Items(items) => items.poll_item(cx).map(|next| assert!(matches!(next, Received::Item(..)))),
                Answer::Events(events) => events.poll_next(cx).map(|next| assert!(!matches!(next, Next::End(_)))),
                _ => panic!("nothing is read of a call that is answered once"),
            }))
            .await;
        }
    }

    async fn stop(&mut self, id: u32) {
        let opened = self.opened.get_mut(&id).expect("a call or a subscription that is open");
        let nothing = Answer::Once(tokio::spawn(async { Err(CallError::TimedOut) }));
        match std::mem::replace(&mut opened.answer, nothing) {
            Answer::Once(call) => call.abort(),
            Answer::Begun(begun) => drop(reader(begun).await),
            Answer::Items(_) | Answer::Events(_) => {}
        }
    }
}

async fn reader(begun: JoinHandle<Result<Result<Reader, Failure>, CallError>>) -> Reader {
    let begun = watched(begun).await.expect("nothing panics");
    begun.expect("the connection goes on").expect("the server sends events")
}

/// What an application sends beside a request.
struct Sent(UnboundedReceiver<Value>);

impl Stream for Sent {
    type Item = Value;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> task::Poll<Option<Value>> {
        self.0.poll_recv(cx)
    }
}

/// Writes what a frame carries.
fn encode(frame: &Frame<'_>) -> impl FnOnce(&mut Body) -> Result<(), serde_json::Error> + Send + use<> {
    let payload = frame.payload.to_vec();
    let parts = frame.flags.attachments.then(|| split(&payload).expect("a table"));
    move |body| {
        match parts {
            None => body.json.extend_from_slice(&payload),
            Some(parts) => {
                body.json.extend_from_slice(&payload[parts.json]);
                let attachments = parts.attachments.into_iter();
                body.attachments = attachments.map(|part| bytes::Bytes::copy_from_slice(&payload[part])).collect();
            }
        }
        Ok(())
    }
}

pub(in super::super) fn decoded(bytes: &[u8]) -> Frame<'_> {
    frame::decode(bytes).expect("a frame that breaks no rule").expect("a whole frame").0
}

fn text(channel: &[u8]) -> &str {
    std::str::from_utf8(channel).expect("a channel's name")
}

fn id_of(frame: &[u8]) -> u32 {
    u32::from_le_bytes(frame[8..12].try_into().expect("four bytes"))
}

/// The frame with another id.
fn with_id(mut frame: Vec<u8>, id: impl FnOnce(u32) -> u32) -> Vec<u8> {
    let id = id(id_of(&frame));
    frame[8..12].copy_from_slice(&id.to_le_bytes());
    frame
}
