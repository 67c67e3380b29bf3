//! The parts of a contract that the macros write down.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Contract;
use crate::answer::Output;
use crate::description::Draft;
use crate::event::Event;
use crate::handler::HandlerDoc;
use crate::incoming::IncomingParameter;
use crate::route;

/// Channels and events that belong together, as whoever calls them knows them.
///
/// [`#[service]`](crate::service) implements it for the client that it makes: `DataClient` of `Data`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the client of a service",
    label = "no service has this client",
    note = "`#[service]` on the trait `Data` makes `DataClient`: `.service::<DataClient<Client>>()`",
    note = "a single channel is expected with `request`, and an event with `event`"
)]
pub trait Contracted {
    /// Expects all of them.
    #[doc(hidden)]
    fn contract(contract: &mut Contract);
}

/// A part of a contract.
///
/// `Q` is there to put the question off: whether a type can travel is asked where the contract is used, and was told where
/// the type stands already.
#[doc(hidden)]
pub trait Expected<Q> {
    /// Expects it.
    fn expect(contract: &mut Contract);
}

/// The channel of a request `R` that is answered with `O`, and takes `I` beside it: an `Incoming`, or nothing.
#[doc(hidden)]
#[derive(Debug)]
pub struct Exchange<R, O, I> {
    request: PhantomData<fn() -> R>,
    output: PhantomData<fn() -> O>,
    beside: PhantomData<fn() -> I>,
}

/// An event, which peers publish too where `SHARED`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Announced<E, const SHARED: bool>(PhantomData<fn() -> E>);

/// What the macro knows of a request of a service.
#[doc(hidden)]
pub trait OwnSchema {
    /// The id that its schema has, unless its payload lends it its own.
    const SCHEMA_ID: &'static str;
}

/// What a channel takes beside a request.
#[doc(hidden)]
pub trait Beside {
    fn describe(generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl Beside for () {
    fn describe(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

impl<T: JsonSchema> Beside for crate::Incoming<T> {
    fn describe(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(<Self as IncomingParameter>::describe(generator))
    }
}

impl<R: OwnSchema + JsonSchema, O: Output, I: Beside, Q> Expected<Q> for Exchange<R, O, I> {
    fn expect(contract: &mut Contract) {
        contract.channels.push(|generators| {
            let request = route::describe_request::<R>(R::SCHEMA_ID, generators);
            let incoming = I::describe(&mut generators.input);
            let draft = Draft {
                doc: HandlerDoc::default(),
                permission: None,
                timeout: None,
                detached: false,
                request,
                incoming,
                answer: O::describe(generators),
            };
            (O::CHANNEL, draft)
        });
    }
}

impl<E: Event, const SHARED: bool, Q> Expected<Q> for Announced<E, SHARED> {
    fn expect(contract: &mut Contract) {
        contract.expect_event::<E>(SHARED);
    }
}
