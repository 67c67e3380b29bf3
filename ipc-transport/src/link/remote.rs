//! The other end of a connection, for those who know nothing of connections.

use std::sync::Arc;

use ipc_core::{
    Body, BoxFuture, CallError, Grants, Outbound, ReceiveEvents, ReceiveItems, Remote, SetGrantsError, SubscribeError,
};

use super::{Asked, Link};
use crate::events;
use crate::payload::Payload;

/// The peer of a connection, to be called.
pub(crate) fn other_end(link: &Arc<Link>) -> Arc<dyn Remote> {
    Arc::new(Other(Arc::clone(link)))
}

#[derive(Debug)]
struct Other(Arc<Link>);

impl Remote for Other {
    fn call(&self, request: Outbound) -> BoxFuture<'_, Result<Body, CallError>> {
        let Outbound { channel, body, upload, deadline } = request;
        Box::pin(async move {
            let asked = Asked { channel, deadline, upload, encode: written(body) };
            read(self.0.call(asked).await?)
        })
    }

    fn stream(&self, request: Outbound) -> BoxFuture<'_, Result<Box<dyn ReceiveItems>, CallError>> {
        let Outbound { channel, body, upload, deadline } = request;
        Box::pin(async move {
            let asked = Asked { channel, deadline, upload, encode: written(body) };
            Ok(Box::new(self.0.stream(asked).await?) as Box<dyn ReceiveItems>)
        })
    }

    fn notify(&self, request: Outbound) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move { self.0.notify(request.channel, written(request.body)).await })
    }

    fn subscribe(
        &self,
        pattern: String,
        key: Option<String>,
    ) -> BoxFuture<'_, Result<Box<dyn ReceiveEvents>, SubscribeError>> {
        Box::pin(async move {
            let events = events::subscribe(&self.0, &pattern, key.as_deref(), None).await?;
            Ok(Box::new(events) as Box<dyn ReceiveEvents>)
        })
    }

    fn why_closed(&self) -> Option<Arc<str>> {
        self.0.why_ended()
    }

    fn closed(&self) -> BoxFuture<'_, Arc<str>> {
        Box::pin(self.0.ended())
    }

    fn grants(&self) -> Option<Grants> {
        self.0.access().map(|access| access.grants())
    }

    fn set_grants(&self, grants: Grants) -> Result<(), SetGrantsError> {
        Ok(self.0.set_grants(grants)?)
    }

    fn connection(&self) -> u64 {
        self.0.number
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
