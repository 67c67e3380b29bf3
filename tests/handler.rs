//! What `#[handler]` makes of a function, seen through a router.
#![deny(warnings)]

use std::convert::Infallible;

use ipc_bridge::prelude::*;
use serde::{Deserialize, Serialize};

/// A greeter.
struct Greeting(String);

/// Greets someone.
#[handler("hello:greet")]
async fn greet(greeting: State<Greeting>, name: String, times: Option<u8>) -> Result<String, Infallible> {
    Ok(vec![format!("{} {name}", greeting.0); usize::from(times.unwrap_or(1))].join(", "))
}

#[handler("math:add")]
fn add(left: i64, mut right: i64) -> i64 {
    right += left;
    right
}

#[handler("math:sum", blocking)]
fn sum(#[payload] numbers: Vec<i64>) -> i64 {
    numbers.iter().sum()
}

#[handler("math:nothing")]
fn nothing() {}

#[derive(Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
struct Raw {
    r#type: String,
}

#[handler("raw:match")]
async fn r#match(r#type: String, cx: Context) -> Raw {
    Raw { r#type: format!("{}/{}", cx.channel(), r#type) }
}

fn router() -> Router {
    let router = Router::new().state(Greeting("hello".to_owned()));
    router.handle::<greet>().handle::<add>().handle::<sum>().handle::<nothing>().handle::<r#match>()
}

#[tokio::test]
async fn an_async_handler_gets_its_state_and_its_payload() {
    let router = router();
    router.check().unwrap();
    let answer = router.invoke(greet { name: "Ada".to_owned(), times: Some(2) }).await;
    assert_eq!(answer, Ok("hello Ada, hello Ada".to_owned()));
}

#[tokio::test]
async fn plain_functions_answer_too() {
    assert_eq!(router().invoke(add { left: 3, right: 4 }).await, Ok(7));
    assert_eq!(router().invoke(sum { numbers: vec![1, 2, 3] }).await, Ok(6));
    assert_eq!(router().invoke(nothing {}).await, Ok(()));
}
