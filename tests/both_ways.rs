//! One connection, both directions: a server that calls its clients, from a handler and from outside of one.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, RouterProblem};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use support::gate::{self, Gate, pass};
use support::{everywhere, until, until_connections};

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum DeleteError {
    #[error("the user said no")]
    Declined,
    #[error("the user cannot be asked")]
    Unasked,
}

/// What a client answers.
#[handler("ui:confirm")]
async fn confirm(answer: State<bool>, question: String) -> bool {
    assert!(question.ends_with('?'));
    *answer
}

/// Asks whoever calls before it does anything.
#[handler("file:delete")]
async fn delete(caller: Peer, name: String) -> Result<String, DeleteError> {
    match caller.invoke(confirm { question: format!("delete {name}?") }).await {
        Ok(true) => Ok(format!("{name} is gone")),
        Ok(false) => Err(DeleteError::Declined),
        Err(_) => Err(DeleteError::Unasked),
    }
}

/// How far a client counts.
#[handler("ui:count")]
fn count(end: u8) -> impl Stream<Item = u8> {
    support::items(0..end)
}

/// Adds up what the caller counts.
#[handler("file:sum")]
async fn sum(caller: Peer, end: u8) -> u32 {
    let mut items = caller.stream(count { end }).await.unwrap();
    let mut sum = 0;
    while let Some(item) = items.next().await {
        sum += u32::from(item.unwrap());
    }
    sum
}

/// Notes a line that somebody sends, without an answer.
#[handler("log:line")]
fn log_line(lines: State<UnboundedSender<String>>, line: String) {
    lines.send(line).unwrap();
}

/// The same, by a handler that waits.
#[handler("log:line_later")]
async fn log_line_later(lines: State<UnboundedSender<String>>, line: String) {
    tokio::task::yield_now().await;
    lines.send(line).unwrap();
}

fn lines() -> (UnboundedSender<String>, UnboundedReceiver<String>) {
    unbounded_channel()
}

async fn serve(place: &Endpoint) -> Server {
    Server::bind(place).serve(Router::new().handle::<delete>().handle::<sum>()).await.unwrap()
}

async fn client(place: &Endpoint, answer: bool) -> Client {
    let router = Router::new().state(answer).handle::<confirm>().handle::<count>();
    Client::builder().router(router).connect(place).await.unwrap()
}

async fn a_handler_asks_its_caller_over_the_same_connection(place: Endpoint) {
    let _server = serve(&place).await;
    let (willing, unwilling) = (client(&place, true).await, client(&place, false).await);
    let silent = Client::connect(&place).await.unwrap();
    let call = || delete { name: "notes".to_owned() };
    assert_eq!(willing.invoke(call()).await, Ok("notes is gone".to_owned()));
    assert_eq!(unwilling.invoke(call()).await, Err(InvokeError::Handler(DeleteError::Declined)));
    assert_eq!(silent.invoke(call()).await, Err(InvokeError::Handler(DeleteError::Unasked)));
    assert_eq!(willing.invoke(sum { end: 100 }).await, Ok(4950));
}

async fn a_server_calls_each_of_its_peers(place: Endpoint) {
    let server = serve(&place).await;
    let _clients = [client(&place, true).await, client(&place, false).await];
    until(|| server.peers().len() == 2).await;
    let mut answers = Vec::new();
    for peer in server.peers() {
        answers.push(peer.invoke(confirm { question: "ready?".to_owned() }).await.unwrap());
        let refused = peer.invoke(delete { name: String::new() }).await.unwrap_err();
        assert_eq!(refused.code(), Some("UNKNOWN_CHANNEL"));
    }
    answers.sort_unstable();
    assert_eq!(answers, [false, true]);
}

async fn a_peer_that_was_kept_learns_that_its_connection_is_gone(place: Endpoint) {
    let server = serve(&place).await;
    let client = client(&place, true).await;
    // The client may be greeted before the server has it among its peers.
    until(|| !server.peers().is_empty()).await;
    let peer = server.peers().pop().unwrap();
    assert!(!peer.is_closed());
    drop(client);
    until_connections(&server, 0).await;
    let gone = peer.invoke(confirm { question: "still there?".to_owned() }).await;
    assert!(matches!(gone, Err(InvokeError::Disconnected(_))), "{gone:?}");
    assert!(peer.is_closed());
}

/// Waits, beside the handler, until the caller is gone.
#[handler("ui:stay")]
fn stay(caller: Peer, gone: State<UnboundedSender<String>>) -> Option<u64> {
    let connection = caller.connection();
    let gone = gone.clone();
    tokio::spawn(async move {
        caller.closed().await;
        gone.send(format!("{connection:?}")).unwrap();
    });
    connection
}

