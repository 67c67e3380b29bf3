//! Handlers that answer with streams, and those that take one, called in this process.
#![deny(warnings)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{self, Poll};

use ipc_core::{
    Context, Incoming, IncomingError, InvokeError, IpcError, ItemStream, Router, State, Stream, StreamRequest, handler,
    service,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The items of an iterator, each after a wait.
struct Items<I> {
    items: I,
    waited: bool,
}

impl<I: Iterator + Unpin> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<I::Item>> {
        self.waited = !self.waited;
        if self.waited {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.items.next())
    }
}

fn items<I: IntoIterator<IntoIter: Unpin>>(items: I) -> Items<I::IntoIter> {
    Items { items: items.into_iter(), waited: false }
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
#[ipc(crate = ipc_core)]
enum CountError {
    #[error("no further than {at}")]
    TooFar { at: u32 },
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// Counts.
#[handler("count:up", crate = ipc_core)]
fn up(to: u32) -> impl Stream<Item = u32> {
    items(0..to)
}

#[handler("count:checked", crate = ipc_core)]
async fn checked(to: u32, most: State<u32>) -> impl Stream<Item = Result<u32, CountError>> + Send {
    tokio::task::yield_now().await;
    items((0..to).map(move |at| if at < *most { Ok(at) } else { Err(CountError::TooFar { at }) }))
}

#[handler("count:opened", crate = ipc_core)]
fn opened(#[garde(range(max = 9))] to: u32) -> Result<impl Stream<Item = u32>, CountError> {
    if to < 5 { Ok(items(0..to)) } else { Err(CountError::TooFar { at: to }) }
}

type Counted<T> = Result<T, CountError>;

#[handler("count:opened-later", crate = ipc_core)]
async fn opened_later(#[payload] to: u32, most: State<u32>) -> Counted<impl Stream<Item = Counted<u32>> + use<>> {
    tokio::task::yield_now().await;
    if to == 0 {
        return Err(CountError::TooFar { at: to });
    }
    Ok(items((0..to).map(move |at| if at < *most { Ok(at) } else { Err(CountError::TooFar { at }) })))
}

/// A number below ten.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(transparent)]
#[garde(transparent)]
struct Digit(#[garde(range(max = 9))] u32);

#[handler("sum:digits", crate = ipc_core)]
async fn digits(start: u32, mut numbers: Incoming<Digit>, cx: Context) -> Result<u32, CountError> {
    assert_eq!(cx.channel(), "sum:digits");
    let mut sum = start;
    while let Some(number) = numbers.next().await {
        sum += number?.0;
    }
    Ok(sum)
}

#[handler("sum:whole", detached, crate = ipc_core)]
async fn whole(mut numbers: Incoming<u32>, #[payload] start: u32) -> u32 {
    let mut sum = start;
    while let Some(Ok(number)) = numbers.next().await {
        sum += number;
    }
    sum
}

/// Answers each number with its double.
#[handler("talk:double", crate = ipc_core)]
fn double(numbers: Incoming<u32>) -> impl Stream<Item = Result<u32, CountError>> {
    Doubled(numbers)
}

struct Doubled(Incoming<u32>);

impl Stream for Doubled {
    type Item = Result<u32, CountError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let next = task::ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(next.map(|number| Ok(number? * 2)))
    }
}

fn router() -> Router {
    Router::new()
        .state(3_u32)
        .handle::<up>()
        .handle::<checked>()
        .handle::<opened>()
        .handle::<opened_later>()
        .handle::<digits>()
        .handle::<whole>()
        .handle::<double>()
}

/// What a stream brings, up to its end, and the error that ended it.
async fn all<R: StreamRequest<Item: DeserializeOwned>>(
    mut stream: ItemStream<R>,
) -> (Vec<R::Item>, Option<InvokeError<R::Error>>) {
    let mut items = Vec::new();
    loop {
        match stream.next().await {
            Some(Ok(item)) => items.push(item),
            Some(Err(error)) => return (items, Some(error)),
            None => return (items, None),
        }
    }
}

#[tokio::test]
async fn a_plain_function_returns_a_stream() {
    let stream = router().stream(up { to: 3 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![0, 1, 2], None));
}

#[tokio::test]
async fn an_item_that_is_an_error_ends_the_stream() {
    let stream = router().stream(checked { to: 7 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![0, 1, 2], Some(InvokeError::Handler(CountError::TooFar { at: 3 }))));
    let stream = router().stream(checked { to: 2 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![0, 1], None));
}

#[tokio::test]
async fn what_opening_a_stream_fails_with_ends_it() {
    let stream = router().stream(opened { to: 2 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![0, 1], None));
    let stream = router().stream(opened { to: 7 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![], Some(InvokeError::Handler(CountError::TooFar { at: 7 }))));
    let (items, error) = all(router().stream(opened { to: 10 }).await.unwrap()).await;
    assert_eq!((items, error.unwrap().code()), (vec![], Some("INVALID_INPUT")));
}

#[tokio::test]
async fn opening_a_stream_may_take_time_and_an_alias_of_a_result_is_one() {
    let stream = router().stream(opened_later { to: 5 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![0, 1, 2], Some(InvokeError::Handler(CountError::TooFar { at: 3 }))));
    let stream = router().stream(opened_later { to: 0 }).await.unwrap();
    assert_eq!(all(stream).await, (vec![], Some(InvokeError::Handler(CountError::TooFar { at: 0 }))));
}

#[tokio::test]
async fn an_upload_travels_beside_the_payload() {
    let numbers = [1, 2, 3].map(Digit).into_iter().collect();
    assert_eq!(router().invoke(digits { start: 10, numbers }).await, Ok(16));
    assert_eq!(router().invoke(whole { numbers: [1, 2].into_iter().collect(), start: 4 }).await, Ok(7));
    assert_eq!(router().invoke(whole { numbers: Incoming::new(items([5, 6])), start: 0 }).await, Ok(11));
    assert_eq!(serde_json::to_value(whole { numbers: Incoming::default(), start: 4 }).unwrap(), json!(4));
}

#[tokio::test]
async fn the_items_of_an_upload_keep_the_constraints_of_their_type() {
    let numbers = [1, 12, 3].map(Digit).into_iter().collect();
    let refused = router().invoke(digits { start: 10, numbers }).await.unwrap_err();
    assert_eq!(refused.code(), Some("INVALID_INPUT"));
}

#[tokio::test]
async fn a_handler_reads_a_stream_while_it_answers_with_one() {
    let stream = router().stream(double { numbers: (1..=4).collect() }).await.unwrap();
    assert_eq!(all(stream).await, (vec![2, 4, 6, 8], None));
}

#[test]
fn an_upload_has_no_place_in_the_payload() {
    for (json, field) in [(r#"{"start":1,"numbers":[]}"#, "numbers"), (r#"{"start":1,"more":1}"#, "more")] {
        let error = serde_json::from_str::<digits>(json).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(&format!("unknown field `{field}`, expected `start`")), "{error}");
    }
    let description = serde_json::to_value(router().description().unwrap()).unwrap();
    let digits = &description["channels"]["sum:digits"];
    assert_eq!(digits["request"]["required"], json!(["start"]));
    assert_eq!(digits["request"]["properties"].as_object().unwrap().len(), 1, "{digits}");
    assert_eq!(digits["incoming"], json!({"$ref": "#/$defs/Digit"}));
    let whole = &description["channels"]["sum:whole"];
    assert_eq!(whole["request"]["type"], "integer", "{whole}");
    let up = &description["channels"]["count:up"];
    assert_eq!((&up["item"]["type"], up.get("response"), &up["doc"]), (&json!("integer"), None, &json!("Counts.")));
    assert_eq!(description["channels"]["count:opened"]["errors"][0]["code"], "TOO_FAR");
}

/// Numbers that are lent, and never copied.
#[service(prefix = "numbers", crate = ipc_core)]
trait Numbers {
    /// All of them.
    #[handler]
    fn each(&self, by: u32) -> impl Stream<Item = u32>;

    #[handler]
    fn tried(&self) -> Result<impl Stream<Item = Result<u32, CountError>> + '_, CountError>;

    #[handler]
    async fn later(&self, most: State<u32>) -> impl Stream<Item = Result<u32, CountError>>;

    #[handler]
    async fn tried_later(&self, found: bool) -> Result<impl Stream<Item = u32>, CountError>;

    /// Twice each.
    #[handler]
    fn twice(&self, numbers: Incoming<u32>) -> impl Stream<Item = Result<u32, CountError>> {
        Doubled(numbers)
    }

    #[handler]
    async fn more(&self, start: u32, mut numbers: Incoming<Digit>) -> u32 {
        let mut sum = start;
        while let Some(Ok(number)) = numbers.next().await {
            sum += number.0;
        }
        sum
    }
}

/// Tells how many of its streams are alive.
struct Kept {
    numbers: Vec<u32>,
    open: AtomicUsize,
}

struct Open<'a>(&'a AtomicUsize);

impl Open<'_> {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Kept {
    fn lend(&self) -> impl Iterator<Item = &u32> + Unpin {
        self.open.fetch_add(1, Ordering::SeqCst);
        let open = Open(&self.open);
        self.numbers.iter().inspect(move |_| assert!(open.count() > 0))
    }
}

