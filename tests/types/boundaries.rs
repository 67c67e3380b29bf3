//! What does not travel, and how each fails: with an error that says so, unless the guide says otherwise.

use std::collections::BTreeMap;

use ipc_bridge::Handler;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::case::Raw;
use crate::support::{At, run_at};

/// What a request becomes on its way through a socket, and back.
async fn sent<R>(request: R) -> Result<R::Response, InvokeError<R::Error>>
where
    R: Handler + Request<Response: DeserializeOwned> + Serialize,
{
    let mut answer = None;
    run_at(At::Local, async |place| {
        let _server = Server::bind(&place).serve(Router::new().handle::<R>()).await.unwrap();
        answer = Some(Client::connect(&place).await.unwrap().invoke(request).await);
    })
    .await;
    answer.unwrap()
}

/// Sends JSON as it stands here to the handler of `R`, whose answer is read as the JSON that it is.
async fn sent_raw<R: Handler + Request>(json: &str) -> Result<String, InvokeError> {
    let mut answer = None;
    run_at(At::Local, async |place| {
        let _server = Server::bind(&place).serve(Router::new().handle::<R>()).await.unwrap();
        answer = Some(Client::connect(&place).await.unwrap().invoke(Raw::<R>::new(json)).await);
    })
    .await;
    answer.unwrap().map(|answer| answer.get().to_owned())
}

/// The path and the message of the one issue for which a request is refused.
fn issue<T, E>(answer: Result<T, InvokeError<E>>) -> (String, String) {
    let Err(InvokeError::Refused(failure)) = answer else { panic!("the handler takes it") };
    assert_eq!(failure.code(), "INVALID_INPUT");
    let issues = failure.details().unwrap()["issues"].as_array().unwrap().clone();
    let [issue] = issues.as_slice() else { panic!("one issue: {issues:?}") };
    let text = |key: &str| issue[key].as_str().unwrap().to_owned();
    (text("path"), text("message"))
}

fn said(path: &str, message: &str) -> (String, String) {
    (path.to_owned(), message.to_owned())
}

#[handler("float:one")]
fn one_float(value: f64) -> f64 {
    value
}

#[handler("float:some")]
fn some_floats(#[payload] values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    values
}

#[handler("float:divide")]
fn divide(by: f64) -> f64 {
    1.0 / by
}

