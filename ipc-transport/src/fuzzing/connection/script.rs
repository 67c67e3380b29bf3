//! What a script is made of, and how it is read from the bytes of a fuzzer: every byte means something, so that one
//! that is changed changes one thing.

use std::time::Duration;

use arbitrary::Unstructured;
use ipc_core::envelope::attachments::put_table;
use ipc_core::envelope::{Flags, Header, Kind, PROTOCOL_VERSION, UPSTREAM};
use serde_json::json;

use crate::hello::{Hello, HelloLimits};

/// More steps find nothing that fewer do not, and take longer.
const MOST_STEPS: usize = 64;

const CHANNELS: [&str; 15] = [
    "data:fetch",
    "count:to",
    "text:repeat",
    "sum:all",
    "sum:first",
    "sum:so-far",
    "wait:ever",
    "wait:long",
    "bytes:echo",
    "status:changed",
    "job:progress",
    "*",
    "status:*",
    "ipc:missed",
    "nobody:here",
];

const IDS: [u32; 12] = [1, 2, 3, 0, 4, 5, UPSTREAM, UPSTREAM | 1, UPSTREAM | 2, UPSTREAM | 3, UPSTREAM - 1, u32::MAX];

const BODIES: [&str; 20] = [
    "{}",
    "null",
    "7",
    r#"{"id":7}"#,
    r#"{"to":3}"#,
    r#"{"to":4000000000}"#,
    r#"{"times":[1,0,70000]}"#,
    r#"{"times":[3000,3000,3000]}"#,
    r#"{"bytes":"$0"}"#,
    r#"{"bytes":"$1"}"#,
    r#"{"bytes":"AAH+/w=="}"#,
    r#"{"online":true}"#,
    r#"{"job":7,"log":"a"}"#,
    r#"{"success":true,"data":"item 1"}"#,
    r#"{"success":true,"data":null}"#,
    r#"{"success":true,"data":{"bytes":"$0"}}"#,
    r#"{"success":false,"error":{"code":"CANCELLED","message":"no more"}}"#,
    r#"{"code":"UNAVAILABLE","message":"it goes"}"#,
    r#"{"key":"7"}"#,
    "\"$0\"",
];

/// The role of the side under test, and how the script begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// The side under test is the client.
    pub(super) client: bool,
    /// The peer greets by itself, before the first step.
    pub(super) greets: bool,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The peer sends these bytes.
    Send(Vec<u8>),
    /// What the peer sends next is cut there, in 256ths, and the rest comes when all is quiet.
    Cut(u8),
    /// All that can happen by itself happens.
    Quiet,
    /// Time passes.
    Wait(Duration),
    /// Whether the peer reads.
    Listen(bool),
    /// The peer sends nothing more.
    EndWriting,
    /// The side under test does one of the things that an application does.
    Act(u8),
    /// The side under test leaves.
    Leave,
}

pub(super) struct Script<'a> {
    bytes: Unstructured<'a>,
    steps: usize,
}

impl<'a> Script<'a> {
    pub(super) fn read(data: &'a [u8]) -> (Opening, Self) {
        let mut bytes = Unstructured::new(data);
        let first: u8 = bytes.arbitrary().unwrap_or_default();
        (Opening { client: first & 1 != 0, greets: first & 2 == 0 }, Self { bytes, steps: 0 })
    }
}

impl Iterator for Script<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        self.steps += 1;
        if self.bytes.is_empty() || self.steps > MOST_STEPS {
            return None;
        }
        step(&mut self.bytes).ok()
    }
}

