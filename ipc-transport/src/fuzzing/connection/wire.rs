//! The peer that the script moves: it writes what it is told to, and checks that what it reads is lawful.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ipc_core::envelope::{HEADER_BYTES, Header, Kind};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

use super::note;
use crate::assembly::{Assembled, Assembly, AssemblyLimits};
use crate::frame;
use crate::hello::{self, FirstFrame};

/// Time is paused and goes on when nothing else does, so this is the time in which nothing happens.
const MOMENT: Duration = Duration::from_millis(1);

/// Longer than any time that the other end has for anything: the hello, last words, a goodbye.
const PATIENCE: u32 = 20_000;

/// A stream without an end must not be read without an end.
const MOST_READ_AT_ONCE: usize = 1 << 18;

/// What a read came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Some(usize),
    Nothing,
    End,
}

pub(super) struct Wire {
    stream: DuplexStream,
    listens: bool,
    /// The bytes that the frame which is being written still lacks.
    header: Vec<u8>,
    lacking: usize,
    /// What was asked for with these ids.
    pub(super) asked: BTreeSet<u32>,
    /// What has been read and is no frame yet.
    input: Vec<u8>,
    assembly: Assembly,
    pub(super) greeted: bool,
    /// The other end has closed the connection.
    pub(super) ended: bool,
    ended_writing: bool,
    /// The other end wants something with these ids, on these channels, and has had no answer.
    pub(super) wanted: BTreeMap<u32, String>,
    /// The answers that have come: the outcome by the id.
    pub(super) answers: BTreeMap<u32, Value>,
    /// A goodbye has passed, in either direction.
    pub(super) leaving: bool,
    /// The other end has said that this one broke the protocol.
    dismissed: bool,
}

impl Wire {
    pub(super) fn new(stream: DuplexStream) -> Self {
        let limits = AssemblyLimits { message_bytes: 1 << 28, buffered_bytes: 1 << 28, messages: 1 << 16 };
        Self {
            stream,
            listens: true,
            header: Vec::new(),
            lacking: 0,
            asked: BTreeSet::new(),
            input: Vec::new(),
            assembly: Assembly::new(limits),
            greeted: false,
            ended: false,
            ended_writing: false,
            wanted: BTreeMap::new(),
            answers: BTreeMap::new(),
            leaving: false,
            dismissed: false,
        }
    }

    pub(super) fn listen(&mut self, listens: bool) {
        self.listens = listens;
    }

    /// Writes all of it, unless the connection ends. Where the other end takes nothing before its own words are taken,
    /// they are taken: one that reads must be read.
    pub(super) async fn write(&mut self, mut bytes: &[u8]) {
        let shown = bytes.get(..60).unwrap_or(bytes);
        note(format_args!("-> {} bytes: {}", bytes.len(), shown.escape_ascii()));
        let mut moments = 0;
        while !bytes.is_empty() && !self.ended_writing {
            match timeout(MOMENT, self.stream.write(bytes)).await {
                Ok(Ok(written)) => {
                    let (now, later) = bytes.split_at(written);
                    self.follow(now);
                    bytes = later;
                    moments = 0;
                }
                Ok(Err(_)) => self.ended_writing = true,
                Err(_) => {
                    moments += 1;
                    assert!(moments < PATIENCE, "the other end neither reads nor says anything");
                    self.read().await;
                }
            }
        }
    }

