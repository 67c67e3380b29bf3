//! Calls: what is asked for is what comes back, at whatever place the two sides meet.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::convert::Infallible;

use ipc_bridge::prelude::*;
use ipc_bridge::{ConnectError, Endpoint, Limits, memory};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use support::gate::{Gate, echo, pass, router};
use support::{everywhere, until_connections};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Item {
    id: u64,
    name: String,
    tags: BTreeMap<String, Option<f64>>,
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum FindError {
    #[error("no item {id}")]
    NotFound { id: u64 },
    #[error("the items are being counted")]
    Busy,
}

#[handler("item:find")]
async fn find(#[garde(range(min = 1))] id: u64) -> Result<Item, FindError> {
    match id {
        7 => Ok(item(7)),
        8 => Err(FindError::Busy),
        id => Err(FindError::NotFound { id }),
    }
}

#[handler("item:rename")]
async fn rename(#[payload] item: Item) -> Result<Item, Infallible> {
    Ok(Item { name: item.name.to_uppercase(), ..item })
}

#[handler("item:absent")]
fn absent() {}

fn item(id: u64) -> Item {
    let tags = [("weight".to_owned(), Some(0.1)), ("\u{1F980} \"x\" \\ \n".to_owned(), None)];
    Item { id, name: "crab".to_owned(), tags: tags.into() }
}

fn items() -> Router {
    Router::new().handle::<find>().handle::<rename>()
}

async fn a_call_gets_its_typed_answer(place: Endpoint) {
    let server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.invoke(find { id: 7 }).await, Ok(item(7)));
    let renamed = client.invoke(rename { item: item(1) }).await.unwrap();
    assert_eq!(renamed, Item { name: "CRAB".to_owned(), ..item(1) });
    drop(server);
}

async fn an_error_comes_back_as_the_handler_returned_it(place: Endpoint) {
    let _server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.invoke(find { id: 3 }).await, Err(InvokeError::Handler(FindError::NotFound { id: 3 })));
    assert_eq!(client.invoke(find { id: 8 }).await, Err(InvokeError::Handler(FindError::Busy)));
}

async fn an_invalid_payload_is_refused_with_its_path_and_reason(place: Endpoint) {
    let _server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let Err(InvokeError::Refused(failure)) = client.invoke(find { id: 0 }).await else { panic!("it was accepted") };
    assert_eq!(failure.code(), "INVALID_INPUT");
    assert_eq!(failure.details().unwrap()["issues"][0]["path"], "id");
}

async fn a_call_to_a_channel_that_nobody_answers_is_refused(place: Endpoint) {
    let _server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let Err(InvokeError::Refused(failure)) = client.invoke(absent {}).await else { panic!("it was answered") };
    assert_eq!(failure.code(), "UNKNOWN_CHANNEL");
    assert!(failure.message().contains("item:absent"), "{failure}");
}

async fn a_call_in_process_comes_to_the_same_as_one_from_outside(place: Endpoint) {
    let _server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let router = items();
    for id in [0, 3, 7, 8] {
        assert_eq!(router.invoke(find { id }).await, client.invoke(find { id }).await, "{id}");
    }
    assert_eq!(router.invoke(rename { item: item(1) }).await, client.invoke(rename { item: item(1) }).await);
    assert_eq!(router.invoke(absent {}).await, client.invoke(absent {}).await);
}

async fn many_calls_in_flight_all_get_their_own_answers(place: Endpoint) {
    let gate = Gate::new();
    let _server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut callers = JoinSet::new();
    for caller in 0..64_u64 {
        let (client, gate) = (client.clone(), gate.clone());
        callers.spawn(async move {
            for call in 0..100 {
                let id = caller * 1000 + call;
                let text = format!("{id} {}", "x".repeat((id % 300) as usize));
                assert_eq!(client.invoke(echo { text: text.clone() }).await.unwrap(), text);
                if call % 10 == 0 {
                    gate.open(1);
                    assert_eq!(client.invoke(pass { id }).await, Ok(id));
                }
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

async fn a_slow_call_does_not_hold_up_a_fast_one(place: Endpoint) {
    let gate = Gate::new();
    let _server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(pass { id: 1 }).await }
    });
    gate.entered(1).await;
    for _ in 0..100 {
        assert_eq!(client.invoke(echo { text: "fast".to_owned() }).await.unwrap(), "fast");
    }
    assert!(!slow.is_finished());
    gate.open(1);
    assert_eq!(slow.await.unwrap(), Ok(1));
}

async fn calls_beyond_the_servers_limit_wait_and_are_answered_all_the_same(place: Endpoint) {
    let gate = Gate::new();
    let limits = Limits::default().in_flight(3);
    let _server = Server::bind(&place).limits(limits).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.server().limits.in_flight, 3);
    let mut callers = JoinSet::new();
    for id in 0..30 {
        let client = client.clone();
        callers.spawn(async move { (id, client.invoke(pass { id }).await) });
    }
    for _ in 0..10 {
        gate.entered(3).await;
        gate.open(3);
    }
    while let Some(done) = callers.join_next().await {
        let (id, answer) = done.unwrap();
        assert_eq!(answer, Ok(id));
    }
}

async fn a_clone_of_a_client_shares_its_connection(place: Endpoint) {
    let server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let clone = client.clone();
    assert_eq!(clone.invoke(find { id: 7 }).await, client.invoke(find { id: 7 }).await);
    assert_eq!(server.connections(), 1);
    drop(client);
    assert_eq!(clone.invoke(find { id: 7 }).await, Ok(item(7)));
    assert!(!clone.is_closed());
}

async fn dropping_the_last_clone_of_a_client_ends_its_connection(place: Endpoint) {
    let server = Server::bind(&place).serve(items()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let clone = client.clone();
    drop(client);
    assert_eq!(clone.invoke(find { id: 7 }).await, Ok(item(7)));
    drop(clone);
    until_connections(&server, 0).await;
}

async fn a_server_answers_a_connection_that_it_is_given(place: Endpoint) {
    let server = Server::bind(&place).serve(items()).await.unwrap();
    let (ours, theirs) = memory::pair();
    server.accept(theirs);
    let client = Client::builder().over(ours).await.unwrap();
    assert_eq!(client.invoke(find { id: 7 }).await, Ok(item(7)));
    until_connections(&server, 1).await;
    server.shutdown().await;
    assert_eq!(client.closed().await, "the server shut down");
}

async fn a_place_where_nobody_listens_yet_says_so(place: Endpoint) {
    let early = Client::connect(&place).await.unwrap_err();
    assert!(matches!(early, ConnectError::NotRunning { .. }), "{early}");
    let _server = Server::bind(&place).serve(items()).await.unwrap();
    Client::connect(&place).await.unwrap();
}

everywhere! {
    a_server_answers_a_connection_that_it_is_given,
    a_place_where_nobody_listens_yet_says_so,
    a_call_gets_its_typed_answer,
    an_error_comes_back_as_the_handler_returned_it,
    an_invalid_payload_is_refused_with_its_path_and_reason,
    a_call_to_a_channel_that_nobody_answers_is_refused,
    a_call_in_process_comes_to_the_same_as_one_from_outside,
    many_calls_in_flight_all_get_their_own_answers,
    a_slow_call_does_not_hold_up_a_fast_one,
    calls_beyond_the_servers_limit_wait_and_are_answered_all_the_same,
    a_clone_of_a_client_shares_its_connection,
    dropping_the_last_clone_of_a_client_ends_its_connection,
}
