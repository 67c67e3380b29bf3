//! What a layer sees of a call.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::around::Seen;
use crate::body::{Body, read_with};
use crate::context::Context;
use crate::failure::Failure;
use crate::json::{read_json, write_json};
use crate::peer::Peer;
use crate::response;
use crate::route::{PendingStream, refuse};

/// The JSON of a request or of an item, with the binary data that it names by place (`"$0"` is the first).
#[derive(Default)]
pub struct Payload(pub(crate) Body);

impl Payload {
    /// The JSON text, whatever it is: it has not been read yet.
    pub fn json(&self) -> &[u8] {
        &self.0.json
    }

    /// The binary data, in the order of the places.
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.0.attachments.iter().map(AsRef::as_ref)
    }

    /// Puts another JSON text in the place of this. The binary data stays, and so do its places.
    pub fn set_json(&mut self, json: Vec<u8>) {
        self.0.json = json;
    }

    /// Reads the JSON and the binary data as a `T`. A [`serde_json::Value`] shows the JSON as it stands there.
    ///
    /// # Errors
    ///
    /// What serde says of a payload that is no `T`. It may quote the payload.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        read_with(self.0.attachments.clone(), || read_json(&self.0.json))
    }

    /// Writes `value` in the place of all that is there, its binary data included.
    ///
    /// # Errors
    ///
    /// What serde says of a value that is no JSON. The payload is as before then.
    pub fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), serde_json::Error> {
        let mut body = Body::default();
        body.write(|json| write_json(json, value))?;
        self.0 = body;
        Ok(())
    }
}

/// It may be sensitive.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").field("bytes", &self.0.json.len()).finish_non_exhaustive()
    }
}

/// A request on its way to its handler.
///
/// What the caller sends beside it, as a stream, goes with it and is not seen here.
pub struct CallRequest {
    pub(super) cx: Context,
    pub(super) payload: Payload,
}

impl CallRequest {
    /// The channel that is called.
    pub fn channel(&self) -> &'static str {
        self.cx.channel()
    }

    /// Who calls.
    pub fn peer(&self) -> &Peer {
        self.cx.peer()
    }

    /// The time by which the call must be answered, if it has one: the caller's deadline, or the handler's own `timeout`,
    /// whichever is earlier.
    pub fn deadline(&self) -> Option<Instant> {
        self.cx.deadline()
    }

    /// What is asked.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// What is asked, to be changed. What stands there then is read and validated as if the caller had sent it.
    pub fn payload_mut(&mut self) -> &mut Payload {
        &mut self.payload
    }

    /// The answer that the call failed, as it is if a layer fails with `failure`: for a layer whose error has no room for
    /// one.
    #[must_use]
    pub fn refuse(&self, failure: &Failure) -> CallResponse {
        CallResponse::refused(self.channel(), failure)
    }
}

impl fmt::Debug for CallRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRequest").field("channel", &self.channel()).field("payload", &self.payload).finish()
    }
}

/// A response on its way to the caller.
pub struct CallResponse(pub(super) Answered);

pub(super) enum Answered {
    /// The whole response.
    Once(Body),
    /// A stream, of which nothing has been polled yet.
    Stream(PendingStream),
}

/// What a response begins with that carries data. [`response`] writes nothing else.
const SUCCESS: &[u8] = br#"{"success":true,"data":"#;
/// What a response begins with that carries a failure.
const FAILURE: &[u8] = br#"{"success":false,"error":{"code":""#;

