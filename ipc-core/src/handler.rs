//! Requests, and the handlers that answer them.

use std::convert::Infallible;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::answer::{Answer, Output};
use crate::context::Context;
use crate::error::IpcError;
use crate::failure::Failure;
use crate::items::Upload;
use crate::state::Requirements;
use crate::validation::Issues;

/// What travels to a channel, and what comes back.
///
/// [`#[handler]`](crate::handler) implements it for the struct that it puts beside a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request that is answered once",
    label = "no channel answers this once",
    note = "a request is the struct that `#[handler(\"namespace:action\")]` puts beside a function: `fetch {{ id: 7 }}`",
    note = "a handler that returns a stream is called with `stream`"
)]
pub trait Request {
    /// The channel's name, `namespace:action`.
    const CHANNEL: &'static str;
    /// What comes back when the call succeeds.
    type Response;
    /// What comes back when the handler fails; [`Infallible`] for a handler that cannot.
    type Error: IpcError;

    /// Takes what the caller sends beside the request, where the channel takes a stream.
    #[doc(hidden)]
    fn take_upload(&mut self) -> Option<Upload> {
        None
    }
}

/// A request that this process can answer.
///
/// `S` is what the handler is called on: nothing for a function, the shared instance for a method of a service.
///
/// [`#[handler]`](crate::handler) and [`#[service]`](crate::service) implement it; nothing else should.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "no handler has this name",
    note = "put `#[handler(\"namespace:action\")]` on the function and name the function here: `.handle::<fetch>()`",
    note = "the methods of a service are added together: `.service(DataServer::new(my_data))`"
)]
pub trait Handler<S = ()>: DeserializeOwned + JsonSchema + Send + 'static {
    /// Where the handler stands, for messages that name it.
    const ITEM: HandlerItem;
    /// What the function's documentation says.
    const DOC: HandlerDoc;
    /// Whether the payload is an object of the parameters by name. Serde would read such a struct from an array too,
    /// which the schema does not allow.
    const BY_NAME: bool = false;
    /// The permission that it takes to call the handler: that of its channel's name, which peers of the same user have,
    /// where it names none.
    const PERMISSION: Option<&'static str> = None;
    /// How long the handler may take.
    const TIMEOUT: Option<Duration> = None;
    /// Whether the handler runs to its end when nobody waits for its answer any more.
    const DETACHED: bool = false;
    /// Whether the caller sends a stream beside the request.
    const TAKES_INCOMING: bool = false;
    /// The parameters whose values are told to nobody, by the names under which they travel; "" for the one that is the
    /// whole payload.
    const SENSITIVE: &'static [&'static str] = &[];
    /// The id that the schema of the request has, unless its payload, which stands for the whole request, lends it its
    /// own.
    const SCHEMA_ID: &'static str = Self::ITEM.path;

    /// What it answers with: [`Once`](crate::Once) or [`Many`](crate::Many).
    type Output: Output;

    /// Declares what the handler needs from the router, so that a missing piece is found before the first call.
    fn requirements(needs: &mut Requirements);

    /// The schema of what the caller sends beside the request.
    fn describe_incoming(generator: &mut SchemaGenerator) -> Option<Schema> {
        let _: &mut SchemaGenerator = generator;
        None
    }

    /// Checks the constraints on the payload.
    fn validate(&self, issues: &mut Issues);

    /// Runs the function.
    ///
    /// # Errors
    ///
    /// What a `#[context]` parameter answers when it cannot be had.
    fn call(self, receiver: &S, cx: &Context) -> Result<impl Answer<Self::Output> + use<Self, S>, Failure>;
}

/// The function that a handler was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerItem {
    /// The path of the function, `my_app::data::fetch`, or of the method, `my_app::Data::fetch`.
    pub path: &'static str,
    /// The file it stands in, as the compiler names it.
    pub file: &'static str,
    /// The line in that file, from 1.
    pub line: u32,
}

impl HandlerItem {
    /// The function at this path and place.
    pub const fn new(path: &'static str, file: &'static str, line: u32) -> Self {
        Self { path, file, line }
    }
}

impl std::fmt::Display for HandlerItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ({}:{})", self.path, self.file, self.line)
    }
}

/// What a handler's documentation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HandlerDoc {
    /// The doc comment, without the leading spaces of its lines; empty where there is none.
    pub text: &'static str,
    /// The note of `#[deprecated]`, empty where it has none.
    pub deprecated: Option<&'static str>,
}

impl HandlerDoc {
    /// A handler's documentation.
    pub const fn new(text: &'static str, deprecated: Option<&'static str>) -> Self {
        Self { text, deprecated }
    }
}

/// What a function's return type means for a channel: `Result<T, E>` is a response or an error, whatever else is
/// always a response.
///
/// `IS_RESULT` tells the two apart (see [`ReturnType`]), so that an alias of `Result` is seen for what it is and a
/// user's own type called `Result` is not mistaken for it.
///
/// What a function puts around its stream must be a result, or an alias of one.
#[diagnostic::on_unimplemented(
    message = "a stream stands in no other type than `Result`",
    label = "this is no `Result`",
    note = "return `impl Stream<Item = …>`, or `Result<impl Stream<Item = …>, E>` where opening the stream may fail"
)]
pub trait Outcome<const IS_RESULT: bool> {
    /// The response.
    type Response;
    /// The error. That it can travel, [`Request`] demands.
    type Error;

    /// The two told apart.
    ///
    /// # Errors
    ///
    /// The error that the function returned.
    fn into_result(self) -> Result<Self::Response, Self::Error>;
}

impl<T, E> Outcome<true> for Result<T, E> {
    type Response = T;
    type Error = E;

    fn into_result(self) -> Result<T, E> {
        self
    }
}

impl<T> Outcome<false> for T {
    type Response = T;
    type Error = Infallible;

    fn into_result(self) -> Result<T, Infallible> {
        Ok(self)
    }
}

/// Tells whether a type is a `Result`: `<ReturnType<T>>::IS_RESULT`.
///
/// The constant of the inherent implementation is found before that of [`NotAResult`], so the answer follows the type
/// and not its spelling.
#[derive(Debug)]
pub struct ReturnType<T>(std::marker::PhantomData<T>);

impl<T, E> ReturnType<Result<T, E>> {
    /// The type is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// What [`ReturnType`] answers for every other type.
pub trait NotAResult {
    /// The type is no `Result`.
    const IS_RESULT: bool = false;
}

impl<T> NotAResult for ReturnType<T> {}
