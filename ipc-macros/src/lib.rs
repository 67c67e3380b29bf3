//! The macros of IPC Bridge: `#[handler]`, `#[service]`, `derive(Event)` and `derive(IpcError)`.
//!
//! Applications use them through the package `ipc-bridge`, which shows examples that run.

mod arguments;
mod diagnostics;
mod docs;
mod event;
mod garde;
#[cfg(test)]
mod golden;
mod handler;
mod hygiene;
mod ipc_error;
mod item;
mod marks;
mod service;
mod words;

use proc_macro::TokenStream;

/// Makes a function answer a channel.
///
/// The function stays as it was written: it can be called, and tested, as any other. Beside it stands a struct of the
/// same name and visibility, whose fields are the parameters that travel. The struct is the channel's request: it is what
/// a client sends (`client.invoke(fetch { id: 7 })`) and what a router is given (`Router::new().handle::<fetch>()`).
///
/// # Options
///
/// - `"namespace:action"`, first: the channel's name, made of `a-z`, `0-9`, `_`, `.`, `-` and `:`, of at most 128 bytes.
/// - `blocking`: the function holds up its thread (it reads files, it computes), so it runs on a thread for such work.
///   Without it, a plain function answers at once, on the connection's own thread. An async function cannot have it.
/// - `detached`: the function runs to its end when nobody waits for its answer any more, because the caller dropped the
///   call, its deadline passed, or the connection is gone. Without it, its future is dropped then. A plain function
///   always runs to its end, and a stream ends with whoever reads it, so these cannot have it.
/// - `timeout = "2s"`: how long an async or blocking function may take, in `ms`, `s`, `m` or `h`, and how long a stream
///   may last. Then the caller is answered `TIMEOUT`, and the future or the stream is dropped; what blocks a thread goes
///   on there, and its answer is dropped. A caller's own deadline holds too.
/// - `permission = "data:read"`: what a peer must have been granted to call it, a name formed as a channel's. Without it,
///   that is the channel's own name, which every peer of the same user has by itself; a permission that is named, nobody
///   has without a grant. Several handlers may name one.
/// - `crate = path`: where this package is found, if not under its own name.
///
/// # Parameters
///
/// A parameter travels by its name: `id: u64` is `{"id":7}`, and `r#type` is `type`. An `Option` may be left out; another
/// field, or one too many, is an error that names it. A doc comment on a parameter stands in the schema. What the
/// parameter's type needs is `Serialize`, `Deserialize` and `JsonSchema`.
///
/// - `State<T>`, `Context`, `Peer` and `Publisher`, known by these names, come from the context of the call and do not
///   travel.
/// - `#[context]` marks any other parameter that comes from there, by its `FromContext`: one of your own types, or an
///   alias of those above.
/// - `Incoming<T>`, known by this name, is a stream that the caller sends: an upload, or with a stream as the answer, a
///   dialogue. It is a field of the struct, and does not stand in the payload: its items travel beside it. There is one
///   at most, and not on a plain function that answers once, which could not wait for an item. Each item is validated
///   as its type demands; one that is not valid is an error in its place, which `?` makes the handler's own if that has
///   a variant `#[ipc(transparent)] Incoming(#[from] IncomingError)`.
/// - `#[payload]`, on the only parameter that travels, makes it the whole payload, instead of a field of it.
/// - `#[ipc(sensitive)]` keeps the parameter's value out of error messages: what is wrong with it is told by its name, and
///   by the built-in constraint that it breaks. The schema says `"x-ipc-sensitive": true`.
/// - `#[ipc(bigint)]` makes the parameter's integers `bigint`s in TypeScript, exact in both directions. The schema says
///   `"x-ipc-bigint": true`; what travels is the same.
/// - `#[garde(…)]` sets constraints, which are checked on every call before the function runs and stand in the schema.
///
/// A type that implements `garde::Validate` is validated on every call without being asked for.
///
/// # Constraints
///
/// | rule | demands |
/// |---|---|
/// | `range(min = 1, max = 9)` | a number between the two; either may be left out |
/// | `length(min = 1, max = 9)`, `length(equal = 3)` | so many elements, or bytes of a text; `length(chars, …)`, `length(bytes, …)` and `length(utf16, …)` count these |
/// | `ascii`, `alphanumeric`, `email`, `url`, `ip`, `ipv4`, `ipv6` | a text of this kind |
/// | `contains("part")`, `prefix("start")`, `suffix("end")` | a text with this part |
/// | `pattern(r"^[a-z]+$")`, `pattern(MATCHER)` | a text in which the regular expression finds something |
/// | `required` | an `Option` that holds something |
/// | `inner(…)` | the same of each element, or of what an `Option` holds |
/// | `custom(function)` | what `fn(&T, &()) -> garde::Result` accepts; the schema cannot tell of it |
/// | `dive` | what the type itself demands, which is checked in any case: it asserts that there is something to check |
/// | `skip` | nothing; what the type itself demands is checked all the same |
///
/// All but `required` and `custom` pass an `Option` that holds nothing.
///
/// # The answer
///
/// A `Result<T, E>` (or an alias of one) answers with `T` or with `E`, which derives `IpcError`; any other type is always a
/// success. `T` needs `Serialize` and `JsonSchema`, and `Deserialize` where a Rust client calls.
///
/// A plain or async function may answer with a stream instead, known by the name of the trait:
///
/// | the function returns | the caller gets |
/// |---|---|
/// | `impl Stream<Item = T>` | items, until the stream ends |
/// | `impl Stream<Item = Result<T, E>>` | items, until the stream ends or is an error |
/// | `Result<impl Stream<Item = T>, E>` | the same, or why the stream was not opened |
/// | `Result<impl Stream<Item = Result<T, E>>, E>` | both, with one `E` |
///
/// The items are polled as fast as the caller takes them, and the stream is dropped when the caller drops its end. It
/// must be `Send`, and may not block: what does, sends its items from a thread of its own.
///
/// # What is refused
///
/// A handler owns what it takes and what it returns, is not generic, and has a name for each parameter. The future of an
/// async function must be `Send`. All mistakes of a function are reported at once.
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(args.into(), item.into()).into()
}