impl Numbers for Kept {
    fn each(&self, by: u32) -> impl Stream<Item = u32> {
        items(self.lend().map(move |number| number * by))
    }

    fn tried(&self) -> Result<impl Stream<Item = Result<u32, CountError>> + '_, CountError> {
        if self.numbers.is_empty() {
            return Err(CountError::TooFar { at: 0 });
        }
        Ok(items(self.lend().map(|number| if *number < 9 { Ok(*number) } else { Err(CountError::TooFar { at: 9 }) })))
    }

    async fn later(&self, most: State<u32>) -> impl Stream<Item = Result<u32, CountError>> {
        tokio::task::yield_now().await;
        items(self.lend().map(
            move |number| {
                if number <= &*most { Ok(*number) } else { Err(CountError::TooFar { at: *number }) }
            },
        ))
    }

    async fn tried_later(&self, found: bool) -> Result<impl Stream<Item = u32>, CountError> {
        tokio::task::yield_now().await;
        if found { Ok(items(self.lend().copied())) } else { Err(CountError::TooFar { at: 1 }) }
    }
}

fn kept(numbers: Vec<u32>) -> (Arc<Kept>, NumbersClient<Router>) {
    let kept = Arc::new(Kept { numbers, open: AtomicUsize::new(0) });
    let router = Router::new().state(3_u32).service(NumbersServer::from_arc(Arc::clone(&kept)));
    router.check().unwrap();
    (kept, NumbersClient::new(router))
}

