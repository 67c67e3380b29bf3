//! What generated code names. Nothing here is for people, and all of it may change.

pub use core;
pub use std;

pub use futures_core::Stream;
pub use garde;
pub use schemars;
pub use serde;
pub use serde_json;

pub use crate::answer::{
    Answer, Many, Once, Slot, later, lent_stream, now, stream, stream_later, try_stream, try_stream_later,
};
pub use crate::blocking::blocking;
pub use crate::channel;
pub use crate::context::{Context, FromContext};
pub use crate::contract::{Announced, Contract, Contracted, Exchange, Expected, OwnSchema};
pub use crate::error::{ErrorDescription, IpcError};
pub use crate::event::subscribe::{Subscribe, Subscribing};
pub use crate::event::{Event, KeyedEvent, Lag, NeverWaits, key_json};
pub use crate::failure::{Failure, code};
pub use crate::handler::{Handler, HandlerDoc, HandlerItem, NotAResult, Outcome, Request, ReturnType};
pub use crate::incoming::{Incoming, IncomingParameter};
pub use crate::invoke::{Invoke, InvokeError};
pub use crate::items::Upload;
pub use crate::layer::Layered;
pub use crate::router::Router;
pub use crate::service::Service;
pub use crate::state::Requirements;
pub use crate::streaming::{InvokeStream, ItemStream, StreamRequest};
pub use crate::validation::{CheckPlain, CheckValidated, Issues, Probe};

/// What constraints on parameters become.
pub mod constraint {
    pub use crate::constraint::{Constraint, Pattern, compile, dives};
}

/// The schema of details without names, with those at `places` marked as `bigint`s. Details that are one are all of it.
pub fn with_bigints(mut schema: schemars::Schema, places: &[usize]) -> schemars::Schema {
    let mark = |schema: &mut serde_json::Map<String, serde_json::Value>| {
        schema.insert(crate::schema::BIGINT.to_owned(), true.into());
    };
    let Some(whole) = schema.as_object_mut() else { return schema };
    match whole.get_mut("prefixItems") {
        Some(serde_json::Value::Array(items)) => {
            let marked = items.iter_mut().enumerate().filter(|(place, _)| places.contains(place));
            marked.filter_map(|(_, item)| item.as_object_mut()).for_each(mark);
        }
        _ => mark(whole),
    }
    schema
}

/// The schema, marked as a whole as one of `bigint`s.
pub fn with_bigint(mut schema: schemars::Schema) -> schemars::Schema {
    schema.insert(crate::schema::BIGINT.to_owned(), true.into());
    schema
}

/// The failure of an error that stays in this process: the log learns what it says and what it says of its causes.
pub fn internal(error: &dyn std::error::Error) -> Failure {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        // Many errors say what their source says already.
        if !cause.ends_with(&said) {
            cause.push_str(": ");
            cause.push_str(&said);
        }
        source = error.source();
    }
    Failure::internal(cause)
}

/// What is said of a sensitive value that breaks a rule of the user's own.
pub fn hidden() -> garde::Error {
    garde::Error::new(crate::sensitive::INVALID)
}

/// The details of a failure, where they are a `T`: those of a newer server need not be.
pub fn details<T: serde::de::DeserializeOwned>(failure: &Failure) -> Option<T> {
    T::deserialize(failure.details()?).ok()
}
