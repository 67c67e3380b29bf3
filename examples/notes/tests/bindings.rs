//! What the frontend knows of the backend.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipc_bridge::export::assert_bindings_current;
use notes::Store;

#[test]
fn the_bindings_of_the_frontend_are_current() {
    assert_bindings_current("frontend/src/bindings.ts", &notes::router(Store::in_memory().unwrap()).unwrap());
}