#[tokio::test]
async fn a_method_lends_its_stream_what_the_service_holds() {
    let (kept, numbers) = kept(vec![2, 3, 4]);
    let too_far = |at| Some(InvokeError::Handler(CountError::TooFar { at }));
    assert_eq!(all(numbers.each(10).await.unwrap()).await, (vec![20, 30, 40], None));
    assert_eq!(all(numbers.tried().await.unwrap()).await, (vec![2, 3, 4], None));
    assert_eq!(all(numbers.later().await.unwrap()).await, (vec![2, 3], too_far(4)));
    assert_eq!(all(numbers.tried_later(true).await.unwrap()).await, (vec![2, 3, 4], None));
    assert_eq!(all(numbers.tried_later(false).await.unwrap()).await, (vec![], too_far(1)));
    assert_eq!(all(numbers.twice((1..=2).collect()).await.unwrap()).await, (vec![2, 4], None));
    assert_eq!(numbers.more(1, [2, 3].map(Digit).into_iter().collect()).await, Ok(6));
    assert_eq!(kept.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_a_method_fails_to_open_ends_its_stream() {
    let (_, numbers) = kept(vec![]);
    assert_eq!(
        all(numbers.tried().await.unwrap()).await,
        (vec![], Some(InvokeError::Handler(CountError::TooFar { at: 0 })))
    );
}

#[tokio::test]
async fn dropping_a_stream_drops_what_the_method_made() {
    let (kept, numbers) = kept(vec![1, 2, 3]);
    let mut stream = numbers.each(1).await.unwrap();
    assert_eq!(stream.next().await, Some(Ok(1)));
    assert_eq!(kept.open.load(Ordering::SeqCst), 1);
    drop(stream);
    assert_eq!(kept.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_streams_of_a_trait_can_be_sent() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    async fn first<N: Numbers>(numbers: &N) -> Option<u32> {
        let mut stream = std::pin::pin!(sent(numbers.each(2)));
        std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await
    }
    let (kept, _) = kept(vec![4]);
    assert_eq!(first(&*kept).await, Some(8));
}

/// A service of nothing but streams.
#[service(prefix = "ticks", crate = ipc_core)]
trait Ticks {
    #[handler]
    fn ticks(&self) -> impl Stream<Item = Result<u8, Infallible>> {
        items([Ok(1), Ok(2)])
    }
}

struct Clock;

impl Ticks for Clock {}

/// Opens streams, and can do nothing else.
struct OnlyStreams(Router);

impl ipc_core::InvokeStream for OnlyStreams {
    async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        self.0.stream(request).await
    }
}

#[tokio::test]
async fn the_client_of_streams_alone_needs_no_calls() {
    let ticks = TicksClient::new(OnlyStreams(Router::new().service(TicksServer::new(Clock))));
    assert_eq!(all(ticks.ticks().await.unwrap()).await, (vec![1, 2], None));
}