/// Makes a trait a contract: one side implements it and serves it, the other calls it, and both may live in crates that
/// know nothing of each other but this trait.
///
/// Each method marked `#[handler]` answers a channel, as a function with [`macro@handler`] does. The others stay plain
/// methods, and have no part in the contract. Beside the trait `Data` stand, with its visibility:
///
/// - `DataServer<T>`, which answers the channels with an implementation: `router.service(DataServer::new(my_data))`, or
///   `DataServer::from_arc` where the instance is used elsewhere too.
/// - `DataClient<C>`, which has a method for each channel: `DataClient::new(client).fetch(7).await?`. `C` is anything that
///   can `Invoke`: a connected client, a router in this process, a test double, a reference to one, an `Arc` of one. A
///   clone is a clone of `C`. A method takes the parameters that travel, in their order. Those that answer with a stream
///   need a `C` that can `InvokeStream`, as all of these can: `DataClient::new(client).tail(path).await?` is the stream.
///   Those that subscribe to its events need a `C` that can `Subscribe`, as all of these can too.
/// - `DataFetchRequest`, for the method `fetch`: the request itself, for `client.invoke(DataFetchRequest { id: 7 })`.
///
/// # The trait
///
/// The trait stays as it was written, but for two things. `async fn fetch(&self) -> R` becomes
/// `fn fetch(&self) -> impl Future<Output = R> + Send`, and `impl Stream<Item = T>` becomes `impl Stream<Item = T> + Send`,
/// for a server polls its calls on any thread; an implementation is written with `async fn` all the same. And
/// `Send + Sync + 'static` are supertraits, for all calls share one instance. Futures and streams may borrow from it. A
/// default body works as in any trait. Doc comments go to the request, the client's method and the schema.
///
/// # Options
///
/// - `prefix = "namespace"`: the channel of a method is `namespace:method_name`.
/// - `events(Progress, StatusChanged)`: what the server publishes, each a type with [`derive(Event)`](derive@Event). The
///   router learns of them with the service, and the client has a method for each: `data.subscribe_progress().await?`.
///   Their channels are their own, whatever the prefix.
/// - `shared_events(Said)`: the same of those that clients may publish too.
/// - `permission = "data:read"`: what it takes to call each method that names no permission itself. Events name their own.
/// - `crate = path`: where this package is found, if not under its own name.
///
/// Those of `#[handler]` on a method, all of which may be left out:
///
/// - `"namespace:action"`, first: the channel's name, instead of the one that is made of the prefix.
/// - `blocking`: as on a function, for a plain method.
/// - `detached`, `timeout = "2s"`, `permission = "data:read"`: as on a function.
///
/// Parameters, constraints and answers are those of [`macro@handler`]: `State<T>`, `Context`, `Peer`, `Publisher` and
/// `#[context]` do not travel, and do not stand in the client's method, which takes an `Incoming<T>` as it stands. What is
/// answered needs `Deserialize` too, for the client.
///
/// # What is refused
///
/// A handler of a service takes `&self`, and neither it nor the trait is generic. What travels is the same for all
/// implementations, so it is not `Self`, nor a type or a constant of the trait. All mistakes of a trait are reported at
/// once.
#[proc_macro_attribute]
pub fn service(args: TokenStream, item: TokenStream) -> TokenStream {
    service::attribute(args.into(), item.into()).into()
}

