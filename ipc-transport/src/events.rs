//! The events of a subscription that arrive over a connection.

use std::sync::Arc;
use std::task::{Context, Poll};

use ipc_core::{
    Body, CallError, Ending, Failure, ReceiveEvents, ReceivedEvent, SubscribeError, SubscriptionEnd,
    answers_with_a_stream, current_deadline, earlier, timed_out,
};
use tokio::time::Instant;

use crate::link::Link;
use crate::reader::{Next, Reader};

/// The events that the peer sends. Dropping it ends the subscription.
#[derive(Debug)]
pub(crate) struct RemoteEvents(Reader);

/// Asks the peer for events; `key` is the JSON of the one key that is asked for. The deadline is that of the peer's word
/// that they come.
///
/// Cancel safe: dropping the future ends the subscription.
pub(crate) async fn subscribe(
    link: &Arc<Link>,
    pattern: &str,
    key: Option<&str>,
    deadline: Option<Instant>,
) -> Result<RemoteEvents, SubscribeError> {
    let encode = |body: &mut Body| {
        if let Some(key) = key {
            body.json.extend_from_slice(br#"{"key":"#);
            body.json.extend_from_slice(key.as_bytes());
            body.json.push(b'}');
        }
        Ok(())
    };
    let subscribing = link.subscribe(pattern, encode);
    let subscribed = match earlier(deadline, current_deadline()) {
        None => subscribing.await,
        Some(at) => tokio::time::timeout_at(at, subscribing).await.unwrap_or(Err(CallError::TimedOut)),
    };
    match subscribed {
        Ok(Ok(reader)) => Ok(RemoteEvents(reader)),
        Ok(Err(failure)) => Err(SubscribeError::Refused(failure)),
        Err(CallError::Encode(error)) => Err(SubscribeError::Encode(error.to_string())),
        Err(CallError::TooLarge { size, limit }) => Err(SubscribeError::TooLarge { size, limit }),
        Err(CallError::Gone(reason)) => Err(SubscribeError::Disconnected(reason.to_string())),
        Err(CallError::Unsent(unsent)) => Err(SubscribeError::Encode(unsent.to_string())),
        Err(CallError::Streamed) => Err(SubscribeError::Refused(answers_with_a_stream())),
        Err(CallError::TimedOut) => Err(SubscribeError::Refused(timed_out())),
    }
}

impl ReceiveEvents for RemoteEvents {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<ReceivedEvent<'_>> {
        self.0.poll_next(cx).map(|next| match next {
            Next::Item { channel, json, attachments } => {
                let named = !channel.is_empty();
                let channel = if named { std::str::from_utf8(channel).ok() } else { None };
                ReceivedEvent::Event { channel, json, attachments }
            }
            Next::Missed(count) => ReceivedEvent::Missed(count),
            Next::End(ending) => ReceivedEvent::End(ended(ending)),
        })
    }
}

fn ended(ending: Ending) -> SubscriptionEnd {
    match ending {
        Ending::Gone(reason) => SubscriptionEnd::Gone(reason),
        Ending::Answered(json, _) => match serde_json::from_slice::<Failure>(&json) {
            Ok(failure) => SubscriptionEnd::Ended(failure),
            Err(_) => SubscriptionEnd::Gone("the peer ended the subscription, and said nothing of why".into()),
        },
        Ending::Finished | Ending::TimedOut | Ending::Unsent(_) => {
            SubscriptionEnd::Gone("the subscription has ended".into())
        }
    }
}