#[tokio::test]
async fn a_float_that_is_no_number_is_refused_as_the_null_that_it_is_written_as() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = sent(one_float { value }).await;
        assert_eq!(issue(refused), said("value", "invalid type: null, expected f64"));
        let Err(InvokeError::Decode { channel, reason }) = sent(divide { by: 0.0 }).await else {
            panic!("an infinity came back")
        };
        assert_eq!(channel, "float:divide");
        assert!(reason.contains("invalid type: null, expected f64"), "{reason}");
        // An option has a meaning for null, and nobody can tell that it was another.
        assert_eq!(sent(some_floats { values: vec![Some(value), Some(0.5)] }).await, Ok(vec![None, Some(0.5)]));
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Wide {
    number: u128,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Flattened {
    #[serde(flatten)]
    wide: Wide,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum TaggedInside {
    Wide { number: i128 },
    Plain { number: i64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum TaggedBeside {
    Wide(u128),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Wide(u128),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum WideOrReal {
    Wide(u128),
    Real(f64),
}

#[handler("wide:flattened")]
fn flattened(#[payload] value: Flattened) -> Flattened {
    value
}

#[handler("wide:inside")]
fn inside(value: TaggedInside) -> TaggedInside {
    value
}

#[handler("wide:beside")]
fn beside(#[payload] value: TaggedBeside) -> TaggedBeside {
    value
}

#[handler("wide:untagged")]
fn untagged(value: Untagged) -> Untagged {
    value
}

#[handler("wide:real")]
fn real(#[payload] value: WideOrReal) -> WideOrReal {
    value
}

#[tokio::test]
async fn an_integer_of_128_bits_is_refused_where_serde_holds_back_what_it_reads() {
    for number in [7, u128::MAX] {
        let refused = sent(flattened { value: Flattened { wide: Wide { number } } }).await;
        assert_eq!(issue(refused).1, "u128 is not supported");
        let refused = sent(untagged { value: Untagged::Wide(number) }).await;
        assert_eq!(issue(refused), said("value", "data did not match any variant of untagged enum Untagged"));
    }
    let refused = sent(inside { value: TaggedInside::Wide { number: 7 } }).await;
    assert_eq!(issue(refused), said("value", "i128 is not supported"));
    let plain = TaggedInside::Plain { number: i64::MIN };
    assert_eq!(sent(inside { value: plain.clone() }).await, Ok(plain));
}

#[tokio::test]
async fn an_integer_of_128_bits_travels_behind_its_tag_and_is_refused_before_it() {
    let value = TaggedBeside::Wide(u128::MAX);
    assert_eq!(sent(beside { value: value.clone() }).await, Ok(value));
    let refused = sent_raw::<beside>(r#"{"c":7,"t":"Wide"}"#).await;
    assert_eq!(issue(refused).1, "u128 is not supported");
}

#[tokio::test]
async fn an_untagged_float_takes_the_integer_of_128_bits_that_serde_cannot_hold() {
    assert_eq!(sent(real { value: WideOrReal::Wide(7) }).await, Ok(WideOrReal::Real(7.0)));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Names {
    names: BTreeMap<u64, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Tagged {
    Names(Names),
}

#[handler("names:tagged")]
fn tagged(value: Tagged) -> Tagged {
    value
}

#[handler("names:pairs")]
fn pairs(#[payload] value: BTreeMap<(u8, u8), u8>) -> usize {
    value.len()
}

#[handler("names:grid")]
fn grid() -> BTreeMap<(u8, u8), u8> {
    [((1, 2), 3)].into()
}

#[tokio::test]
async fn a_map_with_integer_keys_is_refused_where_serde_holds_back_what_it_reads() {
    let empty = Tagged::Names(Names { names: BTreeMap::new() });
    assert_eq!(sent(tagged { value: empty.clone() }).await, Ok(empty));
    let names = [(7, "seven".to_owned())].into();
    let refused = sent(tagged { value: Tagged::Names(Names { names }) }).await;
    assert_eq!(issue(refused), said("value", "invalid type: string, expected u64"));
}

#[tokio::test]
async fn a_map_whose_keys_are_no_text_is_not_sent() {
    let unsent = sent(pairs { value: [((1, 2), 3)].into() }).await;
    assert_eq!(unsent, Err(InvokeError::Encode("key must be a string".to_owned())));
    assert_eq!(sent(grid {}).await.unwrap_err().code(), Some("INTERNAL"));
}

#[handler("option:nested")]
fn nested(value: Option<Option<u8>>) -> Option<Option<u8>> {
    value
}

#[tokio::test]
async fn an_option_in_an_option_has_one_null_for_both() {
    assert_eq!(sent(nested { value: Some(None) }).await, Ok(None));
}

#[handler("value:any")]
fn any(value: Value) -> Value {
    value
}

#[tokio::test]
async fn a_value_of_no_type_holds_integers_of_64_bits_and_rounds_longer_ones() {
    let exact = json!([u64::MAX, i64::MIN, 0.1]);
    assert_eq!(sent(any { value: exact.clone() }).await, Ok(exact));
    let rounded = sent_raw::<any>(r#"{"value":18446744073709551616}"#).await;
    assert_eq!(rounded, Ok("1.8446744073709552e+19".to_owned()));
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum CountError {
    #[error("{number} is too much")]
    TooMuch { number: u128 },
}

#[handler("count:to")]
fn count(number: u128) -> Result<(), CountError> {
    Err(CountError::TooMuch { number })
}

#[tokio::test]
async fn the_details_of_an_error_hold_integers_of_64_bits_and_no_longer_ones() {
    let number = u128::from(u64::MAX);
    assert_eq!(sent(count { number }).await, Err(InvokeError::Handler(CountError::TooMuch { number })));
    let lost = sent(count { number: number + 1 }).await.unwrap_err();
    assert_eq!(lost.code(), Some("INTERNAL"));
    let cause = CountError::TooMuch { number: number + 1 }.to_failure().cause().unwrap().to_owned();
    assert_eq!(cause, "the details of TOO_MUCH are no JSON: number out of range");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Nest(Vec<Nest>);

/// How many levels of arrays and objects a response's data may have. A request has no level around it and may have one
/// more.
const MOST_LEVELS: usize = 126;

fn levels(count: usize) -> Nest {
    (1..count).fold(Nest(vec![]), |inner, _| Nest(vec![inner]))
}

#[handler("nest:echo")]
fn nest(#[payload] value: Nest) -> Nest {
    value
}

#[tokio::test]
async fn what_is_nested_too_deep_is_refused_on_either_way() {
    let most = levels(MOST_LEVELS);
    assert_eq!(sent(nest { value: most.clone() }).await, Ok(most));
    let Err(InvokeError::Decode { channel, reason }) = sent(nest { value: levels(MOST_LEVELS + 1) }).await else {
        panic!("the response is not too deep")
    };
    assert_eq!(channel, "nest:echo");
    assert!(reason.contains("recursion limit exceeded"), "{reason}");
    let refused = sent(nest { value: levels(MOST_LEVELS + 2) }).await;
    assert!(issue(refused).1.contains("recursion limit exceeded"));
}