async fn a_server_learns_which_of_its_peers_has_gone(place: Endpoint) {
    let (gone, mut told) = lines();
    let server = Server::bind(&place).serve(Router::new().state(gone).handle::<stay>()).await.unwrap();
    let (one, other) = (Client::connect(&place).await.unwrap(), Client::connect(&place).await.unwrap());
    let (first, second) = (one.invoke(stay {}).await.unwrap(), other.invoke(stay {}).await.unwrap());
    assert_ne!(first, second);
    assert_eq!(one.invoke(stay {}).await.unwrap(), first);
    let peers: Vec<Option<u64>> = server.peers().iter().map(Peer::connection).collect();
    assert!(peers.contains(&first) && peers.contains(&second), "{peers:?}");
    drop(other);
    assert_eq!(told.recv().await, Some(format!("{second:?}")));
    server.shutdown().await;
    assert_eq!(told.recv().await, Some(format!("{first:?}")));
}

async fn a_client_that_goes_cancels_what_it_was_asked(place: Endpoint) {
    let server = serve(&place).await;
    let gate = Gate::new();
    let client = Client::builder().router(gate::router(&gate)).connect(&place).await.unwrap();
    // The client may be greeted before the server has it among its peers.
    until(|| !server.peers().is_empty()).await;
    let peer = server.peers().pop().unwrap();
    let leaving = async {
        gate.entered(1).await;
        drop(client);
    };
    let (answer, ()) = tokio::join!(peer.invoke(pass { id: 1 }), leaving);
    assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
    gate.dropped(1).await;
}

async fn a_call_that_a_server_drops_is_cancelled_at_the_client(place: Endpoint) {
    let server = serve(&place).await;
    let gate = Gate::new();
    let _client = Client::builder().router(gate::router(&gate)).connect(&place).await.unwrap();
    // The client may be greeted before the server has it among its peers.
    until(|| !server.peers().is_empty()).await;
    let peer = server.peers().pop().unwrap();
    tokio::select! {
        _ = peer.invoke(pass { id: 1 }) => panic!("the gate is shut"),
        () = gate.entered(1) => {}
    }
    gate.dropped(1).await;
    gate.open(1);
    assert_eq!(peer.invoke(pass { id: 2 }).await, Ok(2));
}

async fn a_notification_reaches_its_handler_in_either_direction(place: Endpoint) {
    let ((to_server, mut at_server), (to_client, mut at_client)) = (lines(), lines());
    let router = |lines| Router::new().state(lines).handle::<log_line>().handle::<log_line_later>();
    let server = Server::bind(&place).serve(router(to_server)).await.unwrap();
    let client = Client::builder().router(router(to_client)).connect(&place).await.unwrap();
    until_connections(&server, 1).await;

    client.notify(log_line { line: "one".to_owned() }).await.unwrap();
    assert_eq!(at_server.recv().await.unwrap(), "one");
    client.notify(log_line_later { line: "two".to_owned() }).await.unwrap();
    assert_eq!(at_server.recv().await.unwrap(), "two");
    let large = "x".repeat(200_000);
    client.notify(log_line { line: large.clone() }).await.unwrap();
    assert_eq!(at_server.recv().await.unwrap(), large);

    let peer = server.peers().pop().unwrap();
    peer.notify(log_line { line: "three".to_owned() }).await.unwrap();
    assert_eq!(at_client.recv().await.unwrap(), "three");
}

async fn a_notification_that_comes_to_nothing_harms_nobody(place: Endpoint) {
    let _server = serve(&place).await;
    let client = client(&place, true).await;
    client.notify(log_line { line: "nobody has this channel".to_owned() }).await.unwrap();
    assert_eq!(client.invoke(sum { end: 3 }).await, Ok(3));
}

everywhere! {
    a_handler_asks_its_caller_over_the_same_connection,
    a_server_calls_each_of_its_peers,
    a_peer_that_was_kept_learns_that_its_connection_is_gone,
    a_server_learns_which_of_its_peers_has_gone,
    a_client_that_goes_cancels_what_it_was_asked,
    a_call_that_a_server_drops_is_cancelled_at_the_client,
    a_notification_reaches_its_handler_in_either_direction,
    a_notification_that_comes_to_nothing_harms_nobody,
}

#[tokio::test]
async fn a_client_whose_router_is_not_whole_does_not_connect() {
    let place = support::At::Memory.place();
    let _server = serve(&place).await;
    let refused = Client::builder().router(Router::new().handle::<confirm>()).connect(&place).await;
    let ipc_bridge::ConnectError::Router(error) = refused.unwrap_err() else { panic!("another error") };
    assert!(matches!(error.problems(), [RouterProblem::MissingState { .. }]), "{error}");
}

#[tokio::test]
async fn in_process_there_is_no_peer_to_call() {
    let router = Router::new().handle::<delete>();
    let refused = router.invoke(delete { name: "notes".to_owned() }).await;
    assert_eq!(refused, Err(InvokeError::Handler(DeleteError::Unasked)));
    assert_eq!(Peer::unknown().connection(), None);
    assert_eq!(Peer::unknown().closed().await, "the peer is this process itself, and has no connection");
}
