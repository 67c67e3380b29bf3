//! One call, as those see it who watch.

use std::sync::Arc;
use std::task::{self, Poll};

use bytes::Bytes;

use super::watching::{Passing, Taps, message};
use super::{TapDirection, TapKind, TapMessage, TapPeer};
use crate::items::{ReceiveItems, Received};
use crate::peer::Peer;

/// A call that somebody watches.
#[derive(Clone)]
pub(crate) struct TappedCall {
    taps: Arc<Taps>,
    channel: Arc<str>,
    number: u64,
    peer: TapPeer,
}

impl TappedCall {
    /// A request has arrived, which has so many bytes.
    pub(crate) fn begin(taps: &Arc<Taps>, channel: &str, peer: &Peer, json: &[u8], bytes: usize) -> Self {
        let peer = TapPeer { connection: peer.connection(), pid: peer.pid(), uid: peer.uid() };
        let call = Self { taps: Arc::clone(taps), channel: channel.into(), number: taps.next_call(), peer };
        call.pass(TapKind::Request, TapDirection::In, json, bytes, |_| {});
        call
    }

    /// An item of the answer goes out.
    pub(crate) fn item(&self, json: &[u8], bytes: usize) {
        self.pass(TapKind::Item, TapDirection::Out, json, bytes, |_| {});
    }

    /// The call is over. There is no response where nobody waits for it any more.
    pub(crate) fn end(&self, response: Option<(&[u8], usize)>, outcome: &str, micros: u64, items: Option<u64>) {
        let (json, bytes) = response.unwrap_or((b"null", 0));
        self.pass(TapKind::Response, TapDirection::Out, json, bytes, |message| {
            message.outcome = Some(outcome.to_owned());
            message.micros = Some(micros);
            message.items = items;
        });
    }

    /// The same items, which are seen as they are taken.
    pub(crate) fn watch(&self, items: Box<dyn ReceiveItems>) -> Box<dyn ReceiveItems> {
        Box::new(TappedItems { items, call: self.clone() })
    }

    fn pass(
        &self,
        kind: TapKind,
        direction: TapDirection,
        json: &[u8],
        bytes: usize,
        more: impl FnOnce(&mut TapMessage),
    ) {
        if !self.taps.is_watched() {
            return;
        }
        let mut message = message(kind, direction, &self.channel);
        (message.call, message.peer, message.bytes) = (Some(self.number), Some(self.peer), bytes as u64);
        more(&mut message);
        self.taps.pass(Passing { message, json, is_response: kind == TapKind::Response });
    }
}

/// What a caller sends beside its request.
struct TappedItems {
    items: Box<dyn ReceiveItems>,
    call: TappedCall,
}

impl ReceiveItems for TappedItems {
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>> {
        let received = self.items.poll_item(cx);
        if let Poll::Ready(Received::Item(json, attachments)) = &received {
            let bytes = json.len() + attachments.iter().map(Bytes::len).sum::<usize>();
            self.call.pass(TapKind::Item, TapDirection::In, json, bytes, |_| {});
        }
        received
    }
}
