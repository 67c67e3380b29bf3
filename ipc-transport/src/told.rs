//! What is seldom waited for.

use std::sync::OnceLock;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Tells those who wait that something has changed, and holds nothing before somebody waits.
///
/// What changes stands under a lock: whoever changes it tells afterwards, and whoever waits looks at it after having asked
/// to be told. So either it is found changed, or whoever changes it finds that somebody waits.
#[derive(Debug, Default)]
pub(crate) struct Told(OnceLock<Box<Notify>>);

impl Told {
    /// Ends when the next tells. To be enabled before it is looked at whether there is something to wait for.
    pub(crate) fn notified(&self) -> Notified<'_> {
        self.0.get_or_init(Box::default).notified()
    }

    /// Tells all who wait.
    pub(crate) fn notify_waiters(&self) {
        if let Some(waiting) = self.0.get() {
            waiting.notify_waiters();
        }
    }
}
