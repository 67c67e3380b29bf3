//! Real second processes that are killed in the middle of what they do: they learn nothing of it, and the other side
//! lives on.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::prelude::*;
use serde_json::json;

use support::events::Oldest;
use support::gate::{Gate, echo, pass, router};
use support::process::{Played, role, say};
use support::raw::{FRAGMENT, Raw, first_fragment};
use support::sent::channel;
use support::streams::{burst, count_items, flood, with_streams};
use support::{Folder, until, until_connections, watched};

/// Items without end, as many as are taken.
struct Endless;

impl Stream for Endless {
    type Item = String;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<String>> {
        Poll::Ready(Some("x".repeat(1000)))
    }
}

/// Starts a child and waits until it says that it is where it should be.
async fn play(role: &'static str, folder: &Folder) -> Played {
    let socket = folder.socket().display().to_string();
    let child = tokio::task::spawn_blocking(move || {
        let mut child = Played::start(role, &socket, |_| {});
        assert_eq!(child.says(), "ready");
        child
    });
    child.await.unwrap()
}

/// Kills a child without holding up the runtime.
async fn kill(mut child: Played) {
    tokio::task::spawn_blocking(move || child.kill()).await.unwrap();
}

async fn is_alive(socket: &Path) -> bool {
    let client = Client::connect(socket).await.unwrap();
    client.invoke(echo { text: "alive".to_owned() }).await.unwrap() == "alive"
}

