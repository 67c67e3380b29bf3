//! The router: what is wrong with one, and what it answers whatever its handlers do.
#![allow(clippy::panic, reason = "what a handler does must not matter")]
#![allow(non_camel_case_types, reason = "requests are named as the functions they stand beside")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;

use ipc_core::__private::{self, Answer};
use ipc_core::{
    Body, Context, Dispatch, Failure, FromContext, Handler, HandlerDoc, HandlerItem, Inbound, InvokeError, Issues,
    Once, Peer, Request, Requirements, Router, RouterProblem, State, code,
};
use serde_json::{Value, json};

/// A handler without a payload: `handler!("test:name" name -> Response, |context| answer; State<Needed>)`.
macro_rules! handler {
    ($channel:literal $name:ident -> $response:ty, |$cx:ident| $answer:expr $(; $needed:ty)?) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        struct $name {}

        impl Request for $name {
            const CHANNEL: &'static str = $channel;
            type Response = $response;
            type Error = Infallible;
        }

        impl Handler for $name {
            const ITEM: HandlerItem =
                HandlerItem::new(concat!(module_path!(), "::", stringify!($name)), "router.rs", 7);
            const DOC: HandlerDoc = HandlerDoc::new("", None);
            type Output = Once<Self>;

            fn requirements(_needs: &mut Requirements) {
                $(<$needed as FromContext>::requirements(_needs);)?
            }

            fn validate(&self, _: &mut Issues) {}

            fn call(self, (): &(), $cx: &Context) -> Result<impl Answer<Self::Output> + use<>, Failure> {
                Ok($answer)
            }
        }
    };
}

handler!("test:state" stated -> String, |cx| {
    let state = State::<String>::from_context(cx)?;
    __private::now(Ok(state.to_string()))
}; State<String>);
handler!("test:first" first -> u8, |_cx| __private::now(Ok(1)));
handler!("test:first" second -> u8, |_cx| __private::now(Ok(2)));
handler!("Test" misnamed -> u8, |_cx| __private::now(Ok(3)));
handler!("test:panics" panics -> u8, |_cx| {
    if true {
        panic!("out of {}", "luck");
    }
    __private::now(Ok(4))
});
handler!("test:panics-later" panics_later -> u8, |_cx| __private::later(async {
    tokio::task::yield_now().await;
    panic!("out of luck");
}));
handler!("test:unwritable" unwritable -> HashMap<Key, u8>, |_cx| __private::now(Ok(HashMap::from([(Key([1]), 5)]))));

/// A key that no JSON object can have.
#[derive(PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Key([u8; 1]);

/// What `router` answers to an empty payload, behind two bytes that stood in the buffer before.
async fn answer(router: &Router, channel: &str) -> Value {
    let mut out = Body::default();
    out.json.extend_from_slice(b"..");
    let mut cx = router.context(Peer::unknown());
    let request = Inbound {
        channel: channel.as_bytes(),
        json: b"{}",
        attachments: Vec::new(),
        deadline: None,
        incoming: &mut || unreachable!("no handler takes a stream"),
    };
    if let Dispatch::Pending(mut call) = router.dispatch(request, &mut cx, &mut out) {
        poll_fn(|cx| call.poll(cx, &mut out)).await;
    }
    let response = out.json.strip_prefix(b"..").expect("what stood there before");
    serde_json::from_slice(response).expect("one response and nothing else")
}

fn internal() -> Value {
    json!({
        "success": false,
        "error": {"code": code::INTERNAL, "message": "the server failed to answer this call"},
    })
}

#[test]
fn a_missing_state_is_named_with_its_handler() {
    let error = Router::new().handle::<stated>().check().expect_err("a missing state");
    assert_eq!(
        error.to_string(),
        "the router cannot be served: the handler `router::stated` (router.rs:7) of `test:state` takes \
         `State<alloc::string::String>`, which the router does not hold: add it with `.state(…)`"
    );
    Router::new().state("lent".to_owned()).handle::<stated>().check().expect("a router without problems");
}

#[test]
fn two_handlers_of_one_channel_are_both_named() {
    let error = Router::new().handle::<first>().handle::<second>().check().expect_err("a duplicate channel");
    let said = error.to_string();
    assert!(
        said.contains("`test:first` has two handlers, `router::first` (router.rs:7) and `router::second`"),
        "{said}"
    );
}

#[test]
fn everything_that_is_wrong_with_a_router_is_told_at_once() {
    let router = Router::new().state(1_u8).state(2_u8).handle::<stated>().handle::<misnamed>().handle::<first>();
    let error = router.handle::<second>().check().expect_err("four problems");
    let count = |is: fn(&RouterProblem) -> bool| error.problems().iter().filter(|problem| is(problem)).count();
    assert_eq!(error.problems().len(), 4, "{error}");
    assert_eq!(count(|problem| matches!(problem, RouterProblem::DuplicateState { state: "u8" })), 1);
    assert_eq!(count(|problem| matches!(problem, RouterProblem::MissingState { .. })), 1);
    assert_eq!(count(|problem| matches!(problem, RouterProblem::DuplicateChannel { .. })), 1);
    assert_eq!(count(|problem| matches!(problem, RouterProblem::ChannelName { .. })), 1);
}

#[tokio::test]
async fn a_handler_gets_the_state_that_the_router_holds() {
    let router = Router::new().state("lent".to_owned()).handle::<stated>();
    assert_eq!(router.invoke(stated {}).await, Ok("lent".to_owned()));
}

#[tokio::test]
async fn a_handler_that_panics_answers_internal_and_nothing_else() {
    let router = Router::new().handle::<panics>().handle::<panics_later>().handle::<first>();
    assert_eq!(answer(&router, "test:panics").await, internal());
    assert_eq!(answer(&router, "test:panics-later").await, internal());
    assert_eq!(answer(&router, "test:first").await, json!({"success": true, "data": 1}));
}

#[tokio::test]
async fn a_response_that_is_no_json_answers_internal_and_nothing_else() {
    let router = Router::new().handle::<unwritable>();
    assert_eq!(answer(&router, "test:unwritable").await, internal());
}

#[tokio::test]
async fn a_channel_without_a_handler_is_named() {
    let router = Router::new();
    assert_eq!(
        answer(&router, "test:first").await,
        json!({
            "success": false,
            "error": {"code": code::UNKNOWN_CHANNEL, "message": "no handler has the channel `test:first`"},
        })
    );
    let error = router.invoke(first {}).await.expect_err("no handler");
    assert!(matches!(error, InvokeError::Refused(failure) if failure.code() == code::UNKNOWN_CHANNEL));
}
