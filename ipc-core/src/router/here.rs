//! Calls within the process that serves.

use std::future::poll_fn;
use std::task::{self, Poll, ready};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Router;
use crate::body::Body;
use crate::deadline::current_deadline;
use crate::handler::Request;
use crate::invoke::{Invoke, InvokeError, read_response};
use crate::items::{Direct, Ending, ReceiveItems, Received, Upload};
use crate::json::write_json;
use crate::peer::Peer;
use crate::remote::answers_with_a_stream;
use crate::route::{Dispatch, Inbound, PendingCall, PendingStream, Step};
use crate::streaming::{InvokeStream, ItemStream, StreamRequest};

impl Router {
    /// Calls a handler in this process, through the same checks as a call from outside.
    ///
    /// # Errors
    ///
    /// What a client would get; [`InvokeError::Disconnected`] excepted.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's.
    pub async fn invoke<R>(&self, mut request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        let upload = request.take_upload();
        let mut out = Body::default();
        match self.call_here(R::CHANNEL, &request, upload, &mut out)? {
            Dispatch::Answered => {}
            Dispatch::Pending(mut call) => poll_fn(|cx| call.poll(cx, &mut out)).await,
            Dispatch::Stream(_) => return Err(InvokeError::Refused(answers_with_a_stream())),
        }
        read_response::<R>(&out.json, out.attachments)
    }

    /// Calls a handler that answers with a stream in this process, through the same checks as a call from outside.
    ///
    /// # Errors
    ///
    /// The request could not be written as JSON.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's stream.
    pub async fn stream<R>(&self, mut request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        let upload = request.take_upload();
        let mut out = Body::default();
        let source = match self.call_here(R::CHANNEL, &request, upload, &mut out)? {
            Dispatch::Answered => Here::Answered(out),
            Dispatch::Pending(call) => Here::Once(call, out),
            Dispatch::Stream(stream) => Here::Stream(stream, out),
        };
        Ok(ItemStream::received(Box::new(source)))
    }

    fn call_here<E>(
        &self,
        channel: &str,
        request: &impl Serialize,
        upload: Option<Upload>,
        out: &mut Body,
    ) -> Result<Dispatch, InvokeError<E>> {
        let mut body = Body::default();
        body.write(|json| write_json(json, request)).map_err(|error| InvokeError::Encode(error.to_string()))?;
        let mut upload = upload.map(|upload| Box::new(Direct::new(upload)) as Box<dyn ReceiveItems>);
        let request = Inbound {
            channel: channel.as_bytes(),
            json: &body.json,
            attachments: body.attachments,
            deadline: current_deadline(),
            incoming: &mut || upload.take().unwrap_or_else(|| Box::new(Nothing)),
        };
        Ok(self.dispatch(request, &mut self.context(Peer::unknown()), out))
    }
}

/// A call in this process whose answer is read as a stream.
enum Here {
    Stream(PendingStream, Body),
    Once(PendingCall, Body),
    Answered(Body),
}

impl ReceiveItems for Here {
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>> {
        let out = match self {
            Self::Stream(stream, item) => {
                item.take_back(Body::default().mark());
                let step = match stream.poll_expired(cx, item) {
                    Poll::Ready(()) => Poll::Ready(Step::End),
                    Poll::Pending => stream.poll_step(cx, item),
                };
                match ready!(step) {
                    Step::Item => {
                        return Poll::Ready(Received::Item(&item.json, std::mem::take(&mut item.attachments)));
                    }
                    Step::End => item,
                }
            }
            Self::Once(call, out) => {
                ready!(call.poll(cx, out));
                out
            }
            Self::Answered(out) => out,
        };
        let Body { json, attachments } = std::mem::take(out);
        Poll::Ready(Received::End(Ending::Answered(json, attachments)))
    }
}

/// The items of a caller that sends none.
struct Nothing;

impl ReceiveItems for Nothing {
    fn poll_item(&mut self, _: &mut task::Context<'_>) -> Poll<Received<'_>> {
        Poll::Ready(Received::End(Ending::Finished))
    }
}

impl Invoke for Router {
    async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        Self::invoke(self, request).await
    }
}

impl InvokeStream for Router {
    async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        Self::stream(self, request).await
    }
}
