//! What generated code names. Nothing here is for people, and all of it may change.

pub use core;
pub use std;

pub use garde;
pub use schemars;
pub use serde;
pub use serde_json;

pub use crate::blocking::blocking;
pub use crate::channel;
pub use crate::context::{Context, FromContext};
pub use crate::error::{ErrorDescription, IpcError};
pub use crate::failure::{Failure, code};
pub use crate::handler::{Answer, Handler, HandlerDoc, HandlerItem, NotAResult, Outcome, Request, ReturnType};
pub use crate::invoke::{Invoke, InvokeError};
pub use crate::router::Router;
pub use crate::service::Service;
pub use crate::state::Requirements;
pub use crate::validation::{CheckPlain, CheckValidated, Issues, Probe};

/// What constraints on parameters become.
pub mod constraint {
    pub use crate::constraint::{Constraint, Pattern, compile, dives};
}

/// The answer of a plain function.
pub fn now<R>(result: R) -> Answer<core::future::Ready<R>> {
    Answer::Now(result)
}

/// The answer of an async function.
pub fn later<F: Future>(future: F) -> Answer<F> {
    Answer::Later(future)
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

/// The details of a failure, where they are a `T`: those of a newer server need not be.
pub fn details<T: serde::de::DeserializeOwned>(failure: &Failure) -> Option<T> {
    T::deserialize(failure.details()?).ok()
}
