//! What `#[service]` makes of a trait: a server and a client, wherever the two meet.
#![deny(warnings)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Failure, RouterProblem, memory};
use ipc_core::{Body, Dispatch};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use support::{dispatch, everywhere, watched};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Item {
    id: u64,
    name: String,
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item {id}")]
    NotFound { id: u64 },
}

struct Greeting(&'static str);

/// The items.
#[service(prefix = "data")]
trait Data {
    /// Fetches one item.
    ///
    /// By its number.
    #[handler]
    async fn fetch(
        &self,
        /// The number.
        #[garde(range(min = 1))]
        id: u64,
    ) -> Result<Item, FetchError>;

    #[handler("data:all", blocking)]
    fn names(&self, cx: Context) -> Vec<String> {
        vec![cx.channel().to_owned(), format!("{:?}", std::thread::current().id())]
    }

    #[handler]
    fn put(&self, #[payload] items: Vec<Item>) -> usize;

    #[handler]
    async fn greet(&self, greeting: State<Greeting>, name: String, loud: Option<bool>) -> String {
        tokio::task::yield_now().await;
        let name = self.decorated(&name);
        if loud == Some(true) { format!("{} {name}!", greeting.0) } else { format!("{} {name}", greeting.0) }
    }

    #[handler]
    fn r#match(&self, r#type: u8, other: u8) -> u8 {
        r#type + other
    }

    #[handler]
    #[deprecated(note = "use `fetch`")]
    async fn nothing(&self) {}

    fn decorated(&self, name: &str) -> String {
        name.to_owned()
    }
}

#[derive(Debug, Default)]
struct Store {
    items: Mutex<BTreeMap<u64, Item>>,
    fetched: AtomicU64,
}

impl Data for Store {
    async fn fetch(&self, id: u64) -> Result<Item, FetchError> {
        tokio::task::yield_now().await;
        self.fetched.fetch_add(1, Ordering::Relaxed);
        self.items.lock().unwrap().get(&id).cloned().ok_or(FetchError::NotFound { id })
    }

    fn put(&self, items: Vec<Item>) -> usize {
        let mut kept = self.items.lock().unwrap();
        kept.extend(items.into_iter().map(|item| (item.id, item)));
        kept.len()
    }

    fn decorated(&self, name: &str) -> String {
        format!("<{name}>")
    }
}

fn item(id: u64) -> Item {
    Item { id, name: format!("item {id}") }
}

fn store() -> Store {
    let store = Store::default();
    store.put(vec![item(7), item(8)]);
    store
}

fn router() -> Router {
    Router::new().state(Greeting("hello")).service(DataServer::new(store()))
}

/// What every caller of the service gets, whatever it calls over.
async fn calls(data: DataClient<impl Invoke>) {
    assert_eq!(data.fetch(7).await, Ok(item(7)));
    assert_eq!(data.fetch(9).await, Err(InvokeError::Handler(FetchError::NotFound { id: 9 })));
    assert_eq!(data.fetch(0).await.unwrap_err().code(), Some("INVALID_INPUT"));
    assert_eq!(data.put(vec![item(1)]).await, Ok(3));
    assert_eq!(data.greet("Ada".to_owned(), None).await, Ok("hello <Ada>".to_owned()));
    assert_eq!(data.greet("Ada".to_owned(), Some(true)).await, Ok("hello <Ada>!".to_owned()));
    assert_eq!(data.r#match(3, 4).await, Ok(7));
    #[expect(deprecated, reason = "it answers all the same")]
    let nothing = data.nothing().await;
    assert_eq!(nothing, Ok(()));
}

async fn a_client_gets_what_the_implementation_answers(place: Endpoint) {
    let server = Server::bind(&place).serve(router()).await.unwrap();
    calls(DataClient::new(Client::connect(&place).await.unwrap())).await;
    server.shutdown().await;
}

async fn a_clients_calls_may_come_from_other_tasks(place: Endpoint) {
    let server = Server::bind(&place).serve(router()).await.unwrap();
    let data = DataClient::new(Client::connect(&place).await.unwrap());
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let data = data.clone();
            tokio::spawn(async move { data.fetch(7).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(item(7)));
    }
    server.shutdown().await;
}

async fn a_request_of_a_service_can_be_invoked_by_itself(place: Endpoint) {
    let server = Server::bind(&place).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.invoke(DataFetchRequest { id: 7 }).await, Ok(item(7)));
    assert_eq!(client.invoke(DataPutRequest { items: vec![] }).await, Ok(2));
    server.shutdown().await;
}

everywhere! {
    a_client_gets_what_the_implementation_answers,
    a_clients_calls_may_come_from_other_tasks,
    a_request_of_a_service_can_be_invoked_by_itself,
}

#[tokio::test]
async fn a_client_calls_over_a_router_a_reference_and_an_arc() {
    watched(async {
        calls(DataClient::new(router())).await;
        calls(DataClient::new(&router())).await;
        calls(DataClient::new(Arc::new(router()))).await;
    })
    .await;
}

/// Answers every call with the same JSON, and remembers the channel.
struct Double {
    answer: serde_json::Value,
    called: Mutex<Vec<&'static str>>,
}

impl Invoke for Double {
    async fn invoke<R>(&self, _: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        self.called.lock().unwrap().push(R::CHANNEL);
        serde_json::from_value(self.answer.clone()).map_err(|_| InvokeError::Refused(Failure::new("NO", "not that")))
    }
}

#[tokio::test]
async fn a_client_calls_over_a_test_double() {
    let double = Double { answer: json!({"id": 1, "name": "one"}), called: Mutex::default() };
    let data = DataClient::new(&double);
    assert_eq!(data.fetch(5).await, Ok(Item { id: 1, name: "one".to_owned() }));
    assert_eq!(data.put(vec![]).await.unwrap_err().code(), Some("NO"));
    assert_eq!(*double.called.lock().unwrap(), ["data:fetch", "data:put"]);
}

#[tokio::test]
async fn an_instance_can_be_shared_with_its_server() {
    let store = Arc::new(store());
    let server = DataServer::from_arc(Arc::clone(&store));
    let data = DataClient::new(Router::new().state(Greeting("hi")).service(server.clone()));
    assert_eq!(data.fetch(7).await, Ok(item(7)));
    store.put(vec![item(11)]);
    assert_eq!(data.fetch(11).await, Ok(item(11)));
    assert_eq!(store.fetched.load(Ordering::Relaxed), 2);
    assert_eq!(format!("{server:?}"), "DataServer { .. }");
}

#[tokio::test]
async fn a_blocking_method_runs_on_another_thread_and_knows_its_channel() {
    let names = DataClient::new(router()).names().await.unwrap();
    assert_eq!(names[0], "data:all");
    assert_ne!(names[1], format!("{:?}", std::thread::current().id()));
}

#[tokio::test]
async fn the_trait_stays_a_trait() {
    let store = store();
    assert_eq!(store.fetch(7).await, Ok(item(7)));
    assert_eq!(store.greet(State::new(Greeting("hi")), "Ada".to_owned(), None).await, "hi <Ada>");
    assert_eq!(store.r#match(1, 2), 3);
    let future = store.fetch(8);
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(is_send(future).await, Ok(item(8)));
}

#[test]
fn a_router_without_a_methods_state_says_which_method_needs_it() {
    let error = Router::new().service(DataServer::new(store())).check().unwrap_err();
    let message = error.to_string();
    let [RouterProblem::MissingState { handler, channel, .. }] = error.problems() else { panic!("{message}") };
    assert_eq!(*channel, "data:greet");
    assert!(handler.path.ends_with("service::Data::greet"), "{handler}");
    assert!(handler.file.ends_with("tests/service.rs"), "{handler}");
    let line = include_str!("service.rs").lines().position(|line| line.contains("async fn greet")).unwrap();
    assert_eq!(handler.line as usize, line + 1);
}

#[handler("data:fetch")]
fn other() {}

#[test]
fn a_channel_of_a_service_and_of_a_function_is_a_duplicate() {
    let message = router().handle::<other>().check().unwrap_err().to_string();
    assert!(message.contains("Data::fetch") && message.contains("::other"), "{message}");
    let message = router().service(DataServer::new(store())).check().unwrap_err().to_string();
    assert_eq!(message.matches("has two handlers").count(), 6, "{message}");
}

#[test]
fn a_service_is_described_as_its_functions_would_be() {
    let description = serde_json::to_value(router().description().unwrap()).unwrap();
    let channels = &description["channels"];
    let fetch = &channels["data:fetch"];
    assert_eq!(fetch["doc"], "Fetches one item.\n\nBy its number.");
    assert_eq!(fetch["request"]["properties"]["id"]["minimum"], 1);
    assert_eq!(fetch["request"]["properties"]["id"]["description"], "The number.");
    assert_eq!(fetch["request"]["additionalProperties"], false);
    assert_eq!(fetch["request"].get("title"), None);
    assert_eq!(fetch["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(channels["data:put"]["request"], json!({"type": "array", "items": {"$ref": "#/$defs/Item"}}));
    assert_eq!(channels["data:nothing"]["deprecated"], "use `fetch`");
    assert_eq!(channels["data:greet"]["request"]["required"], json!(["name"]));
    let definitions: Vec<_> = description["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(definitions, ["Item"]);
}

#[tokio::test]
async fn parameters_of_a_method_travel_by_name_alone() {
    let (router, mut out) = (router(), Body::default());
    for body in ["[7]", r#"{"id":7,"more":1}"#, "{}"] {
        out.json.clear();
        assert!(matches!(dispatch(&router, "data:fetch", body, &mut out), Dispatch::Answered));
        assert!(out.json.starts_with(br#"{"success":false,"error":{"code":"INVALID_INPUT""#), "{body}");
    }
}

/// Tells whether it was dropped.
struct Guard(Arc<AtomicU64>);

impl FromContext for Guard {
    fn from_context(cx: &Context) -> Result<Self, Failure> {
        let dropped = State::<Arc<AtomicU64>>::from_context(cx)?;
        Ok(Self(Arc::clone(&dropped)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[service(prefix = "guard")]
trait Guarded: Send + Sync {
    #[handler]
    async fn held(&self, #[context] _guard: Guard, dropped: State<Arc<AtomicU64>>) -> u64 {
        tokio::task::yield_now().await;
        dropped.load(Ordering::SeqCst)
    }
}

struct Holder<T>(T);

impl<T: Send + Sync + 'static> Guarded for Holder<T> {}

#[tokio::test]
async fn what_a_default_body_does_not_use_lives_as_long_as_its_future() {
    let dropped = Arc::new(AtomicU64::new(0));
    let router = Router::new().state(Arc::clone(&dropped)).service(GuardedServer::new(Holder("generic")));
    assert_eq!(GuardedClient::new(router).held().await, Ok(0));
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// Waits for ever, and tells when it was dropped.
struct Waiting(Arc<AtomicU64>);

#[service(prefix = "wait")]
trait Wait {
    #[handler]
    async fn forever(&self);
}

struct Dropped(Arc<AtomicU64>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wait for Waiting {
    async fn forever(&self) {
        let _dropped = Dropped(Arc::clone(&self.0));
        self.0.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[tokio::test]
async fn dropping_a_clients_call_drops_the_methods_future() {
    watched(async {
        let count = Arc::new(AtomicU64::new(0));
        let place = memory::endpoint();
        let router = Router::new().service(WaitServer::new(Waiting(Arc::clone(&count))));
        let server = Server::bind(&place).serve(router).await.unwrap();
        let wait = WaitClient::new(Client::connect(&place).await.unwrap());
        tokio::select! {
            biased;
            _ = wait.forever() => panic!("it waits for ever"),
            () = support::until(|| count.load(Ordering::SeqCst) == 1) => {}
        }
        support::until(|| count.load(Ordering::SeqCst) == 2).await;
        server.shutdown().await;
    })
    .await;
}
