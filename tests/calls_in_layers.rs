//! What becomes of a call in its layers: when it is dropped, late, broken, or not let in yet.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ipc_bridge::layer::{self, CallRequest, CallResponse, Next};
use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Failure};
use tower::ServiceBuilder;
use tower::timeout::error::Elapsed;

use support::gate::{Gate, pass, router};
use support::layers::{Log, Person, all, ann, failure, find, import, people, serve};
use support::{everywhere, process_log};

async fn what_goes_beside_a_request_passes_with_it(place: Endpoint) {
    let slow = layer::raw(async |request: CallRequest, next: Next| {
        tokio::task::yield_now().await;
        Ok(next.run(request).await)
    });
    let (_server, client) = serve(&place, people().layer(slow)).await;
    let person = Person { name: "ann".to_owned(), salary: None };
    assert_eq!(client.invoke(import { people: vec![person; 3].into_iter().collect() }).await.unwrap(), 3);
}

async fn a_dropped_call_drops_its_layers_and_the_handler_behind_them(place: Endpoint) {
    let (before, within) = (Gate::new(), Gate::new());
    let gate = before.clone();
    let waiting = layer::raw(move |request: CallRequest, next: Next| {
        let gate = gate.clone();
        async move {
            gate.pass().await;
            Ok(next.run(request).await)
        }
    });
    let (_server, client) = serve(&place, router(&within).layer(waiting)).await;
    tokio::select! {
        _ = client.invoke(pass { id: 1 }) => panic!("the layer waits"),
        () = before.entered(1) => {}
    }
    before.dropped(1).await;
    before.open(1);
    tokio::select! {
        _ = client.invoke(pass { id: 2 }) => panic!("the handler waits"),
        () = within.entered(1) => {}
    }
    within.dropped(1).await;
    before.open(2);
    within.open(1);
    assert_eq!(client.invoke(pass { id: 3 }).await.unwrap(), 3);
}

