//! The vectors in `tests/vectors`, which every implementation of the protocol runs.

mod document;
pub(crate) mod exchanges;

use std::fs;
use std::path::{Path, PathBuf};

use ipc_core::envelope::{Flags, Kind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::frame::Frame;

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

fn load<T: DeserializeOwned>(name: &str) -> T {
    let path = root().join("tests/vectors").join(name);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Bytes, written as pieces that follow each other.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Piece {
    Hex(String),
    Text { text: String },
    Repeat { repeat: String, times: usize },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pieces(Vec<Piece>);

impl Pieces {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let bytes = self.0.iter().flat_map(|piece| match piece {
            Piece::Hex(digits) => hex(digits),
            Piece::Text { text } => text.clone().into_bytes(),
            Piece::Repeat { repeat, times } => hex(repeat).repeat(*times),
        });
        bytes.collect()
    }
}

/// Reads hexadecimal digits; blanks between bytes do not count.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte =
        |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("two hexadecimal digits");
    digits.chunks(2).map(byte).collect()
}

#[derive(Debug, Deserialize)]
pub(crate) struct FrameVector {
    pub(crate) name: String,
    bytes: Pieces,
    frame: FrameFields,
}

#[derive(Debug, Deserialize)]
struct FrameFields {
    kind: String,
    flags: Vec<String>,
    id: u32,
    channel: Option<String>,
    deadline: Option<u32>,
    total: Option<u32>,
    payload: Pieces,
}

impl FrameVector {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes.bytes()
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        self.frame.payload.bytes()
    }

    pub(crate) fn channel(&self) -> &str {
        self.frame.channel.as_deref().unwrap_or_default()
    }

    /// The frame that the vector describes; `payload` is its payload.
    pub(crate) fn frame<'a>(&'a self, payload: &'a [u8]) -> Frame<'a> {
        let is_set = |flag: &str| self.frame.flags.iter().any(|set| set == flag);
        Frame {
            kind: kind(&self.frame.kind),
            flags: Flags {
                more: is_set("more"),
                continued: is_set("continued"),
                deadline: is_set("deadline"),
                attachments: is_set("attachments"),
            },
            id: self.frame.id,
            channel: self.channel().as_bytes(),
            deadline: self.frame.deadline,
            total: self.frame.total,
            payload,
        }
    }
}

/// The kind of this name: `request`.
pub(crate) fn kind(name: &str) -> Kind {
    let named = |kind: &Kind| format!("{kind:?}").to_lowercase() == name;
    Kind::ALL.into_iter().find(named).unwrap_or_else(|| panic!("there is no kind `{name}`"))
}

/// Every frame of `frames.json`.
pub(crate) fn frames() -> Vec<FrameVector> {
    #[derive(Deserialize)]
    struct File {
        frames: Vec<FrameVector>,
    }
    load::<File>("frames.json").frames
}

/// The frame of this name of `frames.json`.
pub(crate) fn frame(name: &str) -> FrameVector {
    frames().into_iter().find(|vector| vector.name == name).unwrap_or_else(|| panic!("there is no frame `{name}`"))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sequence {
    pub(crate) name: String,
    pub(crate) frames: Vec<String>,
    pub(crate) messages: Vec<MessageVector>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MessageVector {
    pub(crate) kind: String,
    pub(crate) id: u32,
    pub(crate) channel: Option<String>,
    pub(crate) total: usize,
    pub(crate) payload: Pieces,
    #[serde(default)]
    pub(crate) attachments: bool,
}

/// The sequences of `messages.json`.
pub(crate) fn sequences() -> Vec<Sequence> {
    #[derive(Deserialize)]
    struct File {
        sequences: Vec<Sequence>,
    }
    load::<File>("messages.json").sequences
}

#[derive(Debug, Deserialize)]
pub(crate) struct Hellos {
    pub(crate) hellos: Vec<HelloVector>,
    pub(crate) goodbyes: Vec<GoodbyeVector>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct HelloVector {
    pub(crate) name: String,
    pub(crate) bytes: Pieces,
    pub(crate) hello: Value,
    #[serde(default)]
    pub(crate) rest: Option<Pieces>,
    pub(crate) canonical: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GoodbyeVector {
    pub(crate) name: String,
    pub(crate) bytes: Pieces,
    pub(crate) goodbye: Value,
}

/// What `hello.json` holds.
pub(crate) fn hellos() -> Hellos {
    load("hello.json")
}

#[derive(Debug, Deserialize)]
pub(crate) struct Refused {
    pub(crate) first_bytes: Vec<RefusedBytes>,
    pub(crate) frames: Vec<RefusedBytes>,
    pub(crate) sequences: Vec<RefusedSequence>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RefusedBytes {
    pub(crate) name: String,
    pub(crate) bytes: Pieces,
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) told: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RefusedSequence {
    pub(crate) name: String,
    pub(crate) frames: Vec<String>,
    pub(crate) reason: String,
}

/// What `refused.json` holds.
pub(crate) fn refused() -> Refused {
    load("refused.json")
}

/// Numbers that are random enough and the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u32 {
        // Knuth's constants for MMIX; the upper bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}