/// Lets an error travel and keep its type: the client gets the same enum back.
///
/// Each variant is a code. Its message is what `Display` says (`thiserror` writes that well), its details are its fields.
/// Named fields are a JSON object, one unnamed field is its own JSON value, several are an array. The fields need
/// `Serialize`, `Deserialize` and `JsonSchema`. A struct is its own only variant.
///
/// The code is the variant's name in SCREAMING_SNAKE_CASE: `NotFound` is `NOT_FOUND`, `HTTPError` is `HTTP_ERROR`. The
/// framework's own codes (`TIMEOUT`, `DENIED`, …) cannot be used, because a client could not tell who said them.
///
/// # Options
///
/// On a variant, or a struct:
///
/// - `#[ipc(code = "…")]`: another code than that of the name.
/// - `#[ipc(internal)]`: nothing of it leaves the process. The client learns `INTERNAL` and no more; the log learns what
///   the error and its sources say. Needs `std::error::Error`. On an enum, it holds for each variant that has neither
///   `code` nor `transparent`.
/// - `#[ipc(transparent)]`: code, message and details are those of the error in its only field, which derives `IpcError`.
///
/// On a field: `#[ipc(skip)]` keeps it from travelling; on the other side it is its `Default`.
///
/// On the type: `#[ipc(crate = path)]` tells where this package is found, if not under its own name.
///
/// A field with `#[from]` or `#[source]` holds another error, which has no form in which it could travel: its variant is
/// `internal` or `transparent`, or the field is skipped.
#[proc_macro_derive(IpcError, attributes(ipc))]
pub fn ipc_error(item: TokenStream) -> TokenStream {
    ipc_error::derive(item.into()).into()
}

/// Makes a type what a process publishes, to everyone who subscribed to its channel.
///
/// ```text
/// #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
/// #[event("status:changed", retain)]
/// struct StatusChanged { online: bool }
/// ```
///
/// The router is told of it (`router.event::<StatusChanged>()`), the server publishes it, and a client subscribes to it:
/// `client.subscribe::<StatusChanged>().await?`. The type needs `Serialize` and `JsonSchema`, and `Deserialize` where a
/// Rust client subscribes or publishes. Its doc comment and `#[deprecated]` go into the description of the channel. A type
/// that implements `garde::Validate` is validated when a peer publishes it.
///
/// # Options
///
/// In `#[event(…)]` on the type:
///
/// - `"namespace:happened"`, first: the channel's name, made of `a-z`, `0-9`, `_`, `.`, `-` and `:`, of at most 128 bytes.
/// - `retain`: a new subscriber gets the last event at once, or the last of each key.
/// - `key = "field"`, on a struct with named fields: what tells one from another, so that a subscriber can ask for those
///   of one key: `client.subscribe::<Progress>().key(&7).await?`.
/// - `lag`: what becomes of a subscriber that takes events slower than they are published.
/// - `permission = "data:read"`: what a peer must have been granted to subscribe. Without it, that is the channel's own
///   name, which every peer of the same user has by itself; a permission that is named, nobody has without a grant.
/// - `publish_permission = "data:write"`: what it takes to publish the event, where peers may (`Router::shared_event`).
///   Without it, that is the channel's name and `:publish`, which a peer of the same user has by itself as long as the
///   event names no `permission` either. Reading an event never lets a peer write it.
/// - `crate = path`: where this package is found, if not under its own name.
///
/// | `lag` | a subscriber that is too slow |
/// |---|---|
/// | `"drop_oldest"`, if nothing is said | misses the oldest of those that wait for it, and is told how many |
/// | `"keep_latest"` | gets the latest, or the latest of each key, and is told how many it missed |
/// | `"disconnect"` | loses its subscription |
/// | `"wait"` | misses nothing: whoever publishes waits for it, with `publish_and_wait` |
///
/// On a field, of a struct or of a variant: `#[ipc(bigint)]` makes its integers `bigint`s in TypeScript, exact in both
/// directions, and the event's key with them. The schema of the event says `"x-ipc-bigint": true` there, as long as the type
/// derives `JsonSchema`; what travels is the same. What is sensitive in an event is a `Sensitive<T>`.
#[proc_macro_derive(Event, attributes(event, ipc))]
pub fn event(item: TokenStream) -> TokenStream {
    event::derive(item.into()).into()
}
