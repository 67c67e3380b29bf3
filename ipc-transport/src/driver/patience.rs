//! How long a connection waits for its peer.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ipc_core::{Failure, code};
use tokio::time::{Sleep, sleep};

use super::{Driver, End};
use crate::limits::Limits;

/// What the peer has yet to do. The number tells one time from another: it is different when something has come, or gone,
/// meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// It takes what it is sent.
    Taking(u64),
    /// It sends the rest of what it has begun.
    Rest(u64),
    /// It asks for something, or is asked.
    Use(u64),
}

/// Waits for what is owed. While nothing is, as with most calls, it costs nothing.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// What was owed when the alarm was set. It is set anew when it has gone off and something was done meanwhile: setting
    /// it each time would cost more than a frame does.
    alarm: Option<(Owed, Pin<Box<Sleep>>)>,
}

impl Patience {
    /// Ends when the peer has done nothing of what it owes for as long as it may.
    fn poll(&mut self, cx: &mut Context<'_>, owed: Owed, time: Duration) -> Poll<()> {
        loop {
            let (at_first, alarm) = self.alarm.get_or_insert_with(|| (owed, Box::pin(sleep(time))));
            let same = std::mem::discriminant(at_first) == std::mem::discriminant(&owed);
            if same {
                ready!(alarm.as_mut().poll(cx));
                if *at_first == owed {
                    return Poll::Ready(());
                }
            }
            self.alarm = None;
        }
    }
}

impl Driver {
    /// Ends when the peer has kept this side waiting for as long as it may.
    pub(super) fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let Some(owed) = self.owed() else { return Poll::Pending };
        let Limits { stalled, idle, .. } = *self.link.limits;
        let time = if matches!(owed, Owed::Use(_)) { idle } else { stalled };
        ready!(self.patience.poll(cx, owed, time));
        Poll::Ready(match owed {
            Owed::Taking(_) => End::Stalled(time),
            Owed::Rest(_) => {
                let said = format_args!("the rest of a message did not come within {time:?}, as long as it may take");
                End::LetGo(Failure::new(code::TIMEOUT, said))
            }
            Owed::Use(_) => {
                let said = format_args!("nothing was asked within {time:?}, as long as a connection may be idle");
                End::LetGo(Failure::new(code::UNAVAILABLE, said))
            }
        })
    }

    fn owed(&self) -> Option<Owed> {
        let link = &self.link;
        if self.blocked {
            return Some(Owed::Taking(link.outbox.taken_bytes()));
        }
        if self.throttle.holds() {
            return None;
        }
        if !self.input.is_empty() || !self.assembly.is_empty() {
            return Some(Owed::Rest(self.received));
        }
        let used = || link.serving.len() > 0 || link.publishing.len() > 0 || !link.calls.is_empty();
        (link.limits.idle < Duration::MAX && !used()).then_some(Owed::Use(self.received))
    }
}
