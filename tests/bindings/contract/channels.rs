//! A channel for each thing that bindings can do.

use futures_util::stream;
use ipc_bridge::Router;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numbers::{OrderId, UserId};
use super::structs::Defaults;

/// Something that can be fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    id: u64,
    name: String,
}

#[derive(Debug, thiserror::Error, IpcError)]
pub(crate) enum FetchError {
    /// There is no such item.
    #[error("no item {id}")]
    NotFound { id: u64 },
    #[error("item {0} belongs to {1}")]
    Taken(u64, String),
    #[error("not today")]
    Closed,
    #[error("the store is unavailable")]
    #[ipc(internal)]
    Store,
}

#[derive(Debug, thiserror::Error, IpcError)]
pub(crate) enum ExactError {
    #[error("nothing follows {number}")]
    Last {
        #[ipc(bigint)]
        number: u64,
        plain: u64,
    },
    #[error("{0}, {1}")]
    Pair(#[ipc(bigint)] u64, u64),
}

#[derive(Debug, thiserror::Error, IpcError)]
pub(crate) enum SumError {
    #[error("{sum} is too much")]
    TooMuch { sum: u64 },
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// The backend went on or off line. Clients may say so too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", retain)]
pub(crate) struct StatusChanged {
    online: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job")]
pub(crate) struct JobProgress {
    job: u64,
    percent: u32,
}

/// A job has its log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:log:line")]
pub(crate) struct JobLine(Bytes);

/// Nobody publishes it any more.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:old-style_event")]
#[deprecated(note = "subscribe to `job:progress`")]
pub(crate) struct Old {
    job: u32,
}

/// Fetches one item by its id.
///
/// It is `NOT_FOUND` above 100. */ ends no comment.
#[handler("data:fetch")]
pub(crate) async fn fetch(#[garde(range(min = 1))] id: u64) -> Result<Item, FetchError> {
    match id {
        101 => Err(FetchError::Taken(id, "Ada".to_owned())),
        102 => Err(FetchError::Closed),
        103 => Err(FetchError::Store),
        104..=1000 => Err(FetchError::NotFound { id }),
        _ => Ok(Item { id, name: format!("item {id}") }),
    }
}

/// Fetches them all.
#[handler("data:fetch:all")]
pub(crate) fn fetch_all(#[payload] filter: Defaults) -> Vec<Item> {
    vec![Item { id: 1, name: format!("{filter:?}") }]
}

/// A branch whose name is taken by what every method has.
#[handler("data:fetch:try")]
pub(crate) fn fetch_try() -> String {
    "try".to_owned()
}

/// A method whose name a promise has.
#[handler("data:then")]
pub(crate) fn then() -> String {
    "then".to_owned()
}

/// A reserved word.
#[handler("data:delete")]
pub(crate) fn delete(user: UserId) -> UserId {
    user
}

/// Two names that are one in camel case: they stay as they are.
#[handler("twins:get-one")]
pub(crate) fn twin_with_a_dash() -> String {
    "-".to_owned()
}

/// The other one.
#[handler("twins:get_one")]
pub(crate) fn twin_with_a_line() -> String {
    "_".to_owned()
}

/// The name of the listener of an event.
#[handler("status:on-changed")]
pub(crate) fn on_changed() -> String {
    "a handler".to_owned()
}

/// Takes nothing and answers nothing.
#[handler("app.main:do-nothing")]
pub(crate) fn do_nothing() {}

/// It was renamed.
#[handler("app.main:old-name")]
#[deprecated(note = "call `app.main:do-nothing`")]
pub(crate) fn old_name() {}

/// The number that follows, exactly.
#[handler("big:next")]
pub(crate) fn big_next(number: u64, signed: i64) -> (u64, i64) {
    (number.wrapping_add(1), signed.wrapping_sub(1))
}

/// The bytes, the last one first.
#[handler("binary:reverse")]
pub(crate) fn reverse(#[payload] bytes: Bytes) -> Bytes {
    bytes.iter().rev().copied().collect()
}

/// The number that follows, of which every digit counts.
#[handler("exact:next")]
pub(crate) fn exact_next(#[ipc(bigint)] number: u64, plain: u64) -> Result<OrderId, ExactError> {
    let next = number.checked_add(1).ok_or(ExactError::Last { number, plain });
    next.map(OrderId::from).and_then(|next| if plain == 7 { Err(ExactError::Pair(number, plain)) } else { Ok(next) })
}

/// The last of these.
#[handler("exact:last")]
pub(crate) fn exact_last(
    #[payload]
    #[ipc(bigint)]
    numbers: Vec<u64>,
) -> Option<OrderId> {
    numbers.last().copied().map(OrderId::from)
}

/// A number that is beyond what is a `number`, within something.
#[handler("big:beyond")]
pub(crate) fn beyond() -> Vec<Item> {
    vec![Item { id: 1, name: String::new() }, Item { id: (1 << 53) + 1, name: String::new() }]
}

/// Counts up to a number, and fails above a thousand.
#[handler("count:to")]
pub(crate) fn count_to(to: u32) -> impl Stream<Item = Result<Item, FetchError>> {
    const LIMIT: u32 = 1000;
    stream::iter((1..=to).map(|at| {
        let id = u64::from(at);
        if at > LIMIT { Err(FetchError::NotFound { id }) } else { Ok(Item { id, name: String::new() }) }
    }))
}

/// Answers never.
#[handler("slow:wait")]
pub(crate) async fn wait() -> u32 {
    std::future::pending().await
}

/// The sum of what is sent.
#[handler("sum:all")]
pub(crate) async fn sum_all(mut numbers: Incoming<u64>) -> Result<u64, SumError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += number?;
    }
    if sum > 1_000_000 { Err(SumError::TooMuch { sum }) } else { Ok(sum) }
}

/// What is sent, the bytes of each in turn.
#[handler("sum:so-far")]
pub(crate) fn reversed(by: u8, chunks: Incoming<Bytes>) -> impl Stream<Item = Result<Bytes, SumError>> {
    stream::unfold(chunks, move |mut chunks| async move {
        let next = chunks.next().await?;
        let turned = next.map(|chunk| chunk.iter().map(|byte| byte.wrapping_add(by)).collect());
        Some((turned.map_err(SumError::from), chunks))
    })
}

/// Publishes the progress of a job, from 1 to this many per cent.
#[handler("job:run")]
pub(crate) async fn run(cx: Context, job: u64, percent: u32) -> bool {
    let mut told = cx.publish(&JobLine(b"begin".to_vec().into())).is_ok();
    for percent in 1..=percent {
        told &= cx.publish(&JobProgress { job, percent }).is_ok();
    }
    told
}

pub(super) fn add(router: Router) -> Router {
    router
        .handle::<fetch>()
        .handle::<fetch_all>()
        .handle::<fetch_try>()
        .handle::<then>()
        .handle::<delete>()
        .handle::<twin_with_a_dash>()
        .handle::<twin_with_a_line>()
        .handle::<on_changed>()
        .handle::<do_nothing>()
        .handle::<old_name>()
        .handle::<big_next>()
        .handle::<beyond>()
        .handle::<exact_next>()
        .handle::<exact_last>()
        .handle::<reverse>()
        .handle::<count_to>()
        .handle::<wait>()
        .handle::<sum_all>()
        .handle::<reversed>()
        .handle::<run>()
        .shared_event::<StatusChanged>()
        .event::<JobProgress>()
        .event::<JobLine>()
        .event::<Old>()
}
