//! What a client says without the types of what it says.

use ipc_core::channel::MAX_CHANNEL_BYTES;
use ipc_core::{
    AnyData, AnyItems, AnyRequest, AnySubscription, Body, Description, Failure, Introspect, InvokeError,
    SubscribeError, Upload, code,
};
use serde::Serialize;

use super::Client;
use crate::events;
use crate::link::{Asked, written};

impl Client {
    /// Asks the server what there is, as far as this client may use it: see [`Introspect`].
    ///
    /// # Errors
    ///
    /// The server denies it, tells nobody, or there is no answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn describe(&self) -> Result<Description, InvokeError> {
        self.invoke(Introspect {}).await
    }

    /// Calls a channel that is known by its name alone, for tools: what its handler fails with is
    /// [`InvokeError::Refused`], with code, message and details. A call to the channel of a shared event publishes it.
    ///
    /// # Errors
    ///
    /// Why there is no data.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    pub async fn invoke_any(&self, request: AnyRequest) -> Result<AnyData, InvokeError> {
        let (channel, body, upload) = parts(request)?;
        let asked = Asked { channel: &channel, deadline: self.deadline(), upload, encode: written(body) };
        let answer = self.shared.link.call(asked).await?;
        let opened = answer.open();
        let (json, attachments) = opened
            .map_err(|error| InvokeError::Decode { channel: channel.clone().into(), reason: error.to_string() })?;
        AnyData::of_response(&channel, &json, attachments)
    }

    /// Calls a channel that answers with a stream, and is known by its name alone. See [`stream`](Self::stream).
    ///
    /// # Errors
    ///
    /// The request was not sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call, and so does dropping the items.
    pub async fn stream_any(&self, request: AnyRequest) -> Result<AnyItems, InvokeError> {
        let (channel, body, upload) = parts(request)?;
        let asked = Asked { channel: &channel, deadline: self.deadline(), upload, encode: written(body) };
        let items = self.shared.link.stream(asked).await?;
        Ok(AnyItems::received(channel, Box::new(self.keeping(items))))
    }

    /// Asks for the events of one channel that have this key, without their type. See
    /// [`subscribe_any`](Self::subscribe_any).
    ///
    /// # Errors
    ///
    /// Why there is no subscription.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, or the subscription, ends it.
    pub async fn subscribe_any_key<K: Serialize + ?Sized>(
        &self,
        channel: &str,
        key: &K,
    ) -> Result<AnySubscription, SubscribeError> {
        super::check_pattern(channel)?;
        let key = serde_json::to_string(key).map_err(|error| SubscribeError::Encode(error.to_string()))?;
        let events = events::subscribe(&self.shared.link, channel, Some(&key), self.deadline()).await?;
        Ok(AnySubscription::received(channel.to_owned(), Box::new(self.keeping(events))))
    }
}

/// A name that no frame has room for is no channel's.
fn parts(request: AnyRequest) -> Result<(String, Body, Option<Upload>), InvokeError> {
    let (channel, body, upload) = request.into_parts();
    if channel.is_empty() || channel.len() > MAX_CHANNEL_BYTES {
        let said = format_args!("a channel has 1 to {MAX_CHANNEL_BYTES} bytes, and this one has {}", channel.len());
        return Err(InvokeError::Refused(Failure::new(code::INVALID_INPUT, said)));
    }
    Ok((channel, body, upload))
}
