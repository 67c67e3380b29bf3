//! What the application of the side under test does meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use ipc_core::{Bytes, Incoming, Peer, Publisher};
use tokio::task::JoinHandle;

use super::router::{
    Items, JobProgress, StatusChanged, bytes_echo, count_to, fetch, sum_all, sum_so_far, text_repeat, wait_ever,
    wait_long,
};

/// More at one time find nothing that fewer do not.
const MOST_ACTS: usize = 12;

/// What an application has begun: each a task of its own, which ends when it has its answer.
#[derive(Default)]
pub(super) struct Acts(VecDeque<JoinHandle<()>>);

impl Acts {
    /// Does one of the things that an application does with its peer.
    pub(super) fn act(&mut self, chosen: u8, peer: &Peer, publisher: &Publisher) {
        let peer = peer.clone();
        let publisher = publisher.clone();
        match chosen % 16 {
            0 => drop(self.0.pop_front().inspect(JoinHandle::abort)),
            1 => drop(self.0.pop_back().inspect(JoinHandle::abort)),
            2 => self.begin(async move { said(peer.invoke(fetch { id: 1 }).await) }),
            3 => self.begin(async move { said(peer.invoke(wait_long {}).await) }),
            4 => self.begin(async move { said(peer.invoke(bytes_echo { bytes: Bytes::from(vec![7; 20_000]) }).await) }),
            5 => self.begin(async move { said(peer.invoke(bytes_echo { bytes: Bytes::from(vec![7; 90_000]) }).await) }),
            6 => self.begin(async move {
                let Ok(mut numbers) = peer.stream(count_to { to: 5 }).await else { return };
                while let Some(Ok(_)) = numbers.next().await {}
            }),
            // A reader that takes one and keeps the rest waiting.
            7 => self.begin(async move {
                let Ok(mut texts) = peer.stream(text_repeat { times: vec![1; 5] }).await else { return };
                said(texts.next().await.transpose());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }),
            8 => self.begin(async move {
                let numbers = Incoming::new(Items(0..2000));
                said(peer.invoke(sum_all { numbers }).await);
            }),
            9 => self.begin(async move {
                let numbers = Incoming::new(Items(0..10));
                let Ok(mut sums) = peer.stream(sum_so_far { numbers }).await else { return };
                while let Some(Ok(_)) = sums.next().await {}
            }),
            10 => self.begin(async move {
                let numbers = Incoming::new(Items(0..10));
                said(tokio::time::timeout(Duration::from_millis(50), peer.invoke(wait_ever { numbers })).await);
            }),
            11 => self.begin(async move {
                let Ok(mut changes) = peer.subscribe::<StatusChanged>().await else { return };
                while let Some(Ok(_)) = changes.next().await {}
            }),
            12 => self.begin(async move {
                let Ok(mut all) = peer.subscribe_any("*").await else { return };
                while let Some(Ok(_)) = all.next().await {}
            }),
            13 => self.begin(async move { said(peer.publish(&StatusChanged { online: true }).await) }),
            14 => self.begin(async move { said(peer.notify(wait_long {}).await) }),
            _ => {
                said(publisher.publish(&StatusChanged { online: false }));
                let log = "a".repeat(usize::from(chosen) * 100);
                said(publisher.publish(&JobProgress { job: u64::from(chosen >> 6), log }));
            }
        }
    }

    fn begin(&mut self, act: impl Future<Output = ()> + Send + 'static) {
        if self.0.len() < MOST_ACTS {
            self.0.push_back(tokio::spawn(act));
        }
    }

    /// Waits until each is at its end.
    pub(super) async fn ended(&mut self) {
        for act in self.0.drain(..) {
            assert!(act.await.is_ok_and(|()| true), "an act panicked");
        }
    }
}

/// Any outcome will do, as long as there is one that can be told.
fn said<T, E: std::fmt::Debug>(outcome: Result<T, E>) {
    if let Err(error) = outcome {
        assert!(!format!("{error:?}").is_empty());
    }
}
