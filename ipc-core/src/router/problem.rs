//! Why a router cannot be served.

use crate::channel;
use crate::description::DescriptionError;
use crate::handler::HandlerItem;

/// Why a router cannot be served: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterError {
    pub(super) problems: Vec<RouterProblem>,
}

impl RouterError {
    /// What is wrong with the router.
    pub fn problems(&self) -> &[RouterProblem] {
        &self.problems
    }
}

impl std::fmt::Display for RouterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the router cannot be served: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RouterError {}

/// One thing that is wrong with a router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouterProblem {
    /// Two handlers have one channel.
    #[error("the channel `{channel}` has two handlers, {first} and {second}: give one of them another name")]
    DuplicateChannel {
        /// The channel.
        channel: &'static str,
        /// The handler that was added first.
        first: HandlerItem,
        /// The handler that was added second.
        second: HandlerItem,
    },
    /// Two events have one channel.
    #[error("the channel `{channel}` has two events, {first} and {second}: give one of them another name")]
    DuplicateEvent {
        /// The channel.
        channel: &'static str,
        /// The event that was added first.
        first: HandlerItem,
        /// The event that was added second; the same as the first, where that was added twice.
        second: HandlerItem,
    },
    /// A handler and an event have one channel.
    #[error("the channel `{channel}` has the handler {handler} and the event {event}: give one of them another name")]
    HandlerAndEvent {
        /// The channel.
        channel: &'static str,
        /// The handler.
        handler: HandlerItem,
        /// The event.
        event: HandlerItem,
    },
    /// A handler has a state that the router does not hold.
    #[error(
        "the handler {handler} of `{channel}` takes `State<{state}>`, which the router does not hold: add it with `.state(…)`"
    )]
    MissingState {
        /// The type of the state.
        state: &'static str,
        /// The handler that needs it.
        handler: HandlerItem,
        /// The handler's channel.
        channel: &'static str,
    },
    /// The router was given two states of one type.
    #[error("the router was given two states of type `{state}`: wrap one in a type of its own")]
    DuplicateState {
        /// The type of both.
        state: &'static str,
    },
    /// The channels cannot be described.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// An event written by hand has a channel that is no channel name.
    #[error("the event {event} has no channel: {reason}")]
    EventName {
        /// The event.
        event: HandlerItem,
        /// What is wrong with the name.
        reason: channel::ChannelNameError,
    },
    /// A handler or an event written by hand names a permission that is none.
    #[error("{item} names no permission: {}", .reason.of_permission())]
    PermissionName {
        /// The handler, or the event.
        item: HandlerItem,
        /// What is wrong with the name.
        reason: channel::ChannelNameError,
    },
    /// A handler written by hand has a channel that is no channel name.
    #[error("the handler {handler} has no channel: {reason}")]
    ChannelName {
        /// The handler.
        handler: HandlerItem,
        /// What is wrong with the name.
        reason: channel::ChannelNameError,
    },
}
