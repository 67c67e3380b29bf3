//! Asking the other side what there is.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};

use crate::description::Description;
use crate::grants::INTROSPECT;
use crate::handler::Request;

/// Asks what there is: `client.invoke(Introspect {}).await?` answers with the [`Description`] of what the caller may use of
/// the server's router. A [`Peer`](crate::Peer) that serves a router is asked so too.
///
/// The caller needs the permission [`INTROSPECT`], which one of the same user has by itself. Channels and events that it
/// may not use are not in the answer, nor are types that only they need; the
/// [fingerprint](Description::fingerprint) is that of the whole contract all the same, and the one in the server's hello.
/// A router that tells nobody ([`Router::introspection`](crate::Router::introspection)) answers `UNKNOWN_CHANNEL`.
///
/// ```
/// use ipc_core::{Introspect, Router};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ipc_core::InvokeError> {
/// let description = Router::new().invoke(Introspect {}).await?;
/// assert_eq!(description.channels().len(), 0);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introspect {}

impl Request for Introspect {
    const CHANNEL: &'static str = INTROSPECT;
    type Response = Description;
    type Error = Infallible;
}
