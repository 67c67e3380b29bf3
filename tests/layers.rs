//! Layers around handlers, services and routers: what they see, what they change, and what they keep out.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::layer::{self, CallLayer, CallRequest, CallResponse, Next, TypedNext};
use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Failure};
use ipc_core::{Body, Dispatch};
use serde_json::{Value, json};

use support::gate::{echo, pass};
use support::layers::{FindError, Hired, Log, Person, all, ann, failure, find, people, serve};
use support::{dispatch, everywhere};

#[service(prefix = "math")]
trait Math {
    #[handler]
    async fn add(&self, left: i64, right: i64) -> i64;
}

struct Abacus;

impl Math for Abacus {
    async fn add(&self, left: i64, right: i64) -> i64 {
        left + right
    }
}

async fn the_layer_that_was_added_last_is_the_first_to_see_a_request(place: Endpoint) {
    let log = Log::default();
    let router = people().layer(log.layer("inner")).layer(log.layer("outer")).handle::<echo>();
    let (_server, client) = serve(&place, router).await;
    assert_eq!(client.invoke(ann()).await.unwrap().salary, Some(1000));
    assert_eq!(log.take(), ["outer > people:find", "inner > people:find", "inner < ok", "outer < ok"]);
    let refused = client.invoke(find { name: "a".to_owned() }).await;
    assert_eq!(failure(refused).code(), "INVALID_INPUT");
    assert_eq!(log.take()[2..], ["inner < INVALID_INPUT", "outer < INVALID_INPUT"]);
    client.invoke(echo { text: "hello".to_owned() }).await.unwrap();
    assert!(log.take().is_empty(), "it was added behind the layers");
}

async fn a_layer_holds_for_one_service_or_for_one_handler(place: Endpoint) {
    let log = Log::default();
    let router = Router::new()
        .handle::<echo>()
        .service(MathServer::new(Abacus).layer(log.layer("inner")).layer(log.layer("service")))
        .handle_with::<find, _>(log.layer("handler"));
    let (_server, client) = serve(&place, router).await;
    client.invoke(echo { text: String::new() }).await.unwrap();
    assert!(log.take().is_empty());
    assert_eq!(MathClient::new(&client).add(1, 2).await.unwrap(), 3);
    assert_eq!(log.take(), ["service > math:add", "inner > math:add", "inner < ok", "service < ok"]);
    client.invoke(ann()).await.unwrap();
    assert_eq!(log.take(), ["handler > people:find", "handler < ok"]);
}

/// Trims all texts of a request, and leaves out what the handler does not take.
fn sanitising() -> impl CallLayer {
    layer::raw(async |mut request: CallRequest, next: Next| {
        if let Ok(Value::Object(mut payload)) = request.payload().read::<Value>() {
            payload.remove("extra");
            for value in payload.values_mut() {
                if let Value::String(text) = value {
                    *text = text.trim().to_owned();
                }
            }
            request.payload_mut().set_json(Value::Object(payload).to_string().into_bytes());
        }
        Ok(next.run(request).await)
    })
}

async fn what_a_layer_makes_of_a_request_is_what_is_validated(place: Endpoint) {
    let (_server, client) = serve(&place, people().layer(sanitising())).await;
    assert_eq!(client.invoke(find { name: "  ann ".to_owned() }).await.unwrap().name, "ann");
    let refused = failure(client.invoke(find { name: " a   ".to_owned() }).await);
    assert_eq!(refused.code(), "INVALID_INPUT");
    assert!(refused.message().contains("name: length is lower than 2"), "{refused}");
}

#[test]
fn a_layered_handler_that_need_not_wait_is_answered_in_place() {
    let router = people().layer(sanitising()).layer(Log::default().layer("outer"));
    let mut out = Body::default();
    let payload = r#"{"name":" ann","extra":[1]}"#;
    assert!(matches!(dispatch(&router, "people:find", payload, &mut out), Dispatch::Answered));
    let expected = r#"{"success":true,"data":{"name":"ann","salary":1000}}"#;
    assert_eq!(String::from_utf8(out.json).unwrap(), expected);
}

