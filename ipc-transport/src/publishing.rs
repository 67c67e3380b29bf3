//! The subscriptions of the peer.

use ipc_core::Failure;

use crate::link::Link;

#[derive(Debug, Default)]
pub(crate) struct Publishing {}

impl Publishing {
    pub(crate) fn contains(&self, _: u32) -> bool {
        false
    }

    pub(crate) fn end(&self, _: &Link, _: u32) {}

    pub(crate) fn end_all(&self, _: &Failure) {}

    pub(crate) fn add_credit(&self, _: u32, _: u32) {}

    pub(crate) fn close(&self) {}
}
