//! Grants: who may use what, and what becomes of what is under way when that changes.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::convert::Infallible;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Grants, Limits, ServeError, SetGrantsError, SubscribeError, memory};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;

use support::gate::Gate;
use support::log::Log;
use support::{everywhere, items, until, watched};

/// Names no permission.
#[handler("plain:call")]
fn plain() -> u64 {
    7
}

/// Names one.
#[handler("data:fetch", permission = "data:read")]
fn fetch() -> u64 {
    7
}

#[handler("data:remove", permission = "data:write")]
fn remove() -> u64 {
    7
}

/// Answers with one item, and then waits for ever. The gate is told when it is dropped.
#[handler("data:follow", permission = "data:read")]
fn follow(gate: State<Gate>) -> impl Stream<Item = u64> {
    gate.enter();
    let told = gate.told_when_dropped();
    let endless = futures_util::StreamExt::chain(items([7]), futures_util::stream::pending());
    futures_util::StreamExt::map(endless, move |item| {
        let _told = &told;
        item
    })
}

/// Never takes anything, and never answers.
#[handler("data:put", permission = "data:write")]
async fn put(gate: State<Gate>, parts: Incoming<u64>) -> Result<(), Infallible> {
    let _parts = parts;
    gate.pass().await;
    Ok(())
}

/// Grants the peer what is for those who know the word.
#[handler("user:log_in")]
fn log_in(peer: Peer, word: String) -> bool {
    word == "sesame" && peer.set_grants(Grants::same_user().allow("data:read")).is_ok()
}

/// Takes all back from its own peer while it is being called, and then answers with a stream all the same.
#[handler("data:turn", permission = "data:read")]
fn turn(peer: Peer) -> impl Stream<Item = u64> {
    peer.set_grants(Grants::none()).unwrap();
    futures_util::stream::pending()
}

