//! How a server ends: what is in flight is finished, who does not leave is let go, nothing is left behind.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{ConnectError, Endpoint, Limits};
use tokio::task::yield_now;
use tokio::time::Instant;

use support::gate::{Gate, echo, pass, pass_letters, router};
use support::{everywhere, until_connections};

async fn a_shutdown_finishes_what_is_in_flight(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let (one, other) = (Client::connect(&place).await.unwrap(), Client::connect(&place).await.unwrap());
    let calls = async {
        tokio::join!(
            one.invoke(pass { id: 1 }),
            one.invoke(pass { id: 2 }),
            other.invoke(pass_letters { count: 300_000 })
        )
    };
    let ending = async {
        gate.entered(3).await;
        let opening = async {
            yield_now().await;
            gate.open(3);
        };
        tokio::join!(server.shutdown(), opening)
    };
    let ((first, second, third), _) = tokio::join!(calls, ending);
    assert_eq!((first, second, third.map(|text| text.len())), (Ok(1), Ok(2), Ok(300_000)));
    assert_eq!(one.closed().await, "the server shut down");
}

async fn a_call_after_the_goodbye_is_told_that_the_server_is_going(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let other = client.clone();
    let early = tokio::spawn(async move { other.invoke(pass { id: 1 }).await });
    gate.entered(1).await;
    let ending = tokio::spawn(server.shutdown());
    // The goodbye is on its way: a call is answered, refused, or not made at all, and says why.
    loop {
        match client.invoke(echo { text: "late".to_owned() }).await {
            Ok(_) => yield_now().await,
            Err(InvokeError::Refused(failure)) => assert_eq!(failure.code(), "UNAVAILABLE"),
            Err(InvokeError::Disconnected(reason)) => {
                assert_eq!(reason, "the peer said goodbye");
                break;
            }
            Err(other) => panic!("{other}"),
        }
    }
    gate.open(1);
    assert_eq!(early.await.unwrap(), Ok(1));
    ending.await.unwrap();
    assert_eq!(client.closed().await, "the server shut down");
    let afterwards = client.invoke(echo { text: "too late".to_owned() }).await;
    assert_eq!(afterwards, Err(InvokeError::Disconnected("the server shut down".to_owned())));
}

async fn a_shutdown_does_not_wait_for_the_calls_of_a_client_that_has_gone(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async move { Client::connect(place).await.unwrap().invoke(pass { id: 1 }).await });
    gate.entered(1).await;
    let going = async {
        yield_now().await;
        runtime.shutdown_background();
    };
    tokio::join!(server.shutdown(), going);
    gate.dropped(1).await;
}

async fn a_shutdown_of_an_idle_server_takes_no_time(place: Endpoint) {
    let server = Server::bind(&place).serve(router(&Gate::new())).await.unwrap();
    let clients = [Client::connect(&place).await.unwrap(), Client::connect(&place).await.unwrap()];
    let started = Instant::now();
    server.shutdown().await;
    // The second in which a peer may say goodbye is not waited for where it does.
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    for client in clients {
        assert_eq!(client.closed().await, "the server shut down");
    }
}

async fn a_server_that_has_ended_lets_go_of_what_it_held(place: Endpoint) {
    for shut_down in [true, false] {
        let place = if shut_down { place.clone() } else { support::At::Memory.place() };
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(&place).serve(router(&Gate::new()).state(state)).await.unwrap();
        let client = Client::connect(&place).await.unwrap();
        if shut_down {
            server.shutdown().await;
        } else {
            drop(server);
        }
        support::until(|| held.upgrade().is_none()).await;
        drop(client);
    }
}

async fn dropping_a_server_closes_its_connections(place: Endpoint) {
    let server = Server::bind(&place).serve(router(&Gate::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    drop(server);
    assert_eq!(client.closed().await, "the peer closed it");
    // Nobody listens any more as soon as the runtime has come round to it.
    loop {
        match Client::connect(&place).await {
            Err(ConnectError::NotRunning { endpoint }) => {
                assert!(!endpoint.is_empty());
                break;
            }
            Err(ConnectError::NotIpcBridge(_) | ConnectError::Io(_) | ConnectError::Refused(_)) => yield_now().await,
            other => panic!("{other:?}"),
        }
    }
}

async fn a_connection_too_many_is_told_so_and_fits_when_another_leaves(place: Endpoint) {
    let limits = Limits::default().connections(2);
    let server = Server::bind(&place).limits(limits).serve(router(&Gate::new())).await.unwrap();
    let first = Client::connect(&place).await.unwrap();
    let second = Client::connect(&place).await.unwrap();
    for _ in 0..3 {
        let Err(ConnectError::Refused(failure)) = Client::connect(&place).await else { panic!("it came in") };
        assert_eq!(failure.code(), "OVERLOADED");
    }
    assert_eq!(second.invoke(echo { text: "in".to_owned() }).await.unwrap(), "in");
    drop(first);
    until_connections(&server, 1).await;
    let third = Client::connect(&place).await.unwrap();
    assert_eq!(third.invoke(echo { text: "in".to_owned() }).await.unwrap(), "in");
}

async fn a_shutdown_that_is_given_up_closes_every_connection_at_once(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let giving_up = async {
        gate.entered(1).await;
        tokio::select! {
            biased;
            () = server.shutdown() => panic!("a call is in flight"),
            () = yield_now() => {}
        }
    };
    let (answer, ()) = tokio::join!(client.invoke(pass { id: 1 }), giving_up);
    assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
    gate.dropped(1).await;
}

everywhere! {
    a_shutdown_finishes_what_is_in_flight,
    a_call_after_the_goodbye_is_told_that_the_server_is_going,
    a_shutdown_does_not_wait_for_the_calls_of_a_client_that_has_gone,
    a_shutdown_of_an_idle_server_takes_no_time,
    a_server_that_has_ended_lets_go_of_what_it_held,
    dropping_a_server_closes_its_connections,
    a_connection_too_many_is_told_so_and_fits_when_another_leaves,
    a_shutdown_that_is_given_up_closes_every_connection_at_once,
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_frozen_is_let_go_after_a_second() {
    support::watched(async {
        let place = support::At::Memory.place();
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(&place).serve(router(&Gate::new()).state(state)).await.unwrap();
        // Nobody runs the client's runtime once it has connected.
        let frozen = tokio::task::spawn_blocking(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client = runtime.block_on(Client::connect(place)).unwrap();
            (runtime, client)
        });
        let (runtime, client) = frozen.await.unwrap();
        let started = Instant::now();
        server.shutdown().await;
        let waited = started.elapsed();
        assert!((Duration::from_millis(900)..Duration::from_secs(2)).contains(&waited), "{waited:?}");
        // The client is still there, and nothing is kept for it.
        support::until(|| held.upgrade().is_none()).await;
        drop(client);
        runtime.shutdown_background();
    })
    .await;
}
