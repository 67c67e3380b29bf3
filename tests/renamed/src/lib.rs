//! A crate that knows the package under another name, and has no other dependency.
#![deny(warnings, missing_docs, clippy::pedantic, clippy::nursery)]
#![allow(
    clippy::missing_const_for_fn,
    clippy::missing_errors_doc,
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "they judge the functions, not the macros"
)]

use std::fmt;

use bridge::prelude::*;

/// Fetches one item.
#[handler("data:fetch", crate = bridge)]
pub async fn fetch(
    store: State<u64>,
    #[garde(range(min = 1, max = 9))] id: u64,
    #[garde(length(min = 1), pattern("^[a-z]+$"), inner(ascii))] name: Option<String>,
) -> Result<u64, FetchError> {
    if name.is_some() { Ok(*store + id) } else { Err(FetchError::NoName { id }) }
}

/// Counts.
#[handler("data:count", blocking, crate = bridge)]
#[must_use]
pub fn count(#[payload] items: Vec<String>) -> usize {
    items.len()
}

/// Does nothing.
#[handler("data:nothing", crate = ::bridge)]
pub fn nothing() {}

/// Why nothing was fetched.
#[derive(Debug, PartialEq, Eq, IpcError)]
#[ipc(crate = bridge)]
pub enum FetchError {
    /// Nothing has no name.
    NoName {
        /// What was asked for.
        id: u64,
    },
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::NoName { id } = self;
        write!(f, "{id} has no name")
    }
}

impl std::error::Error for FetchError {}

/// Everything above.
#[must_use]
pub fn router() -> Router {
    Router::new().state(7_u64).handle::<fetch>().handle::<count>().handle::<nothing>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_renamed_dependency_serves() {
        super::router().check().unwrap();
    }
}