/// The same, and then takes what it is sent.
#[handler("data:swallow", permission = "data:read")]
async fn swallow(peer: Peer, mut parts: Incoming<u64>) -> Result<(), IncomingError> {
    peer.set_grants(Grants::none()).unwrap();
    while let Some(part) = parts.next().await {
        part?;
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("data:changed", permission = "data:read", lag = "wait")]
struct Changed {
    number: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("data:removed", permission = "data:write")]
struct Removed {
    number: u64,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("chat:said")]
struct Said {
    text: String,
}

fn router(gate: &Gate) -> Router {
    let router = Router::new().state(gate.clone()).handle::<plain>().handle::<fetch>().handle::<remove>();
    let router = router.handle::<follow>().handle::<put>().handle::<turn>().handle::<swallow>().handle::<log_in>();
    router.event::<Changed>().event::<Removed>().shared_event::<Said>()
}

async fn serve(place: &Endpoint, grants: Grants) -> (Server, Client, Gate) {
    let gate = Gate::new();
    let server = Server::bind(place).grants(grants).serve(router(&gate)).await.unwrap();
    let client = Client::connect(place).await.unwrap();
    until(|| server.peers().len() == 1).await;
    (server, client, gate)
}

fn set(server: &Server, grants: &Grants) {
    for peer in server.peers() {
        peer.set_grants(grants.clone()).unwrap();
    }
}

fn is_denied(end: &SubscriptionError) {
    assert!(matches!(end, SubscriptionError::Ended(failure) if failure.code() == "DENIED"), "{end}");
}

fn reads() -> Grants {
    Grants::none().allow("data:read")
}

async fn a_peer_of_the_same_user_has_what_names_no_permission(place: Endpoint) {
    let server = Server::bind(&place).serve(router(&Gate::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.invoke(plain {}).await.unwrap(), 7);
    assert!(client.publish(&Said { text: "hello".to_owned() }).await.is_ok());
    assert!(client.subscribe::<Said>().await.is_ok());

    let refused = client.invoke(fetch {}).await.unwrap_err();
    assert_eq!(refused.code(), Some("DENIED"));
    assert_eq!(refused.to_string(), "DENIED: the peer may not use `data:fetch`");
    let Err(SubscribeError::Refused(refused)) = client.subscribe::<Changed>().await else { panic!("it subscribed") };
    assert_eq!(refused.code(), "DENIED");
    server.shutdown().await;
}

async fn what_is_denied_is_denied_whatever_grants_it(place: Endpoint) {
    let (server, client, _) = serve(&place, Grants::all().deny("data:write").deny("plain:*")).await;
    assert!(client.invoke(fetch {}).await.is_ok());
    assert_eq!(client.invoke(remove {}).await.unwrap_err().code(), Some("DENIED"));
    assert_eq!(client.invoke(plain {}).await.unwrap_err().code(), Some("DENIED"));
    server.shutdown().await;
}

async fn a_handler_can_grant_its_own_peer_more(place: Endpoint) {
    let (server, client, _) = serve(&place, Grants::same_user()).await;
    let other = Client::connect(&place).await.unwrap();
    assert!(!client.invoke(log_in { word: "please".to_owned() }).await.unwrap());
    assert_eq!(client.invoke(fetch {}).await.unwrap_err().code(), Some("DENIED"));
    assert!(client.invoke(log_in { word: "sesame".to_owned() }).await.unwrap());
    assert!(client.invoke(fetch {}).await.is_ok());
    assert_eq!(client.invoke(remove {}).await.unwrap_err().code(), Some("DENIED"));
    // What one connection is granted, another of the same process is not.
    assert_eq!(other.invoke(fetch {}).await.unwrap_err().code(), Some("DENIED"));
    server.shutdown().await;
}

async fn each_peer_is_granted_what_the_application_says_of_it(place: Endpoint) {
    let own = std::process::id();
    let server = Server::bind(&place).grants_for(move |peer| match peer.pid() {
        Some(pid) if pid == own => Grants::all(),
        // In memory, and at a pipe of some systems, nobody tells.
        None => reads(),
        Some(_) => Grants::none(),
    });
    let server = server.serve(router(&Gate::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert!(client.invoke(fetch {}).await.is_ok());
    until(|| server.peers().len() == 1).await;
    let expected = if server.peers()[0].pid().is_some() { Grants::all() } else { reads() };
    assert_eq!(server.peers()[0].grants(), Some(expected));
    server.shutdown().await;
}

async fn a_client_grants_its_server_what_its_router_has(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).serve(Router::new()).await.unwrap();
    let narrow = Client::builder().router(router(&gate)).grants(Grants::none().allow("data:write"));
    let narrow = narrow.connect(&place).await.unwrap();
    until(|| server.peers().len() == 1).await;
    let peer = server.peers().remove(0);
    assert!(peer.invoke(remove {}).await.is_ok());
    assert_eq!(peer.invoke(fetch {}).await.unwrap_err().code(), Some("DENIED"));
    assert_eq!(peer.invoke(plain {}).await.unwrap_err().code(), Some("DENIED"));
    // It changes its mind.
    narrow.peer().set_grants(Grants::same_user()).unwrap();
    assert_eq!(peer.invoke(remove {}).await.unwrap_err().code(), Some("DENIED"));
    assert!(peer.invoke(plain {}).await.is_ok());
    server.shutdown().await;
}

async fn a_stream_that_is_granted_no_more_ends_so(place: Endpoint) {
    let (server, client, gate) = serve(&place, Grants::all()).await;
    let mut stream = client.stream(follow {}).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), 7);
    set(&server, &Grants::none().allow("data:write"));
    gate.dropped(1).await;
    let end = stream.next().await.unwrap().unwrap_err();
    assert_eq!(end.code(), Some("DENIED"));
    assert!(stream.next().await.is_none());
    assert_eq!(client.invoke(fetch {}).await.unwrap_err().code(), Some("DENIED"));
    assert!(client.invoke(remove {}).await.is_ok());
    server.shutdown().await;
}

async fn a_stream_that_is_granted_no_more_makes_room_for_another(place: Endpoint) {
    let (limits, gate) = (Limits::default().streams(1), Gate::new());
    let server = Server::bind(&place).limits(limits).grants(reads()).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    for _ in 0..3 {
        let mut stream = client.stream(follow {}).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), 7);
        set(&server, &Grants::none());
        assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Some("DENIED"));
        set(&server, &reads());
    }
    server.shutdown().await;
}

