//! Handlers that wait until the test lets them go on, and tell what becomes of them.

use std::sync::Arc;

use ipc_bridge::prelude::*;
use tokio::sync::Semaphore;

/// A gate before which handlers wait. A clone is the same gate.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    entered: Semaphore,
    open: Semaphore,
    dropped: Semaphore,
}

impl Gate {
    /// A gate that is shut.
    pub(crate) fn new() -> Self {
        let none = || Semaphore::new(0);
        Self(Arc::new(Counts { entered: none(), open: none(), dropped: none() }))
    }

    /// Lets this many handlers pass, now or when they come.
    pub(crate) fn open(&self, handlers: usize) {
        self.0.open.add_permits(handlers);
    }

    /// Lets nobody pass any more of those that it was [opened](Self::open) for.
    pub(crate) fn shut(&self) {
        self.0.open.forget_permits(usize::MAX);
    }

    /// Waits until this many handlers more have come to the gate.
    pub(crate) async fn entered(&self, handlers: u32) {
        self.0.entered.acquire_many(handlers).await.unwrap().forget();
    }

    /// Waits until this many more futures of handlers are gone, done or not.
    pub(crate) async fn dropped(&self, handlers: u32) {
        self.0.dropped.acquire_many(handlers).await.unwrap().forget();
    }

    /// Tells the test that a handler is here.
    pub(crate) fn enter(&self) {
        self.0.entered.add_permits(1);
    }

    /// Tells the test when it is dropped, as [`pass`](Self::pass) does.
    pub(crate) fn told_when_dropped(&self) -> impl Send + use<> {
        Leaving(self.clone())
    }

    /// Waits at the gate.
    pub(crate) async fn pass(&self) {
        let _leaving = self.told_when_dropped();
        self.enter();
        self.0.open.acquire().await.unwrap().forget();
    }
}

struct Leaving(Gate);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.0.dropped.add_permits(1);
    }
}

/// Answers when the gate lets it.
#[handler("gate:pass")]
pub(crate) async fn pass(gate: State<Gate>, id: u64) -> u64 {
    gate.pass().await;
    id
}

/// Answers at once.
#[handler("gate:echo")]
pub(crate) async fn echo(text: String) -> String {
    text
}

/// Answers with this many letters at once.
#[handler("gate:letters")]
pub(crate) async fn letters(count: usize) -> String {
    "x".repeat(count)
}

/// Answers with this many letters when the gate lets it.
#[handler("gate:pass_letters")]
pub(crate) async fn pass_letters(gate: State<Gate>, count: usize) -> String {
    gate.pass().await;
    "x".repeat(count)
}

/// A router with these handlers, and the gate.
pub(crate) fn router(gate: &Gate) -> Router {
    Router::new().state(gate.clone()).handle::<pass>().handle::<echo>().handle::<letters>().handle::<pass_letters>()
}
