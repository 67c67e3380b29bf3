//! One type: what is sent through a socket, and what its schema and serde say of it.

use std::convert::Infallible;
use std::fmt::Debug;
use std::marker::PhantomData;

use ipc_bridge::prelude::*;
use ipc_bridge::{Description, Handler};
use jsonschema::{Draft, Validator};
use schemars::Schema;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::{At, run_at};

/// What a row of the table says of a type.
#[derive(Debug)]
pub(crate) struct Case<T> {
    /// Values that come back as they were sent.
    pub(crate) values: Vec<T>,
    /// Further spellings of values, which serde and the schema both take.
    pub(crate) taken: &'static [&'static str],
    /// JSON that serde and the schema both refuse.
    pub(crate) refused: &'static [&'static str],
    /// JSON that one of them takes and the other does not.
    pub(crate) differences: Vec<Difference>,
}

impl<T> Default for Case<T> {
    fn default() -> Self {
        Self { values: Vec::new(), taken: &[], refused: &[], differences: Vec::new() }
    }
}

/// JSON of which serde and the schema do not say the same. One that is a difference no longer fails the test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Difference {
    pub(crate) json: &'static str,
    pub(crate) taken_by: TakenBy,
    pub(crate) reason: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakenBy {
    /// The handler takes it, a client that follows the schema does not send it.
    Serde,
    /// The schema lets it pass, the handler answers `INVALID_INPUT`.
    Schema,
}

/// `only(TakenBy::Schema, "1.0", "why")`
pub(crate) const fn only(taken_by: TakenBy, json: &'static str, reason: &'static str) -> Difference {
    Difference { json, taken_by, reason }
}

/// Puts handlers beside a type, one that takes it as the whole payload and one that takes it by name, and sends through
/// both what the case lists.
macro_rules! travels {
    ($($name:ident: $type:ty = $case:expr;)*) => {$(
        mod $name {
            use super::*;

            #[ipc_bridge::handler("types:whole")]
            fn whole(#[payload] value: $type) -> $type {
                value
            }

            #[ipc_bridge::handler("types:named")]
            fn named(value: $type) -> $type {
                value
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn travels_as_its_schema_says() {
                let router = ipc_bridge::Router::new().handle::<whole>().handle::<named>();
                crate::case::check(router, $case, |value| whole { value }, |value| named { value }).await;
            }
        }
    )*};
}
pub(crate) use travels;

/// A request of the channel of `R` whose JSON stands here, whatever it is, and whose answer is kept as it comes.
#[derive(Debug)]
pub(crate) struct Raw<R> {
    json: Box<RawValue>,
    of: PhantomData<R>,
}

impl<R> Raw<R> {
    pub(crate) fn new(json: &str) -> Self {
        let json = RawValue::from_string(json.to_owned()).unwrap_or_else(|error| panic!("{json} is no JSON: {error}"));
        Self { json, of: PhantomData }
    }
}

impl<R> Serialize for Raw<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<R: Request> Request for Raw<R> {
    const CHANNEL: &'static str = R::CHANNEL;
    type Response = Box<RawValue>;
    type Error = Infallible;
}

/// The schemas of a channel, as validators that know formats too.
struct Schemas {
    request: Validator,
    response: Validator,
}

impl Schemas {
    fn of(description: &Description, channel: &str) -> Self {
        let channel = description.channel(channel).expect("the channel is described");
        let validator = |schema: &Schema| {
            let schema = description.standalone(schema);
            jsonschema::draft202012::meta::validate(schema.as_value()).unwrap_or_else(|error| panic!("{error}"));
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            options.build(schema.as_value()).unwrap_or_else(|error| panic!("{error}"))
        };
        Self { request: validator(channel.request()), response: validator(channel.response().unwrap()) }
    }
}

fn value_of(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json} is no JSON: {error}"))
}