#[test]
fn a_layered_handler_answers_behind_what_stands_there_already() {
    let router = people().layer(sanitising());
    let mut out = Body { json: b"before".to_vec(), ..Body::default() };
    assert!(matches!(dispatch(&router, "people:find", r#"{"name":"ann"}"#, &mut out), Dispatch::Answered));
    assert!(out.json.starts_with(br#"before{"success":true"#));
}

/// Tells the salary to nobody but this process, whose connection is none.
fn discreet() -> impl CallLayer {
    layer::raw(async |request: CallRequest, next: Next| {
        let may_know = request.peer().connection().is_none();
        let mut response = next.run(request).await;
        let hide = |person: &mut Value| person["salary"] = Value::Null;
        if !may_know && let Some(Ok(mut person)) = response.read_data::<Value>() {
            hide(&mut person);
            response.set_data_json(person.to_string().as_bytes());
        }
        Ok(response.each_item(move |item| {
            let Ok(mut person) = item.read::<Value>() else { return Ok(false) };
            if !may_know {
                hide(&mut person);
            }
            item.write(&person).map_err(Failure::internal)?;
            Ok(person["name"] != "person 1")
        }))
    })
}

async fn a_response_is_filtered_by_who_asks(place: Endpoint) {
    let (server, client) = serve(&place, people().layer(discreet())).await;
    assert_eq!(client.invoke(ann()).await.unwrap().salary, None);
    assert_eq!(server.router().invoke(ann()).await.unwrap().salary, Some(1000));
    let unknown = client.invoke(find { name: "nobody".to_owned() }).await.unwrap_err();
    assert_eq!(unknown, InvokeError::Handler(FindError::Unknown { name: "nobody".to_owned() }));
}

async fn the_items_of_a_stream_are_filtered_one_by_one(place: Endpoint) {
    let (_server, client) = serve(&place, people().layer(discreet())).await;
    let mut stream = client.stream(all { count: 4 }).await.unwrap();
    let mut names = Vec::new();
    while let Some(person) = stream.next().await {
        let person = person.unwrap();
        assert_eq!(person.salary, None);
        names.push(person.name);
    }
    assert_eq!(names, ["person 0", "person 2", "person 3"]);
}

async fn a_stream_of_which_nothing_is_let_through_ends_well(place: Endpoint) {
    let nothing =
        layer::raw(async |request: CallRequest, next: Next| Ok(next.run(request).await.each_item(|_| Ok(false))));
    let (_server, client) = serve(&place, people().layer(nothing)).await;
    assert_eq!(client.stream(all { count: 1000 }).await.unwrap().next().await, None);
}

async fn a_layer_ends_a_stream_or_opens_none(place: Endpoint) {
    let strict = layer::raw(async |request: CallRequest, next: Next| {
        if request.payload().json() == br#"{"count":0}"# {
            return Err(Failure::new("NOTHING", "nothing was asked for"));
        }
        tokio::task::yield_now().await;
        let response = next.run(request).await;
        assert!(response.is_stream() && !response.is_success() && response.code().is_none());
        let mut count = 0;
        Ok(response.each_item(move |_| {
            count += 1;
            if count > 2 { Err(Failure::new("ENOUGH", "two must do")) } else { Ok(true) }
        }))
    });
    let (_server, client) = serve(&place, people().layer(strict)).await;
    let mut none = client.stream(all { count: 0 }).await.unwrap();
    assert_eq!(failure(none.next().await.unwrap()).code(), "NOTHING");
    let mut two = client.stream(all { count: 9 }).await.unwrap();
    for _ in 0..2 {
        two.next().await.unwrap().unwrap();
    }
    assert_eq!(failure(two.next().await.unwrap()).code(), "ENOUGH");
    assert_eq!(two.next().await, None);
}

async fn a_layer_answers_without_the_handler(place: Endpoint) {
    let log = Log::default();
    let answering = layer::raw(async |request: CallRequest, next: Next| match request.payload().json() {
        br#"{"name":"cached"}"# => {
            CallResponse::success(&json!({"name": "from the cache", "salary": null})).map_err(Failure::internal)
        }
        br#"{"name":"refused"}"# => Ok(request.refuse(&Failure::new("NOT_TODAY", "come back tomorrow"))),
        _ => Ok(next.run(request).await),
    });
    let router = people().layer(log.layer("handler")).layer(answering);
    let (_server, client) = serve(&place, router).await;
    let ask = |name: &str| client.invoke(find { name: name.to_owned() });
    assert_eq!(ask("cached").await.unwrap().name, "from the cache");
    assert_eq!(failure(ask("refused").await).code(), "NOT_TODAY");
    assert!(log.take().is_empty());
    assert_eq!(ask("ann").await.unwrap().name, "ann");
}

async fn what_a_peer_publishes_passes_the_layers(place: Endpoint) {
    let log = Log::default();
    let polite = layer::raw(async |mut request: CallRequest, next: Next| {
        let Ok(mut hired) = request.payload().read::<Hired>() else { return Ok(next.run(request).await) };
        if hired.name.is_empty() {
            return Err(Failure::new("NAMELESS", "nobody without a name is hired"));
        }
        hired.name.make_ascii_uppercase();
        request.payload_mut().write(&hired).map_err(Failure::internal)?;
        Ok(next.run(request).await)
    });
    let (_server, client) = serve(&place, people().layer(log.layer("log")).layer(polite)).await;
    let mut hired = client.subscribe::<Hired>().await.unwrap();
    let refused = client.publish(&Hired { name: String::new() }).await;
    assert_eq!(failure(refused).code(), "NAMELESS");
    client.publish(&Hired { name: "ann".to_owned() }).await.unwrap();
    assert_eq!(hired.next().await.unwrap().unwrap().name, "ANN");
    assert_eq!(log.take(), ["log > people:hired", "log < ok"]);
}

/// Trims the name, refuses one, and hides a salary.
fn of_find() -> impl CallLayer {
    layer::typed(async |mut request: find, next: TypedNext<find>| {
        assert_eq!(next.call().channel(), "people:find");
        request.name = request.name.trim().to_owned();
        if request.name == "ghost" {
            return Err(InvokeError::Handler(FindError::Unknown { name: "a ghost".to_owned() }));
        }
        match next.run(request).await {
            Ok(person) => Ok(Person { salary: None, ..person }),
            Err(InvokeError::Handler(FindError::Unknown { name })) => {
                Err(InvokeError::Handler(FindError::Unknown { name: name.to_uppercase() }))
            }
            Err(other) => Err(other),
        }
    })
}

async fn a_typed_layer_sees_request_and_response_as_what_they_are(place: Endpoint) {
    let (_server, client) = serve(&place, people().handle::<echo>().layer(of_find())).await;
    let ask = |name: &str| client.invoke(find { name: name.to_owned() });
    assert_eq!(ask(" ann ").await.unwrap(), Person { name: "ann".to_owned(), salary: None });
    let unknown = |name: &str| InvokeError::Handler(FindError::Unknown { name: name.to_owned() });
    assert_eq!(ask("ghost").await.unwrap_err(), unknown("a ghost"));
    assert_eq!(ask("nobody").await.unwrap_err(), unknown("NOBODY"));
    assert_eq!(failure(ask(" a ").await).code(), "INVALID_INPUT");
    assert_eq!(client.invoke(echo { text: " x ".to_owned() }).await.unwrap(), " x ");
}

#[test]
fn a_payload_that_a_typed_layer_cannot_read_is_refused_by_the_handler() {
    let router = people().layer(of_find());
    let answer = |payload: &str| {
        let mut out = Body::default();
        assert!(matches!(dispatch(&router, "people:find", payload, &mut out), Dispatch::Answered));
        serde_json::from_slice::<Value>(&out.json).unwrap()["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(answer(r#"{"nam":"ann"}"#).contains("unknown field `nam`"), "{}", answer(r#"{"nam":"ann"}"#));
    assert!(answer(r#"["ann"]"#).contains("by name, in an object"), "{}", answer(r#"["ann"]"#));
}

#[test]
fn what_is_wrong_with_a_router_is_wrong_with_its_layers_too() {
    let log = Log::default();
    let router = Router::new().handle_with::<pass, _>(log.layer("a")).handle_with::<pass, _>(log.layer("b"));
    let problems: Vec<_> = router.check().unwrap_err().problems().iter().map(ToString::to_string).collect();
    assert!(problems.iter().any(|problem| problem.contains("two handlers")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.contains("State<")), "{problems:?}");
    let plain = people().description().unwrap();
    assert_eq!(people().layer(log.layer("a")).description().unwrap(), plain);
}

everywhere! {
    the_layer_that_was_added_last_is_the_first_to_see_a_request,
    a_layer_holds_for_one_service_or_for_one_handler,
    what_a_layer_makes_of_a_request_is_what_is_validated,
    a_response_is_filtered_by_who_asks,
    the_items_of_a_stream_are_filtered_one_by_one,
    a_stream_of_which_nothing_is_let_through_ends_well,
    a_layer_ends_a_stream_or_opens_none,
    a_layer_answers_without_the_handler,
    what_a_peer_publishes_passes_the_layers,
    a_typed_layer_sees_request_and_response_as_what_they_are,
}
