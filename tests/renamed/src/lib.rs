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

/// Says again what it is told.
#[handler("data:echo", crate = bridge)]
pub fn echo(items: Incoming<u64>) -> impl Stream<Item = Result<u64, IncomingError>> {
    items
}

/// Opens what it is told.
#[handler("data:open", timeout = "1s", crate = bridge)]
pub async fn open(
    items: Incoming<u64>,
    most: State<u64>,
) -> Result<impl Stream<Item = Result<u64, IncomingError>>, IncomingError> {
    if *most > 0 { Ok(items) } else { Err(IncomingError::BrokenOff(String::new())) }
}

/// A contract.
#[service(prefix = "item", crate = bridge)]
pub trait Items {
    /// Finds one.
    #[handler]
    async fn find(&self, #[garde(range(min = 1))] id: u64) -> Result<u64, FetchError>;

    /// Counts.
    #[handler("item:count", blocking)]
    fn count(&self, store: State<u64>) -> u64 {
        *store
    }

    /// Says again what it is told.
    #[handler]
    fn echo(&self, items: Incoming<u64>) -> impl Stream<Item = Result<u64, IncomingError>> {
        items
    }

    /// Adds up.
    #[handler(detached)]
    async fn sum(&self, #[payload] start: u64, mut items: Incoming<u64>) -> u64 {
        let mut sum = start;
        while let Some(Ok(item)) = items.next().await {
            sum += item;
        }
        sum
    }

    /// Looks at one.
    #[handler]
    async fn touch(&self, id: u64) -> bool {
        id > 0
    }
}

/// Has every item.
#[derive(Debug)]
pub struct Everything;

impl Items for Everything {
    async fn find(&self, id: u64) -> Result<u64, FetchError> {
        Ok(id)
    }
}

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
    Router::new()
        .state(7_u64)
        .handle::<fetch>()
        .handle::<count>()
        .handle::<nothing>()
        .handle::<echo>()
        .handle::<open>()
        .service(ItemsServer::new(Everything))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_renamed_dependency_serves() {
        super::router().check().unwrap();
    }
}
