//! Names of channels, and patterns of subscriptions.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ipc_core::channel::{MAX_CHANNEL_BYTES, check};
use ipc_core::{Router, SubscribeError};

use super::connection::router::StatusChanged;

/// A name is taken or refused as the protocol says, and a pattern subscribes to what begins alike and to nothing else.
pub fn channel(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert_eq!(check(&text).is_ok(), is_name(&text), "{text:?}");
    if let Err(error) = check(&text) {
        assert!(!error.to_string().is_empty());
    }
    let router = Router::new().event::<StatusChanged>();
    let subscribed = at_once(router.subscribe_any(&text));
    assert_eq!(subscribed.is_ok(), is_pattern_of(&text, "status:changed"), "{text:?}: {subscribed:?}");
    if let Err(SubscribeError::Refused(failure)) = subscribed {
        // What a peer sent is quoted no longer than a name may be, so that no log and no answer grows with it.
        assert!(failure.message().len() <= 2 * MAX_CHANNEL_BYTES, "{failure}");
    }
}

/// The rule for names, written another way than the product has it.
fn is_name(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let may_stand = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-');
    text.len() <= MAX_CHANNEL_BYTES
        && parts.len() > 1
        && parts[0] != "ipc"
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(may_stand))
}

fn is_pattern_of(pattern: &str, channel: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == channel,
        Some((prefix, rest)) => rest.is_empty() && channel.starts_with(prefix),
    }
}

/// What a future comes to that has nothing to wait for.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a subscription in this process waits for nobody"),
    }
}
