//! Calls whose types the caller does not know: for tools, gateways and scripts.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::body::{Body, read_with};
use crate::bytes::Bytes;
use crate::deadline::timed_out;
use crate::incoming::Incoming;
use crate::invoke::{InvokeError, unquoted};
use crate::items::{Ending, ReceiveItems, Received, Upload};
use crate::json::{read_json, write_json};
use crate::response;

/// A request to a channel that is known by its name alone.
///
/// The payload is whatever serde writes: a [`Value`], a struct, a map. [`Bytes`] in it travel as attachments. A `Value`
/// holds none; base64 text in the place of binary data is read as such by the other side, and has a third more bytes.
///
/// ```
/// use ipc_core::AnyRequest;
/// use serde_json::json;
///
/// let request = AnyRequest::new("data:fetch", &json!({"id": 7}))?;
/// assert_eq!(request.channel(), "data:fetch");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct AnyRequest {
    channel: String,
    body: Body,
    upload: Option<Upload>,
}

impl AnyRequest {
    /// A request with this payload.
    ///
    /// # Errors
    ///
    /// The payload cannot be written as JSON.
    pub fn new<T: Serialize + ?Sized>(channel: impl Into<String>, payload: &T) -> Result<Self, serde_json::Error> {
        let mut body = Body::default();
        body.write(|json| write_json(json, payload))?;
        Ok(Self { channel: channel.into(), body, upload: None })
    }

    /// Sends these items beside the request, to a channel that takes a stream from its caller.
    #[must_use]
    pub fn upload<T: Serialize + DeserializeOwned + Send + 'static>(mut self, items: Incoming<T>) -> Self {
        self.upload = Some(Upload::of(items));
        self
    }

    /// The channel that is called.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel, the request as it travels, and what goes beside it.
    #[doc(hidden)]
    pub fn into_parts(self) -> (String, Body, Option<Upload>) {
        (self.channel, self.body, self.upload)
    }
}

/// What came back from a channel whose types are not known: the data of a response, or an item of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyData {
    json: Vec<u8>,
    attachments: Vec<bytes::Bytes>,
}

impl AnyData {
    /// The data of the response to a call.
    #[doc(hidden)]
    pub fn of_response(
        channel: &str,
        json: &[u8],
        attachments: Vec<bytes::Bytes>,
    ) -> Result<Self, InvokeError<Infallible>> {
        match response::read::<Box<RawValue>>(json) {
            Ok(Ok(data)) => Ok(Self { json: Box::<str>::from(data).into_boxed_bytes().into_vec(), attachments }),
            Ok(Err(failure)) => Err(InvokeError::Refused(failure)),
            Err(error) => Err(decode(channel, &error)),
        }
    }

    fn of_item(channel: &str, json: &[u8], attachments: Vec<bytes::Bytes>) -> Result<Self, InvokeError<Infallible>> {
        match read_json::<IgnoredAny>(json) {
            Ok(_) => Ok(Self { json: json.to_vec(), attachments }),
            Err(error) => Err(decode(channel, &error)),
        }
    }

    /// The data as a `T`.
    ///
    /// # Errors
    ///
    /// It is no `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        read_with(self.attachments.clone(), || read_json(&self.json))
    }

    /// The data for people: its JSON with the binary data in it as base64 text.
    ///
    /// In data that has binary parts, a text that looks as if it stood for one (`$0`) is taken to do so, since what a text
    /// stands for is known by its type alone. [`json`](Self::json) and [`attachments`](Self::attachments) have both apart.
    ///
    /// # Errors
    ///
    /// A number in it is none that a [`Value`] holds.
    pub fn data(&self) -> Result<Value, serde_json::Error> {
        spelled_out(&self.json, &self.attachments)
    }

    /// The JSON text as it travelled: `"$0"` stands where the first attachment belongs.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// The binary data that travelled beside the JSON.
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = Bytes> {
        self.attachments.iter().cloned().map(Bytes::from)
    }
}

fn decode(channel: &str, error: &serde_json::Error) -> InvokeError<Infallible> {
    InvokeError::Decode { channel: channel.to_owned().into(), reason: unquoted(error) }
}

/// Reads JSON with base64 in the place of what stands for an attachment.
pub(crate) fn spelled_out(json: &[u8], attachments: &[bytes::Bytes]) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::from_slice(json)?;
    if !attachments.is_empty() {
        read_with(attachments.to_vec(), || spell_out(&mut value));
    }
    Ok(value)
}

fn spell_out(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(bytes) = Bytes::of_place(text) {
                *text = bytes.to_base64();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(spell_out),
        Value::Object(named) => named.values_mut().for_each(spell_out),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The items with which a channel answers whose types are not known. See [`ItemStream`](crate::ItemStream).
pub struct AnyItems {
    channel: String,
    items: Option<Box<dyn ReceiveItems>>,
}

impl AnyItems {
    /// What a handler elsewhere sends.
    #[doc(hidden)]
    pub fn received(channel: String, items: Box<dyn ReceiveItems>) -> Self {
        Self { channel, items: Some(items) }
    }

    /// The next item; `None` when the handler's stream has ended, or an error came before.
    ///
    /// # Errors
    ///
    /// Why no item follows.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no item.
    pub async fn next(&mut self) -> Option<Result<AnyData, InvokeError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for AnyItems {
    type Item = Result<AnyData, InvokeError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { channel, items } = &mut *self;
        let next = match items {
            None => None,
            Some(received) => match ready!(received.poll_item(cx)) {
                Received::Item(json, attachments) => Some(AnyData::of_item(channel, json, attachments)),
                Received::End(ending) => ended(channel, ending).map(Err),
            },
        };
        if !matches!(next, Some(Ok(_))) {
            *items = None;
        }
        Poll::Ready(next)
    }
}

/// What the end of a stream comes to: nothing where it ended well.
fn ended(channel: &str, ending: Ending) -> Option<InvokeError> {
    match ending {
        Ending::Finished => None,
        // A channel that answers once, and was called for a stream, has no items and an answer that nobody asked for.
        Ending::Answered(json, _) => match response::read::<IgnoredAny>(&json) {
            Ok(Ok(_)) => None,
            Ok(Err(failure)) => Some(InvokeError::Refused(failure)),
            Err(error) => Some(decode(channel, &error)),
        },
        Ending::TimedOut => Some(InvokeError::Refused(timed_out())),
        Ending::Unsent(unsent) => Some(InvokeError::Unsent(unsent.to_string())),
        Ending::Gone(reason) => Some(InvokeError::Disconnected(reason.to_string())),
    }
}

impl fmt::Debug for AnyItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyItems").field("channel", &self.channel).finish_non_exhaustive()
    }
}
