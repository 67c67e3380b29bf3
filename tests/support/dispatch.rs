//! Requests as bytes, to a router in this process.

use ipc_bridge::{Peer, Router};
use ipc_core::{Body, Dispatch, Inbound};

/// Hands a router a request without attachments, for a handler that takes no stream.
pub(crate) fn dispatch(router: &Router, channel: &str, body: &str, out: &mut Body) -> Dispatch {
    let request = Inbound {
        channel: channel.as_bytes(),
        json: body.as_bytes(),
        attachments: Vec::new(),
        deadline: None,
        incoming: &mut || unreachable!("no handler takes a stream"),
    };
    router.dispatch(request, &mut router.context(Peer::unknown()), out)
}
