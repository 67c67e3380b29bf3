//! Errors that keep their type across the wire.

use std::convert::Infallible;

use schemars::{Schema, SchemaGenerator};

use crate::failure::Failure;

/// An error that a handler may return: it travels as a [`Failure`] and comes back as the same type.
///
/// Derive it; see [the derive macro](derive@crate::IpcError).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a handler",
    label = "this error type does not say how it travels",
    note = "derive it: `#[derive(Debug, thiserror::Error, IpcError)]`",
    note = "an error of another crate becomes a variant: `#[ipc(internal)] Io(#[from] std::io::Error)`"
)]
pub trait IpcError: Sized {
    /// What the client learns.
    fn to_failure(&self) -> Failure;

    /// The error that `failure` was made from, or `None` where this type has no such code or the details do not fit it
    /// (a newer server's, say).
    fn from_failure(failure: &Failure) -> Option<Self>;

    /// The codes that [`to_failure`](Self::to_failure) can produce, with a schema for the details of each.
    fn describe(generator: &mut SchemaGenerator) -> Vec<ErrorDescription>;
}

/// One code of an [`IpcError`].
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorDescription {
    /// The code, in SCREAMING_SNAKE_CASE.
    pub code: &'static str,
    /// The doc comment of the variant, or nothing.
    pub doc: &'static str,
    /// The schema of `details`, where the code has any.
    pub details: Option<Schema>,
}

/// The error of a handler that cannot fail.
impl IpcError for Infallible {
    fn to_failure(&self) -> Failure {
        match *self {}
    }

    fn from_failure(_: &Failure) -> Option<Self> {
        None
    }

    fn describe(_: &mut SchemaGenerator) -> Vec<ErrorDescription> {
        Vec::new()
    }
}
