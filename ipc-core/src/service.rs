//! Handlers that belong together.

use crate::router::Router;

/// Handlers that a router takes all at once, with [`Router::service`].
///
/// [`#[service]`](crate::service) puts one beside a trait: `DataServer` beside `Data`. Written by hand, it gathers the
/// functions of a module:
///
/// ```
/// use ipc_core::{Router, Service};
/// # struct Clock;
///
/// struct Admin;
///
/// impl Service for Admin {
///     fn register(self, router: Router) -> Router {
///         router.state(Clock) // .handle::<uptime>().handle::<restart>()
///     }
/// }
///
/// let router = Router::new().service(Admin);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service",
    label = "no service answers its channels with this",
    note = "`#[service]` on the trait `Data` makes `DataServer`, which holds the implementation: `.service(DataServer::new(my_data))`"
)]
pub trait Service {
    /// Adds the handlers to `router`.
    #[must_use]
    fn register(self, router: Router) -> Router;
}