#[tokio::test]
async fn a_client_that_is_killed_in_mid_call_takes_its_handlers_with_it() {
    let folder = Folder::new();
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(folder.socket()).serve(router(&gate)).await.unwrap();
        let child = play("caller", &folder).await;
        gate.entered(3).await;
        assert_eq!(server.connections(), 1);
        kill(child).await;
        gate.dropped(3).await;
        until_connections(&server, 0).await;
        assert!(is_alive(&folder.socket()).await);
        until_connections(&server, 0).await;
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_killed_within_a_message_is_forgotten() {
    let folder = Folder::new();
    watched(async {
        let server = Server::bind(folder.socket()).serve(router(&Gate::new())).await.unwrap();
        let child = play("half_a_message", &folder).await;
        assert_eq!(server.connections(), 1);
        kill(child).await;
        until_connections(&server, 0).await;
        assert!(is_alive(&folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_killed_in_mid_call_disconnects_its_clients_and_leaves_its_name_to_another() {
    let folder = Folder::new();
    watched(async {
        let child = play("server", &folder).await;
        let client = Client::connect(folder.socket()).await.unwrap();
        // The server's pid is told by the system, not by the server.
        assert!(client.peer().pid().is_some_and(|pid| pid != std::process::id()));
        let calls = async { tokio::join!(client.invoke(pass { id: 1 }), client.invoke(pass { id: 2 })) };
        let killing = async {
            // What is answered now was asked after the calls, so they have arrived.
            assert_eq!(client.invoke(echo { text: "?".to_owned() }).await.unwrap(), "?");
            kill(child).await;
        };
        let ((one, two), ()) = tokio::join!(calls, killing);
        for answer in [one, two] {
            assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
        }
        client.closed().await;
        let late = client.invoke(echo { text: "?".to_owned() }).await;
        assert!(matches!(late, Err(InvokeError::Disconnected(_))), "{late:?}");

        // The dead server left its socket behind.
        assert!(folder.socket().exists());
        let _successor = Server::bind(folder.socket()).serve(router(&Gate::new())).await.unwrap();
        assert!(is_alive(&folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_killed_in_the_midst_of_its_streams_takes_their_handlers_with_it() {
    let folder = Folder::new();
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(folder.socket()).serve(with_streams(router(&gate))).await.unwrap();
        let child = play("streamer", &folder).await;
        // A stream that is read, one that is not, an upload that goes on, and one that waits for its handler.
        gate.entered(4).await;
        until(|| server.publisher().subscribers::<Oldest>() == 2).await;
        for number in 0..1000 {
            server.publish(&Oldest::sized(number, 10_000)).unwrap();
        }
        kill(child).await;
        gate.dropped(4).await;
        until(|| server.publisher().subscribers::<Oldest>() == 0).await;
        until_connections(&server, 0).await;
        assert!(is_alive(&folder.socket()).await);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_killed_in_the_midst_of_its_streams_ends_them() {
    let folder = Folder::new();
    watched(async {
        let child = play("server", &folder).await;
        let client = Client::connect(folder.socket()).await.unwrap();
        let mut read = client.stream(flood { letters: 10 }).await.unwrap();
        let mut unread = client.stream(flood { letters: 100_000 }).await.unwrap();
        let mut events = client.subscribe::<Oldest>().await.unwrap();
        let (sender, items) = channel();
        let killing = async {
            assert_eq!(read.next().await.unwrap().unwrap().len(), 10);
            sender.send("x".repeat(1_000_000)).unwrap();
            // Events come, and more items than are taken.
            client.invoke(burst { count: 10, letters: 10 }).await.unwrap();
            assert_eq!(events.next().await.unwrap().unwrap().number, 0);
            kill(child).await;
        };
        let (answer, ()) = tokio::join!(client.invoke(count_items { items }), killing);
        assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
        // What was to be sent is let go.
        sender.closed().await;
        // What had arrived can still be read, and then the end.
        for items in [&mut read, &mut unread] {
            let ended = loop {
                if let Err(error) = items.next().await.unwrap() {
                    break error;
                }
            };
            assert!(matches!(ended, InvokeError::Disconnected(_)), "{ended:?}");
            assert_eq!(items.next().await, None);
        }
        let mut number = 1;
        let ended = loop {
            match events.next().await.unwrap() {
                Ok(event) => assert_eq!(std::mem::replace(&mut number, event.number + 1), event.number),
                Err(error) => break error,
            }
        };
        assert!(matches!(ended, SubscriptionError::Disconnected(_)), "{ended:?}");
        client.closed().await;
    })
    .await;
}

/// What this binary does as a child of one of its tests, until it is killed.
#[tokio::test]
async fn child_role() {
    let Some((role, socket)) = role() else { return };
    let socket = PathBuf::from(socket);
    match role.as_str() {
        "caller" => {
            let client = Client::connect(socket.as_path()).await.unwrap();
            say("ready");
            let calls = async {
                tokio::join!(
                    client.invoke(pass { id: 1 }),
                    client.invoke(pass { id: 2 }),
                    client.invoke(pass { id: 3 })
                )
            };
            panic!("the gate was opened: {:?}", calls.await);
        }
        "streamer" => {
            let client = Client::connect(socket.as_path()).await.unwrap();
            let mut read = client.stream(flood { letters: 10 }).await.unwrap();
            let _unread = client.stream(flood { letters: 100_000 }).await.unwrap();
            let mut events = client.subscribe::<Oldest>().await.unwrap();
            let _never = client.subscribe::<Oldest>().await.unwrap();
            say("ready");
            let (_sender, waiting) = channel();
            let endless = Incoming::new(Endless);
            let work = async {
                tokio::join!(
                    async { while read.next().await.is_some() {} },
                    async { while events.next().await.is_some() {} },
                    client.invoke(count_items { items: endless }),
                    client.invoke(count_items { items: waiting }),
                )
            };
            panic!("they ended: {:?}", work.await);
        }
        "half_a_message" => {
            let mut raw = Raw::greeted(&socket).await;
            let body = json!({"text": "x".repeat(FRAGMENT)}).to_string();
            raw.send(&first_fragment(5, 1, b"gate:echo", 1 << 20, body.as_bytes().get(..FRAGMENT).unwrap())).await;
            say("ready");
            raw.rest().await;
            panic!("the server closed the connection");
        }
        "server" => {
            let router = with_streams(router(&Gate::new()));
            let _server = Server::bind(socket.as_path()).serve(router).await.unwrap();
            say("ready");
            std::future::pending().await
        }
        other => panic!("no role is called {other}"),
    }
}