/// The code of a response that carries a failure.
pub(crate) fn code_of(response: &[u8]) -> Option<&str> {
    let rest = response.strip_prefix(FAILURE)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

impl CallResponse {
    /// The answer `data`.
    ///
    /// # Errors
    ///
    /// What serde says of data that is no JSON.
    pub fn success<T: Serialize + ?Sized>(data: &T) -> Result<Self, serde_json::Error> {
        let mut body = Body::default();
        body.write(|json| response::write_success(json, data))?;
        Ok(Self(Answered::Once(body)))
    }

    pub(super) fn refused(channel: &str, failure: &Failure) -> Self {
        let mut body = Body::default();
        refuse(channel, &mut body, failure);
        Self(Answered::Once(body))
    }

    fn once(&self) -> Option<&Body> {
        match &self.0 {
            Answered::Once(body) => Some(body),
            Answered::Stream(_) => None,
        }
    }

    /// Whether the call is answered with a stream, or might be: why there is none may be the first that it brings.
    pub fn is_stream(&self) -> bool {
        matches!(self.0, Answered::Stream(_))
    }

    /// Whether the call succeeded. Of a stream that is not known before it ends.
    pub fn is_success(&self) -> bool {
        self.data_json().is_some()
    }

    /// The code of a call that failed. It is found without reading the rest.
    pub fn code(&self) -> Option<&str> {
        code_of(&self.once()?.json)
    }

    /// Why the call failed, if it did: code, message and details.
    pub fn failure(&self) -> Option<Failure> {
        self.code()?;
        let read = response::read::<serde::de::IgnoredAny>(&self.once()?.json);
        // What begins as a failure and is none was not written here, and says nothing.
        read.ok()?.err()
    }

    /// The JSON of the data, where the call succeeded.
    pub fn data_json(&self) -> Option<&[u8]> {
        self.once()?.json.strip_prefix(SUCCESS)?.strip_suffix(b"}")
    }

    /// Reads the data as a `T`, where the call succeeded. A [`serde_json::Value`] shows the JSON as it stands there.
    ///
    /// # Errors
    ///
    /// What serde says of data that is no `T`. It may quote the data.
    pub fn read_data<T: DeserializeOwned>(&self) -> Option<Result<T, serde_json::Error>> {
        let json = self.data_json()?;
        Some(read_with(self.once()?.attachments.clone(), || read_json(json)))
    }

    /// Puts other JSON in the place of the data, where the call succeeded. Binary data stays, and so do its places.
    pub fn set_data_json(&mut self, data: &[u8]) {
        if let Answered::Once(Body { json, .. }) = &mut self.0
            && json.starts_with(SUCCESS)
        {
            json.truncate(SUCCESS.len());
            json.extend_from_slice(data);
            json.push(b'}');
        }
    }

    /// The same response, where it is a stream with each of its items shown to `see` before it is sent: it changes the item,
    /// leaves it out (`Ok(false)`), or ends the stream with a failure. A response that is no stream is as before.
    #[must_use]
    pub fn each_item(self, see: impl FnMut(&mut Payload) -> Result<bool, Failure> + Send + Unpin + 'static) -> Self {
        match self.0 {
            Answered::Once(_) => self,
            Answered::Stream(stream) => {
                Self(Answered::Stream(stream.within(|channel, stream| Seen { stream, see, channel })))
            }
        }
    }
}

/// It may be sensitive.
impl fmt::Debug for CallResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CallResponse");
        match &self.0 {
            Answered::Once(_) => shown.field("success", &self.is_success()).field("code", &self.code()),
            Answered::Stream(stream) => shown.field("stream", stream),
        };
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::bytes::Bytes;

    #[test]
    fn a_response_tells_what_it_is_without_being_read() {
        let ok = CallResponse::success(&json!({"id": 7})).expect("JSON");
        assert_eq!((ok.is_success(), ok.code(), ok.is_stream()), (true, None, false));
        assert_eq!(ok.data_json(), Some(&br#"{"id":7}"#[..]));
        assert_eq!(ok.failure(), None);
        let failure = Failure::new("NOT_FOUND", "no item 7").with_details(json!({"id": 7}));
        let failed = CallResponse::refused("data:fetch", &failure);
        assert_eq!((failed.is_success(), failed.code(), failed.data_json()), (false, Some("NOT_FOUND"), None));
        assert_eq!(failed.failure(), Some(failure));
        assert!(failed.read_data::<Value>().is_none());
    }

    #[test]
    fn other_data_stands_in_the_response_shape() {
        let mut ok = CallResponse::success(&json!({"id": 7, "secret": 1})).expect("JSON");
        ok.set_data_json(br#"{"id":7}"#);
        assert_eq!(ok.once().map(|body| body.json.as_slice()), Some(&br#"{"success":true,"data":{"id":7}}"#[..]));
        let mut failed = CallResponse::refused("data:fetch", &Failure::new("NO", "no"));
        failed.set_data_json(b"1");
        assert_eq!(failed.code(), Some("NO"));
    }

    #[test]
    fn binary_data_keeps_its_places_in_another_text() {
        let mut payload = Payload::default();
        payload.write(&(Bytes::from_static(b"one"), Bytes::from_static(b"two"))).expect("JSON");
        assert_eq!(payload.json(), br#"["$0","$1"]"#);
        assert_eq!(payload.attachments().collect::<Vec<_>>(), [b"one", b"two"]);
        payload.set_json(br#"["$1","$0"]"#.to_vec());
        let (one, two): (Bytes, Bytes) = payload.read().expect("two");
        assert_eq!((one.as_ref(), two.as_ref()), (&b"two"[..], &b"one"[..]));
    }
}