async fn an_upload_that_is_granted_no_more_ends_so(place: Endpoint) {
    let (server, client, gate) = serve(&place, Grants::all()).await;
    let parts = futures_util::stream::pending::<u64>();
    let uploading = tokio::spawn(async move { client.invoke(put { parts: Incoming::new(parts) }).await });
    gate.entered(1).await;
    set(&server, &reads());
    gate.dropped(1).await;
    assert_eq!(uploading.await.unwrap().unwrap_err().code(), Some("DENIED"));
    server.shutdown().await;
}

async fn a_publisher_does_not_wait_for_who_may_not_read(place: Endpoint) {
    let gate = Gate::new();
    let server = Server::bind(&place).grants(Grants::all()).serve(router(&gate)).await.unwrap();
    // The subscriber takes a few events, and then none.
    let client = Client::builder().limits(Limits::default().stream_bytes(16)).connect(&place).await.unwrap();
    let mut changes = client.subscribe::<Changed>().await.unwrap();
    let mut all = client.subscribe_any("data:*").await.unwrap();
    let publisher = server.publisher();
    let publishing = tokio::spawn(async move {
        for number in 0..1000 {
            publisher.publish_and_wait(&Changed { number }).await.unwrap();
        }
    });
    let stuck = || async {
        for _ in 0..1000 {
            yield_now().await;
        }
    };
    stuck().await;
    assert!(!publishing.is_finished());
    set(&server, &Grants::none().allow("data:write"));
    publishing.await.unwrap();

    // What waited for the one that may read nothing any more is not sent.
    let mut taken = 0;
    let end = loop {
        match changes.next().await.unwrap() {
            Ok(_) => taken += 1,
            Err(end) => break end,
        }
    };
    is_denied(&end);
    assert!(taken < 100, "{taken} events");
    // The other goes on with what it may read, behind what had been sent.
    server.publish(&Removed { number: 1, text: String::new() }).unwrap();
    loop {
        let event = all.next().await.unwrap().unwrap();
        if event.channel() == "data:removed" {
            break;
        }
    }
    server.shutdown().await;
}

/// Whoever takes the grants back finds nothing under way yet, and nothing goes on that was about to begin.
async fn what_is_taken_back_while_it_is_about_to_begin_ends(place: Endpoint) {
    let (server, client, _) = serve(&place, Grants::all()).await;
    let mut stream = client.stream(turn {}).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Some("DENIED"));
    set(&server, &Grants::all());
    let parts = Incoming::new(futures_util::stream::pending::<u64>());
    assert_eq!(client.invoke(swallow { parts }).await.unwrap_err().code(), Some("DENIED"));
    set(&server, &Grants::all());
    assert_eq!(client.invoke(fetch {}).await.unwrap(), 7);
    server.shutdown().await;
}

/// What begins while the grants change is either not begun, or ended: nothing slips between.
async fn nothing_that_begins_while_grants_change_is_overlooked(place: Endpoint) {
    let (server, client, gate) = serve(&place, Grants::all()).await;
    let peer = server.peers().remove(0);
    let changing = tokio::spawn(async move {
        for round in 0..400 {
            let grants = if round % 2 == 0 { Grants::none() } else { Grants::all() };
            peer.set_grants(grants).unwrap();
            yield_now().await;
        }
        peer.set_grants(Grants::none()).unwrap();
    });
    let (mut streams, mut subscriptions) = (Vec::new(), Vec::new());
    while !changing.is_finished() {
        streams.push(client.stream(follow {}).await.unwrap());
        if let Ok(changes) = client.subscribe::<Removed>().await {
            subscriptions.push(changes);
        }
    }
    changing.await.unwrap();
    for mut stream in streams {
        let mut last = None;
        while let Some(item) = stream.next().await {
            last = Some(item);
        }
        assert_eq!(last.unwrap().unwrap_err().code(), Some("DENIED"));
    }
    for mut changes in subscriptions {
        is_denied(&changes.next().await.unwrap().unwrap_err());
    }
    until(|| server.publisher().subscribers::<Removed>() == 0).await;
    // The stream's handler is entered and dropped as often.
    drop(gate);
    server.shutdown().await;
}

