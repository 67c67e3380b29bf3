//! Panics in the code of the application, as its callers see them.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use support::everywhere;
use support::gate::{Gate, echo, router};
use support::panics::{boom, when_dropped, with_panics};

/// A request that the client cannot write.
#[derive(Debug, Deserialize, JsonSchema)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        boom()
    }
}

#[handler("panic:request")]
fn ask(value: Unwritable) {
    let Unwritable = value;
}

#[handler("panic:soon")]
async fn soon(polls: usize) {
    for _ in 0..polls {
        tokio::task::yield_now().await;
    }
    boom();
}

async fn serve(place: &Endpoint, gate: &Gate) -> (Server, Client) {
    let server = Server::bind(place).serve(with_panics(router(gate)).handle::<soon>()).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

async fn lives_on(client: &Client) {
    assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
}

async fn a_handler_that_panics_answers_internal_and_harms_nobody_else(place: Endpoint) {
    let (server, client) = serve(&place, &Gate::new()).await;
    for polls in 0..5 {
        let (panicked, beside) =
            tokio::join!(client.invoke(soon { polls }), client.invoke(echo { text: "beside".to_owned() }));
        let Err(InvokeError::Refused(failure)) = panicked else { panic!("it was answered") };
        assert_eq!(failure.code(), "INTERNAL");
        assert!(!failure.message().contains("boom"), "{failure}");
        assert_eq!(beside.unwrap(), "beside");
    }
    assert_eq!(server.connections(), 1);
}

async fn a_handler_that_panics_when_it_is_cancelled_harms_nobody(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    for _ in 0..5 {
        tokio::select! {
            _ = client.invoke(when_dropped {}) => panic!("it never answers"),
            () = gate.entered(1) => {}
        }
        lives_on(&client).await;
    }
}

async fn a_shutdown_survives_handlers_that_panic_when_they_are_dropped(place: Endpoint) {
    let gate = Gate::new();
    let (server, client) = serve(&place, &gate).await;
    let ending = async {
        gate.entered(1).await;
        drop(server);
    };
    let (answer, ()) = tokio::join!(client.invoke(when_dropped {}), ending);
    assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
}

async fn a_request_that_panics_while_it_is_written_harms_its_caller_alone(place: Endpoint) {
    let (_server, client) = serve(&place, &Gate::new()).await;
    for _ in 0..3 {
        let caller = client.clone();
        let asked = tokio::spawn(async move { caller.invoke(ask { value: Unwritable }).await });
        assert!(asked.await.unwrap_err().is_panic());
        lives_on(&client).await;
    }
}

async fn a_panic_in_process_comes_to_the_same_as_one_outside(place: Endpoint) {
    let (_server, client) = serve(&place, &Gate::new()).await;
    let router = Router::new().handle::<soon>();
    for polls in 0..3 {
        let [here, outside] =
            [router.invoke(soon { polls }).await, client.invoke(soon { polls }).await].map(|answer| {
                let Err(InvokeError::Refused(failure)) = answer else { panic!("it was answered") };
                assert!(failure.correlation().is_some(), "{failure}");
                (failure.code().to_owned(), failure.message().to_owned())
            });
        assert_eq!(here, outside);
    }
}

everywhere! {
    a_handler_that_panics_answers_internal_and_harms_nobody_else,
    a_handler_that_panics_when_it_is_cancelled_harms_nobody,
    a_shutdown_survives_handlers_that_panic_when_they_are_dropped,
    a_request_that_panics_while_it_is_written_harms_its_caller_alone,
    a_panic_in_process_comes_to_the_same_as_one_outside,
}
