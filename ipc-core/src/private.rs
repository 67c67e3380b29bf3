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
