//! The payload of a message that has arrived: its JSON, and what travels beside it.

use std::ops::Deref;

use bytes::Bytes;
use ipc_core::envelope::attachments::{TableError, split};

/// A payload as it arrived.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    arrived: Arrived<'a>,
    attachments: bool,
}

#[derive(Debug)]
enum Arrived<'a> {
    /// In one frame, and lies in the buffer that was read into.
    Lent(&'a [u8]),
    /// By itself.
    Owned(Vec<u8>),
}

/// The JSON of a payload.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Lent(&'a [u8]),
    Owned(Vec<u8>),
    Shared(Bytes),
}

impl Deref for Json<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Lent(json) => json,
            Self::Owned(json) => json,
            Self::Shared(json) => json,
        }
    }
}

impl Json<'_> {
    /// The same JSON, apart from the buffer that was read into.
    pub(crate) fn into_owned(self) -> Json<'static> {
        match self {
            Self::Lent(json) => Json::Owned(json.to_vec()),
            Self::Owned(json) => Json::Owned(json),
            Self::Shared(json) => Json::Shared(json),
        }
    }
}

impl<'a> Payload<'a> {
    pub(crate) fn lent(bytes: &'a [u8], attachments: bool) -> Self {
        Self { arrived: Arrived::Lent(bytes), attachments }
    }

    pub(crate) fn owned(bytes: Vec<u8>, attachments: bool) -> Self {
        Self { arrived: Arrived::Owned(bytes), attachments }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes().len()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.arrived {
            Arrived::Lent(bytes) => bytes,
            Arrived::Owned(bytes) => bytes,
        }
    }

    pub(crate) fn has_attachments(&self) -> bool {
        self.attachments
    }

    /// Checks the table of attachments, where there is one.
    pub(crate) fn check(&self) -> Result<(), TableError> {
        if self.attachments {
            split(self.bytes())?;
        }
        Ok(())
    }

    /// The same payload, apart from the buffer that was read into.
    pub(crate) fn into_owned(self) -> Payload<'static> {
        let bytes = match self.arrived {
            Arrived::Lent(bytes) => bytes.to_vec(),
            Arrived::Owned(bytes) => bytes,
        };
        Payload::owned(bytes, self.attachments)
    }

    /// The bytes, where they lie by themselves.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, Self> {
        match self.arrived {
            Arrived::Lent(_) => Err(self),
            Arrived::Owned(bytes) => Ok(bytes),
        }
    }

    /// Takes JSON and attachments apart. Attachments of what lies by itself stay where they are; those of what is lent are
    /// copied out.
    pub(crate) fn open(self) -> Result<(Json<'a>, Vec<Bytes>), TableError> {
        if !self.attachments {
            let json = match self.arrived {
                Arrived::Lent(bytes) => Json::Lent(bytes),
                Arrived::Owned(bytes) => Json::Owned(bytes),
            };
            return Ok((json, Vec::new()));
        }
        let parts = split(self.bytes())?;
        Ok(match self.arrived {
            Arrived::Lent(bytes) => {
                let part = |range| bytes.get(range).unwrap_or_default();
                let attachments = parts.attachments.into_iter().map(|range| Bytes::copy_from_slice(part(range)));
                (Json::Lent(part(parts.json)), attachments.collect())
            }
            Arrived::Owned(bytes) => {
                let whole = Bytes::from(bytes);
                let attachments = parts.attachments.into_iter().map(|range| whole.slice(range)).collect();
                (Json::Shared(whole.slice(parts.json)), attachments)
            }
        })
    }
}