fn step(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Step> {
    Ok(match bytes.arbitrary::<u8>()? % 16 {
        0..=6 => Step::Send(frame(bytes)?),
        7 => Step::Send(literal(bytes)?),
        8 => Step::Send(hello(bytes)?),
        9 => Step::Quiet,
        10 => Step::Cut(bytes.arbitrary()?),
        11 => Step::Wait(Duration::from_millis(u64::from(bytes.arbitrary::<u8>()?) * 20)),
        12 => Step::Listen(bytes.arbitrary::<u8>()? % 2 == 0),
        13 => match bytes.arbitrary::<u8>()? % 4 {
            0 => Step::EndWriting,
            1 => Step::Leave,
            _ => Step::Quiet,
        },
        _ => Step::Act(bytes.arbitrary()?),
    })
}

/// Bytes as they stand in the script, behind their number.
fn literal(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let length = usize::from(bytes.arbitrary::<u16>()?).min(bytes.len());
    Ok(bytes.bytes(length)?.to_vec())
}

/// The step that sends these bytes, as a script has it: for seeds.
#[cfg(test)]
pub(in crate::fuzzing) fn send(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    [&[7][..], &length.to_le_bytes(), bytes].concat()
}

/// The step in which all becomes quiet.
#[cfg(test)]
pub(in crate::fuzzing) const QUIET: &[u8] = &[9];

/// A hello with limits of some size or other.
fn hello(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let chosen: u8 = bytes.arbitrary()?;
    let of = |numbers: [u32; 4], bits: u8| numbers[usize::from(chosen >> bits) % 4];
    Ok(greeting(HelloLimits {
        message_bytes: of([1 << 20, 0, 200, u32::MAX], 0),
        in_flight: of([4, 0, 1, u32::MAX], 2),
        stream_bytes: of([100, 0, 65_536, u32::MAX], 4),
    }))
}

/// The hello of a peer that takes this.
pub(super) fn greeting(limits: HelloLimits) -> Vec<u8> {
    let [agent, codec, instance] = ["by-hand/0", "json", "00"].map(str::to_owned);
    Hello { protocol: PROTOCOL_VERSION, agent, codec, instance, fingerprint: None, limits, grants: None, token: None }
        .encode()
        .to_vec()
}

/// A frame: one that keeps the rules for its kind, mostly, so that the connection goes on.
fn frame(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let (kind, flags): (u8, u8) = (bytes.arbitrary()?, bytes.arbitrary()?);
    let id = IDS[usize::from(bytes.arbitrary::<u8>()?) % IDS.len()];
    let named = bytes.arbitrary::<u8>()?;
    let wild = kind & 0x80 != 0;
    let number = kind & 0x0f;
    let lawful = Kind::ALL.get(usize::from(number).wrapping_sub(1)).copied().filter(|kind| *kind != Kind::Hello);
    let kind = lawful.unwrap_or(Kind::Ping);
    let may = |bit: u8, allowed: bool| allowed && flags & bit != 0;
    let continued = may(2, kind.has_flags());
    let set = Flags {
        more: may(1, kind.has_flags()),
        continued,
        deadline: may(4, kind == Kind::Request && !continued),
        attachments: may(8, kind.has_flags()),
    };
    let mut channel = if kind.has_channel() || (kind == Kind::Event && named & 0x80 != 0) { name(named) } else { "" };
    if wild {
        channel = if named & 0x40 != 0 { name(named) } else { "" };
    } else if continued {
        channel = "";
    }
    let mut rest = channel.as_bytes().to_vec();
    if set.deadline {
        rest.extend_from_slice(&u32::from(bytes.arbitrary::<u16>()?).to_le_bytes());
    }
    let announced = set.more && !set.continued;
    if announced {
        rest.extend_from_slice(&(u32::from(bytes.arbitrary::<u16>()?) * 8).to_le_bytes());
    }
    rest.extend_from_slice(&payload(bytes)?);
    let header = Header {
        length: u32::try_from(rest.len()).unwrap_or(u32::MAX),
        kind,
        flags: set,
        channel_bytes: u16::try_from(channel.len()).unwrap_or(u16::MAX),
        id: if kind == Kind::Goodbye { 0 } else { id },
    };
    let mut header = header.encode();
    if wild {
        // As the script has it, whatever that means.
        header[4] = number;
        header[5] = flags;
        header[0] ^= named;
    }
    Ok([&header[..], &rest].concat())
}

fn name(chosen: u8) -> &'static str {
    CHANNELS[usize::from(chosen & 0x3f) % CHANNELS.len()]
}

fn payload(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let body = |bytes: &mut Unstructured<'_>| Ok(BODIES[usize::from(bytes.arbitrary::<u8>()?) % BODIES.len()]);
    Ok(match bytes.arbitrary::<u8>()? % 8 {
        0 => Vec::new(),
        1 => literal(bytes)?,
        2 => vec![bytes.arbitrary()?; usize::from(bytes.arbitrary::<u16>()?)],
        3 | 4 => body(bytes)?.into(),
        5 => u32::from(bytes.arbitrary::<u16>()?).to_le_bytes().to_vec(),
        6 => json!({ "id": bytes.arbitrary::<u64>()? }).to_string().into_bytes(),
        _ => {
            let lengths: Vec<usize> = (0..bytes.arbitrary::<u8>()? % 4)
                .map(|_| Ok(bytes.arbitrary::<u8>()?.into()))
                .collect::<Result<_, _>>()?;
            let mut payload = Vec::new();
            put_table(&mut payload, lengths.iter().copied());
            payload.extend_from_slice(body(bytes)?.as_bytes());
            let attached: usize = lengths.iter().sum();
            payload.extend(std::iter::repeat_n(b'.', attached));
            payload
        }
    })
}
