//! The other end of a connection, for those who know nothing of connections.

use std::sync::Arc;

use ipc_core::{
    Access, Body, BoxFuture, CallError, Grants, Outbound, Peer, ReceiveEvents, ReceiveItems, Remote, SetGrantsError,
    SubscribeError, Who,
};

use super::{Asked, Link};
use crate::events;
use crate::payload::Payload;

impl Link {
    /// The peer, to be called.
    pub(crate) fn connected_peer(self: &Arc<Self>) -> Peer {
        Peer::unknown().with_remote(Arc::clone(self) as Arc<dyn Remote>)
    }
}

impl Remote for Link {
    fn call(&self, request: Outbound) -> BoxFuture<'_, Result<Body, CallError>> {
        let Outbound { channel, body, upload, deadline } = request;
        Box::pin(async move {
            let asked = Asked { channel, deadline, upload, encode: written(body) };
            read(Self::call(self, asked).await?)
        })
    }

    fn stream(self: Arc<Self>, request: Outbound) -> BoxFuture<'static, Result<Box<dyn ReceiveItems>, CallError>> {
        let Outbound { channel, body, upload, deadline } = request;
        Box::pin(async move {
            let asked = Asked { channel, deadline, upload, encode: written(body) };
            Ok(Box::new(Self::stream(&self, asked).await?) as Box<dyn ReceiveItems>)
        })
    }

    fn notify(&self, request: Outbound) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move { Self::notify(self, request.channel, written(request.body)).await })
    }

    fn subscribe(
        self: Arc<Self>,
        pattern: String,
        key: Option<String>,
    ) -> BoxFuture<'static, Result<Box<dyn ReceiveEvents>, SubscribeError>> {
        Box::pin(async move {
            let events = events::subscribe(&self, &pattern, key.as_deref(), None).await?;
            Ok(Box::new(events) as Box<dyn ReceiveEvents>)
        })
    }

    fn why_closed(&self) -> Option<Arc<str>> {
        self.why_ended()
    }

    fn closed(&self) -> BoxFuture<'_, Arc<str>> {
        Box::pin(self.ended())
    }

    fn who(&self) -> &Who {
        Self::who(self)
    }

    fn access(&self) -> Option<&Access> {
        Self::access(self)
    }

    fn set_grants(&self, grants: Grants) -> Result<(), SetGrantsError> {
        Ok(Self::set_grants(self, grants)?)
    }

    fn connection(&self) -> u64 {
        self.number
    }
}

/// Writes a body that is written already.
pub(crate) fn written(body: Body) -> impl FnOnce(&mut Body) -> Result<(), serde_json::Error> {
    move |out| {
        out.json.extend_from_slice(&body.json);
        out.attachments = body.attachments;
        Ok(())
    }
}

/// The response's JSON and attachments. The table was checked when it arrived.
fn read(payload: Payload<'static>) -> Result<Body, CallError> {
    let (json, attachments) = payload.open().map_err(|error| CallError::Gone(error.to_string().into()))?;
    Ok(Body { json: json.to_vec(), attachments })
}