    /// Follows where in a frame the written bytes end, and what they ask for.
    fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.lacking.min(bytes.len());
            self.lacking -= skipped;
            bytes = &bytes[skipped..];
            let taken = (HEADER_BYTES - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            let Some(header) = self.header.first_chunk::<HEADER_BYTES>().copied() else { return };
            self.header.clear();
            self.lacking = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
            if let Ok(header) = Header::decode(header) {
                match header.kind {
                    Kind::Request | Kind::Subscribe => {
                        self.asked.insert(header.id);
                    }
                    Kind::Goodbye => self.leaving = true,
                    _ => {}
                }
            }
        }
    }

    /// Ends the frame that is being written, so that another can follow.
    pub(super) async fn complete(&mut self) {
        for _ in 0..2 {
            if !self.header.is_empty() {
                let missing = HEADER_BYTES - self.header.len();
                self.write(&vec![0; missing]).await;
            }
            // What is longer than a frame may be has ended the connection, and takes nothing more.
            let missing = if self.lacking > frame::MAX_FRAME_BYTES { 0 } else { self.lacking };
            self.write(&vec![0; missing]).await;
        }
    }

    pub(super) async fn end_writing(&mut self) {
        self.ended_writing = true;
        if self.stream.shutdown().await.is_err() {
            self.ended = true;
        }
    }

    /// Until nothing more happens by itself.
    pub(super) async fn quiet(&mut self) {
        if !self.listens {
            return tokio::time::sleep(MOMENT).await;
        }
        let mut bytes = 0;
        while let Read::Some(read) = self.read().await {
            bytes += read;
            if bytes > MOST_READ_AT_ONCE {
                return;
            }
        }
    }

    /// Reads until something is so, which must be within the time that the other end has for anything.
    pub(super) async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let mut moments = 0;
        while !so(self) && !self.ended {
            if self.read().await == Read::Nothing {
                moments += 1;
                assert!(moments < PATIENCE, "{what} did not come");
            }
        }
    }

    async fn read(&mut self) -> Read {
        if self.ended {
            tokio::time::sleep(MOMENT).await;
            return Read::End;
        }
        match timeout(MOMENT, self.stream.read_buf(&mut self.input)).await {
            Err(_) => Read::Nothing,
            Ok(Ok(0) | Err(_)) => {
                self.ended = true;
                Read::End
            }
            Ok(Ok(read)) => {
                self.take_frames();
                Read::Some(read)
            }
        }
    }

    /// What the other end says is what the protocol lets it say, whatever it was told.
    fn take_frames(&mut self) {
        let mut input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        if !self.greeted {
            match hello::decode(rest) {
                Ok(FirstFrame::Hello(_, taken)) => {
                    self.greeted = true;
                    rest = &rest[taken..];
                }
                Ok(FirstFrame::Goodbye(_)) => {
                    self.leaving = true;
                    rest = &[];
                }
                Ok(FirstFrame::Partly) => {}
                Err(error) => {
                    let text = std::str::from_utf8(rest).unwrap_or_else(|_| panic!("{error}"));
                    assert!("ipc-bridge: ".starts_with(text) || text.starts_with("ipc-bridge: "), "{error}");
                }
            }
        }
        if self.greeted {
            while let Some((frame, taken)) = frame::decode(rest).expect("the other end keeps the rules") {
                self.take(&frame);
                rest = &rest[taken..];
            }
        }
        let taken = input.len() - rest.len();
        input.drain(..taken);
        self.input = input;
    }

    fn take(&mut self, frame: &frame::Frame<'_>) {
        note(format_args!("<- {:?} {} of {} bytes, {:?}", frame.kind, frame.id, frame.payload.len(), frame.flags));
        let begins = matches!(frame.kind, Kind::Request | Kind::Subscribe | Kind::Notification);
        assert!(!(self.dismissed && begins && !frame.flags.continued), "nothing is asked behind a last goodbye");
        let mut payload = frame.payload.to_vec();
        if frame.flags.more || frame.flags.continued {
            match self.assembly.take(frame).expect("fragments fit together") {
                Assembled::Partly => return,
                Assembled::Whole(message) => payload = message.payload,
                other => panic!("there is room for everything, and yet: {other:?}"),
            }
        }
        match frame.kind {
            Kind::Request | Kind::Subscribe => {
                let channel = String::from_utf8(frame.channel.to_vec()).expect("a channel's name is text");
                self.wanted.insert(frame.id, channel);
            }
            Kind::Response => {
                let attached = frame.flags.attachments;
                self.answers.insert(frame.id, if attached { Value::Null } else { read(&payload) });
            }
            Kind::Goodbye => {
                self.leaving = true;
                let said = read(&payload);
                assert!(said["code"].is_string());
                self.dismissed |= said["code"] == "PROTOCOL_ERROR";
            }
            _ => {}
        }
    }
}

fn read(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).unwrap_or_else(|error| panic!("{error}: {}", payload.escape_ascii()))
}
