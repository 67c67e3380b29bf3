//! Whole conversations, as `exchanges.json` has them: the connection's own task plays one end, and the test the other.

pub(super) mod client;

use std::sync::Arc;

use ipc_core::Router;
use serde::de::DeserializeOwned;

use self::client::{Client, decoded};
use super::channels::{JobProgress, StatusChanged, router};
use super::*;
use crate::frame::Frame;
use crate::hello::HelloLimits;
use crate::vectors::exchanges::{Closing, End, EndLimits, Exchange, Step, exchanges};

#[tokio::test(start_paused = true)]
async fn the_server_of_every_exchange_sends_what_it_should() {
    for exchange in exchanges(End::Server) {
        for together in [false, true] {
            play_the_server(&exchange, together).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_client_of_every_exchange_sends_what_it_should() {
    for exchange in exchanges(End::Client) {
        for together in [false, true] {
            play_the_client(&exchange, together).await;
        }
    }
}

/// Plays the server. What the client sends without waiting arrives one by one, or `together`.
async fn play_the_server(exchange: &Exchange, together: bool) {
    println!("{}", exchange.name);
    let router = router();
    let mut peer = Peer::over(limits(exchange.server), takes(exchange.client), Arc::clone(&router));
    let (mut asked_to_go, mut waiting) = (false, Vec::new());
    for step in &exchange.steps {
        if !matches!(step, Step::Client { .. }) {
            peer.send(&std::mem::take(&mut waiting)).await;
        }
        match step {
            Step::Client { client } => {
                asked_to_go |= client == "goodbye";
                waiting.extend(vector(client));
                if !together {
                    peer.send(&std::mem::take(&mut waiting)).await;
                    tokio::task::yield_now().await;
                }
            }
            Step::Server { server } => {
                if server == "goodbye" && !asked_to_go {
                    peer.link.leave("the server shut down");
                }
                let (received, expected) = (peer.receive_bytes().await, vector(server));
                assert_eq!(said(&received), said(&expected), "{}: {server}", exchange.name);
            }
            Step::Publish { publish, event } => published(&router, publish, &event.to_string()),
        }
    }
    peer.send(&waiting).await;
    ends(&mut peer, exchange, Closing::Server).await;
}

/// Plays the client. What the server sends without waiting arrives one by one, or `together`.
async fn play_the_client(exchange: &Exchange, together: bool) {
    println!("{}", exchange.name);
    let mut client = Client::new(Peer::over(limits(exchange.client), takes(exchange.server), Arc::default()));
    let mut waiting = Vec::new();
    for step in &exchange.steps {
        match step {
            Step::Client { client: name } => {
                client.receive(std::mem::take(&mut waiting)).await;
                let expected = vector(name);
                let received = client.send(&decoded(&expected)).await;
                assert_eq!(said(&received), said(&expected), "{}: {name}", exchange.name);
            }
            Step::Server { server } => {
                waiting.push(vector(server));
                if !together {
                    client.receive(std::mem::take(&mut waiting)).await;
                    tokio::task::yield_now().await;
                }
            }
            Step::Publish { .. } => {}
        }
    }
    client.receive(waiting).await;
    ends(&mut client.peer, exchange, Closing::Client).await;
}

/// The end that is played closes the connection, or both do, or the connection goes on and nothing else has been sent.
async fn ends(peer: &mut Peer, exchange: &Exchange, played: Closing) {
    match exchange.closed_by {
        Some(Closing::Both) => peer.is_at_end().await,
        Some(closing) => {
            assert_eq!(closing, played, "{}", exchange.name);
            peer.is_let_go().await;
        }
        None => {
            peer.send(&vector("ping")).await;
            assert_eq!(peer.receive().await.0, Kind::Pong, "{}", exchange.name);
        }
    }
}

fn limits(end: EndLimits) -> Limits {
    let EndLimits { message_bytes, in_flight, stream_bytes, queued_events } = end;
    let limits = Limits::default().message_bytes(message_bytes).in_flight(in_flight);
    limits.stream_bytes(stream_bytes).queued_events(queued_events)
}

fn takes(end: EndLimits) -> HelloLimits {
    let EndLimits { message_bytes, in_flight, stream_bytes, .. } = end;
    HelloLimits { message_bytes, in_flight, stream_bytes }
}

/// What a frame says, without what an implementation says in its own words.
fn said(bytes: &[u8]) -> Said {
    let Frame { kind, flags, id, channel, deadline, total, payload } = decoded(bytes);
    let failure = serde_json::from_slice::<Value>(payload).ok().and_then(|said| {
        let failure = if kind == Kind::Response { said.get("error")? } else { &said };
        Some(failure.get("code")?.as_str()?.to_owned())
    });
    let payload = if failure.is_some() { String::new() } else { payload.escape_ascii().to_string() };
    let channel = String::from_utf8_lossy(channel).into_owned();
    Said { kind, flags: flags.to_byte(), id, channel, deadline, total, failure, payload }
}

#[derive(Debug, PartialEq)]
struct Said {
    kind: Kind,
    flags: u8,
    id: u32,
    channel: String,
    deadline: Option<u32>,
    total: Option<u32>,
    failure: Option<String>,
    payload: String,
}

pub(super) fn published(router: &Router, channel: &str, event: &str) {
    fn read<E: DeserializeOwned>(event: &str) -> E {
        serde_json::from_str(event).expect("an event of the channel")
    }
    let published = match channel {
        "status:changed" => router.publisher().publish(&read::<StatusChanged>(event)),
        "job:progress" => router.publisher().publish(&read::<JobProgress>(event)),
        other => panic!("there is no event `{other}`"),
    };
    published.expect("the event is declared");
}