fn assert_valid(schema: &Validator, json: &str) {
    if let Err(error) = schema.validate(&value_of(json)) {
        panic!("the schema refuses {json}: {error}");
    }
}

/// Sends what the case lists through a socket, to a handler that takes it as a whole and one that takes it by name.
pub(crate) async fn check<T, W, N>(router: Router, case: Case<T>, whole: impl Fn(T) -> W, named: impl Fn(T) -> N)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Clone,
    W: Handler + Request<Response = T, Error = Infallible> + Serialize,
    N: Handler + Request<Response = T, Error = Infallible> + Serialize,
{
    assert!(!case.values.is_empty() && !case.refused.is_empty(), "a case says what is a value and what is none");
    let description = router.description().unwrap_or_else(|error| panic!("{error}"));
    let of_descriptions = jsonschema::draft202012::new(Description::schema().as_value()).unwrap();
    of_descriptions.validate(&serde_json::to_value(&description).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    run_at(At::Local, |place| async move {
        let _server = Server::bind(&place).serve(router).await.unwrap();
        let client = Client::connect(&place).await.unwrap();
        check_channel(&client, &description, &case, whole, str::to_owned).await;
        check_channel(&client, &description, &case, named, |json| format!(r#"{{"value":{json}}}"#)).await;
    })
    .await;
}

async fn check_channel<T, R>(
    client: &Client,
    description: &Description,
    case: &Case<T>,
    request: impl Fn(T) -> R,
    body: impl Fn(&str) -> String,
) where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Clone,
    R: Handler + Request<Response = T, Error = Infallible> + Serialize,
{
    let schemas = Schemas::of(description, R::CHANNEL);
    for value in &case.values {
        let back = client.invoke(request(value.clone())).await;
        assert_eq!(back.as_ref(), Ok(value), "{}", R::CHANNEL);
        let sent = serde_json::to_string(&request(value.clone())).unwrap();
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(value_of(&sent), value_of(&body(&json)), "a parameter travels as itself");
        let answered = client.invoke(Raw::<R>::new(&sent)).await.unwrap();
        let read: T = serde_json::from_str(answered.get()).unwrap();
        assert_eq!(&read, value, "{answered}");
        // What is listed as a difference is judged there.
        if !case.differences.iter().any(|difference| difference.json == json) {
            assert_valid(&schemas.request, &sent);
            assert_valid(&schemas.response, answered.get());
        }
    }
    for json in case.taken {
        let answered = client.invoke(Raw::<R>::new(&body(json))).await;
        let answered = answered.unwrap_or_else(|error| panic!("the handler refuses {json}: {error}"));
        assert_valid(&schemas.request, &body(json));
        assert_valid(&schemas.response, answered.get());
    }
    for json in case.refused {
        assert_refused::<R>(client, &body(json)).await;
        assert!(!schemas.request.is_valid(&value_of(&body(json))), "the schema takes {json}");
    }
    for Difference { json, taken_by, reason } in &case.differences {
        match taken_by {
            TakenBy::Serde => {
                let answered = client.invoke(Raw::<R>::new(&body(json))).await;
                assert!(answered.is_ok(), "serde does not take {json} ({reason}): {answered:?}");
            }
            TakenBy::Schema => assert_refused::<R>(client, &body(json)).await,
        }
        let schema_takes = schemas.request.is_valid(&value_of(&body(json)));
        assert_eq!(schema_takes, *taken_by == TakenBy::Schema, "{json} ({reason})");
    }
}

async fn assert_refused<R: Request>(client: &Client, body: &str) {
    match client.invoke(Raw::<R>::new(body)).await {
        Err(InvokeError::Refused(failure)) => {
            assert_eq!(failure.code(), "INVALID_INPUT", "{body}: {failure}");
            let reason = failure.details().unwrap()["issues"][0]["message"].as_str().unwrap();
            assert!(!reason.is_empty(), "{body} is refused without a reason");
        }
        other => panic!("the handler takes {body}: {other:?}"),
    }
}