async fn a_layer_of_towers_limits_the_calls_of_all_connections(place: Endpoint) {
    let gate = Gate::new();
    // One limit for all handlers: `ConcurrencyLimitLayer` makes one for each.
    let limit = tower::limit::GlobalConcurrencyLimitLayer::new(1);
    let (_server, one) = serve(&place, router(&gate).layer(limit).handle::<find>()).await;
    let other = Client::connect(&place).await.unwrap();
    let first = async { one.invoke(pass { id: 1 }).await.unwrap() };
    let second = async {
        gate.entered(1).await;
        let mut call = std::pin::pin!(other.invoke(pass { id: 2 }));
        // What is asked for behind it, and has no layers, is answered when the server has seen it.
        tokio::select! {
            biased;
            _ = &mut call => panic!("the first call is not done"),
            person = other.invoke(ann()) => assert_eq!(person.unwrap().name, "ann"),
        }
        tokio::select! {
            biased;
            () = gate.entered(1) => panic!("two calls are at the gate"),
            () = std::future::ready(()) => {}
        }
        gate.open(2);
        call.await.unwrap()
    };
    assert_eq!(tokio::join!(first, second), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_handlers_and_layers() {
    let (gate, log) = (Gate::new(), Log::default());
    let lazy = layer::raw(async |request: CallRequest, next: Next| {
        assert!(request.deadline().is_some());
        if request.payload().json() == br#"{"id":7}"# {
            std::future::pending::<()>().await;
        }
        Ok(next.run(request).await)
    });
    let place = support::At::Memory.place();
    let (_server, client) = serve(&place, router(&gate).layer(log.layer("log")).layer(lazy)).await;
    let client = client.timeout(Duration::from_secs(5));
    assert_eq!(failure(client.invoke(pass { id: 1 }).await).code(), "TIMEOUT");
    gate.dropped(1).await;
    assert_eq!(failure(client.invoke(pass { id: 7 }).await).code(), "TIMEOUT");
    assert_eq!(log.take()[0], "log > gate:pass");
}

#[handler("slow:wait", timeout = "1s")]
async fn wait() {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_layer_learns_that_the_handler_was_too_slow() {
    let log = Log::default();
    let router = Router::new().handle_with::<wait, _>(log.layer("log"));
    assert_eq!(failure(router.invoke(wait {}).await).code(), "TIMEOUT");
    assert_eq!(log.take(), ["log > slow:wait", "log < TIMEOUT"]);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_of_towers_is_told_as_the_application_says() {
    process_log::keep();
    let gate = Gate::new();
    let limit = || ServiceBuilder::new().timeout(Duration::from_secs(1));
    let told = ServiceBuilder::new().map_err(|error: tower::BoxError| match error.downcast::<Elapsed>() {
        Ok(_) => Failure::new("TIMEOUT", "a second must do"),
        Err(other) => Failure::internal(other),
    });
    let told = router(&gate).layer(told.timeout(Duration::from_secs(1)));
    assert_eq!(failure(told.invoke(pass { id: 1 }).await).message(), "a second must do");
    // What nobody translates, the client does not learn.
    let untold = failure(router(&gate).layer(limit()).invoke(pass { id: 1 }).await);
    let line = process_log::lines(|line| line.field("correlation") == untold.correlation().unwrap()).pop().unwrap();
    assert_eq!((line.field("channel"), line.field("cause")), ("gate:pass", "request timed out"));
}

async fn a_layer_that_panics_answers_internal(place: Endpoint) {
    process_log::keep();
    let panicking = layer::raw(|request: CallRequest, next: Next| {
        assert!(request.payload().json() != br#"{"name":"at once"}"#, "swordfish");
        async move {
            assert!(request.payload().json() != br#"{"name":"polled"}"#, "swordfish");
            tokio::task::yield_now().await;
            assert!(request.payload().json() != br#"{"name":"later"}"#, "swordfish");
            Ok(next.run(request).await.each_item(|_| panic!("swordfish")))
        }
    });
    let (_server, client) = serve(&place, people().layer(Log::default().layer("outer")).layer(panicking)).await;
    let is_internal = |failure: &Failure| {
        assert_eq!((failure.code(), failure.message()), ("INTERNAL", "an internal error occurred"));
        let id = failure.correlation().unwrap();
        let line = process_log::lines(|line| line.field("correlation") == id).pop().unwrap();
        assert!(line.field("cause").contains("swordfish"), "{line:?}");
    };
    for name in ["at once", "polled", "later"] {
        is_internal(&failure(client.invoke(find { name: name.to_owned() }).await));
    }
    let mut stream = client.stream(all { count: 1 }).await.unwrap();
    is_internal(&failure(stream.next().await.unwrap()));
    assert_eq!(client.invoke(ann()).await.unwrap().name, "ann");
}

#[handler("job:run", detached)]
async fn job(gate: State<Gate>, cx: Context) {
    let _leaving = gate.told_when_dropped();
    gate.enter();
    cx.cancelled().await;
    gate.enter();
}

async fn a_detached_handler_behind_a_layer_runs_to_its_end(place: Endpoint) {
    let (gate, log) = (Gate::new(), Log::default());
    let router = Router::new().state(gate.clone()).handle_with::<job, _>(log.layer("log"));
    let (_server, client) = serve(&place, router).await;
    tokio::select! {
        _ = client.invoke(job {}) => panic!("it waits for the end of the call"),
        () = gate.entered(1) => {}
    }
    gate.entered(1).await;
    gate.dropped(1).await;
    assert_eq!(log.take(), ["log > job:run"], "nobody waited for the response");
}

#[tokio::test]
async fn a_service_is_asked_whether_it_is_ready_before_each_call() {
    /// Ready every other time that it is asked.
    #[derive(Clone)]
    struct Reluctant(Next, Arc<AtomicU32>, bool);

    impl tower_service::Service<CallRequest> for Reluctant {
        type Response = CallResponse;
        type Error = std::convert::Infallible;
        type Future = layer::NextFuture;

        fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
            if self.1.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                cx.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            self.2 = true;
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: CallRequest) -> Self::Future {
            assert!(std::mem::take(&mut self.2), "it is called when it is ready, and not otherwise");
            self.0.call(request)
        }
    }

    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    let reluctant = tower_layer::layer_fn(move |next: Next| Reluctant(next, Arc::clone(&counter), false));
    let router = people().layer(reluctant);
    for calls in 1..4 {
        assert_eq!(router.invoke(ann()).await.unwrap().name, "ann");
        assert_eq!(asked.load(Ordering::SeqCst), calls * 2);
    }
}

everywhere! {
    what_goes_beside_a_request_passes_with_it,
    a_dropped_call_drops_its_layers_and_the_handler_behind_them,
    a_layer_of_towers_limits_the_calls_of_all_connections,
    a_layer_that_panics_answers_internal,
    a_detached_handler_behind_a_layer_runs_to_its_end,
}