everywhere!(
    a_client_grants_its_server_what_its_router_has,
    a_handler_can_grant_its_own_peer_more,
    a_peer_of_the_same_user_has_what_names_no_permission,
    a_publisher_does_not_wait_for_who_may_not_read,
    a_stream_that_is_granted_no_more_ends_so,
    a_stream_that_is_granted_no_more_makes_room_for_another,
    an_upload_that_is_granted_no_more_ends_so,
    each_peer_is_granted_what_the_application_says_of_it,
    nothing_that_begins_while_grants_change_is_overlooked,
    what_is_denied_is_denied_whatever_grants_it,
    what_is_taken_back_while_it_is_about_to_begin_ends,
);

#[service(prefix = "admin", permission = "admin:use")]
trait Admin {
    #[handler]
    fn look(&self) -> u64;

    #[handler(permission = "admin:halt")]
    fn halt(&self) -> u64;
}

struct Machine;

impl Admin for Machine {
    fn look(&self) -> u64 {
        1
    }

    fn halt(&self) -> u64 {
        2
    }
}

#[tokio::test]
async fn the_permission_of_a_service_is_that_of_its_methods() {
    watched(async {
        let place = memory::endpoint();
        let server = Server::bind(&place).grants(Grants::none().allow("admin:use"));
        let server = server.serve(Router::new().service(AdminServer::new(Machine))).await.unwrap();
        let admin = AdminClient::new(Client::connect(&place).await.unwrap());
        assert_eq!(admin.look().await.unwrap(), 1);
        assert_eq!(admin.halt().await.unwrap_err().code(), Some("DENIED"));

        let description = server.router().description().unwrap();
        let permission = |channel| description.channel(channel).unwrap().permission().map(str::to_owned);
        assert_eq!(permission("admin:look").as_deref(), Some("admin:use"));
        assert_eq!(permission("admin:halt").as_deref(), Some("admin:halt"));
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn this_process_may_use_everything() {
    let router = router(&Gate::new());
    assert_eq!(router.invoke(fetch {}).await.unwrap(), 7);
    assert!(router.subscribe::<Changed>().await.is_ok());
    assert!(router.stream(follow {}).await.is_ok());
    assert_eq!(Peer::unknown().grants(), None);
    assert_eq!(Peer::unknown().set_grants(Grants::none()), Err(SetGrantsError::Unconnected));
}

#[tokio::test]
async fn the_log_learns_what_the_client_does_not() {
    watched(async {
        let place: Endpoint = memory::endpoint().into();
        let (server, client, _) = serve(&place, Grants::none()).await;
        let log = Log::begin();
        let refused = client.invoke(fetch {}).await.unwrap_err().to_string();
        assert!(refused.contains("data:fetch") && !refused.contains("data:read"), "{refused}");
        let denied = |log: &Log| {
            let lines = log.take();
            lines.into_iter().filter(|line| line.starts_with("WARN a peer was denied")).collect::<Vec<_>>()
        };
        let lines = denied(&log);
        assert_eq!(lines.len(), 1, "{lines:?}");
        for said in [r#"channel="data:fetch""#, r#"permission="data:read""#, "peer=Peer {"] {
            assert!(lines[0].contains(said), "{lines:?}");
        }

        // Each that a pattern would have brought is named.
        let Err(SubscribeError::Refused(_)) = client.subscribe_any("data:*").await else { panic!("it subscribed") };
        let lines = denied(&log);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains(r#"permission="data:read""#) && lines[1].contains(r#"permission="data:write""#));

        set(&server, &Grants::all());
        let stream = client.stream(follow {}).await.unwrap();
        let changes = client.subscribe::<Removed>().await.unwrap();
        until(|| server.publisher().subscribers::<Removed>() == 1).await;
        assert_eq!(denied(&log), [""; 0]);
        set(&server, &Grants::none());
        let lines = denied(&log);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains(r#"channel="data:follow""#) && lines[1].contains(r#"channel="data:removed""#));
        drop((stream, changes));
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn grants_that_name_what_is_not_there_are_refused_wherever_they_are_given() {
    watched(async {
        let wrong = || Grants::none().allow("data:raed").deny("data:writ");
        let said = "the grants cannot be used: `data:raed`: no channel needs it; did you mean `data:read`?; `data:writ`: \
                    no channel needs it; did you mean `data:write`?";
        let place: Endpoint = memory::endpoint().into();
        let error = Server::bind(&place).grants(wrong()).serve(router(&Gate::new())).await.unwrap_err();
        assert!(matches!(error, ServeError::Grants(_)), "{error}");
        assert_eq!(error.to_string(), said);

        let (server, client, _) = serve(&place, reads()).await;
        let peer = server.peers().remove(0);
        assert_eq!(peer.set_grants(wrong()).unwrap_err().to_string(), said);
        assert_eq!(peer.grants(), Some(reads()), "nothing has changed");
        assert!(client.invoke(fetch {}).await.is_ok());
        assert_eq!(server.issue_token(wrong()).unwrap_err().to_string(), said);
        assert_eq!(server.router().check_grants(&wrong()).unwrap_err().to_string(), said);

        let with_router = Client::builder().router(router(&Gate::new())).grants(wrong());
        let (ours, _theirs) = memory::pair();
        assert_eq!(with_router.over(ours).await.unwrap_err().to_string(), said);
        server.shutdown().await;

        // What the application says of one peer, it says too late to be told: the peer does not come in.
        let place = memory::endpoint();
        let server = Server::bind(&place).grants_for(move |_| wrong()).serve(router(&Gate::new())).await.unwrap();
        let log = Log::begin();
        let error = Client::connect(&place).await.unwrap_err().to_string();
        assert!(error.contains("INTERNAL") && !error.contains("data:"), "{error}");
        assert!(log.take().iter().any(|line| line.starts_with("ERROR") && line.contains("data:raed")));
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn a_hello_tells_the_client_its_permissions() {
    watched(async {
        let told = async |grants: Grants| {
            let place: Endpoint = memory::endpoint().into();
            let (server, client, _) = serve(&place, grants).await;
            let told = client.server().grants.clone().unwrap();
            server.shutdown().await;
            told
        };
        assert_eq!(told(Grants::all()).await, ["*"]);
        assert_eq!(told(Grants::none()).await, [""; 0]);
        assert_eq!(told(Grants::none().allow("data:*").deny("data:write")).await, ["data:read"]);
        let of_the_same_user = ["chat:said", "chat:said:publish", "ipc:introspect", "plain:call", "user:log_in"];
        assert_eq!(told(Grants::same_user()).await, of_the_same_user);
    })
    .await;
}

#[tokio::test]
async fn a_peer_without_a_grant_learns_of_no_name_whether_it_is_there() {
    watched(async {
        let place: Endpoint = memory::endpoint().into();
        let (server, client, _) = serve(&place, Grants::none()).await;
        let said = async |pattern: &str| match client.subscribe_any(pattern).await {
            Err(SubscribeError::Refused(failure)) => failure.to_string().replace(pattern, "…"),
            other => panic!("{other:?}"),
        };
        let there = said("data:*").await;
        for pattern in ["data:changed", "data:nothing", "nothing:*", "*"] {
            assert_eq!(said(pattern).await, there, "{pattern}");
        }
        server.shutdown().await;
    })
    .await;
}
