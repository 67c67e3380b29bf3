//! A description that is kept in a file, and whether a router still serves it.

use std::io;
use std::path::{Path, PathBuf};

use super::Changes;
use crate::Router;
use crate::description::{Description, DescriptionError};

/// The variable that makes [`assert_compatible`] write the file instead.
const UPDATE: &str = "UPDATE_CONTRACT";

/// Why a router is not what a kept description says, or why that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The router cannot be described.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// Clients that were built with the kept contract may fail.
    #[error("{}", breaking(.path, .changes))]
    Breaking {
        /// The file.
        path: PathBuf,
        /// All that is different; [`Changes::breaking`] are those that break clients.
        changes: Changes,
    },
    /// There is no such file.
    #[error("there is no kept contract `{}`: run this test with `{UPDATE}=1` to write it", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// What the file has is no description.
    #[error("`{}` has no description of a contract: {source}", .path.display())]
    NoDescription {
        /// The file.
        path: PathBuf,
        /// Why it is none.
        source: serde_json::Error,
    },
    /// The file cannot be read.
    #[error("`{}` cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("`{}` cannot be written: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

fn breaking(path: &Path, changes: &Changes) -> String {
    let mut said = format!("clients that were built with the contract in `{}` may fail:\n", path.display());
    for change in changes.breaking() {
        said.push_str(&format!("\n  {change}"));
    }
    said.push_str(&format!("\n\nchange it so that nothing breaks, or run this test with `{UPDATE}=1` to accept it"));
    said
}

impl Description {
    /// Reads a description from a file: one that [`write_to`](Self::write_to) wrote, or the program `ipc`.
    ///
    /// # Errors
    ///
    /// There is no such file, or no description in it.
    pub fn read_from(path: impl AsRef<Path>) -> Result<Self, KeptError> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeptError::Missing { path: path.to_owned() },
            _ => KeptError::Read { path: path.to_owned(), source },
        })?;
        serde_json::from_slice(&text).map_err(|source| KeptError::NoDescription { path: path.to_owned(), source })
    }

    /// Writes the description to a file, as JSON for people, and the folders that it stands in.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<(), KeptError> {
        let path = path.as_ref();
        let text = serde_json::to_string_pretty(self).map_err(io::Error::from).map(|text| text + "\n");
        let folder = || path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = text.and_then(|text| folder().and_then(|()| std::fs::write(path, text)));
        written.map_err(|source| KeptError::Write { path: path.to_owned(), source })
    }

    /// What is different from the description that is kept in a file, where nothing of it breaks old clients.
    ///
    /// # Errors
    ///
    /// Something does, or the file cannot be read.
    pub fn check_compatible(&self, path: impl AsRef<Path>) -> Result<Changes, KeptError> {
        let path = path.as_ref();
        let changes = Self::read_from(path)?.diff(self);
        if changes.is_breaking() { Err(KeptError::Breaking { path: path.to_owned(), changes }) } else { Ok(changes) }
    }
}

/// Asserts, in a test, that clients which were built with the contract that is kept in a file can talk to a router; with
/// `UPDATE_CONTRACT=1` in the environment it writes the file instead.
///
/// The file is the contract of the last release: it is written anew for each, so that what was added then is held to as
/// well. The path is relative to the folder that the test is run in, which with cargo is that of its package.
///
/// ```no_run
/// # use ipc_core::{Router, diff::assert_compatible, handler};
/// # /// Adds two numbers.
/// # #[handler("math:add", crate = ipc_core)]
/// # fn add(left: u32, right: u32) -> u32 { left + right }
/// #[test]
/// # fn hidden() {}
/// fn old_clients_can_talk_to_this_server() {
///     assert_compatible("contract.json", &Router::new().handle::<add>());
/// }
/// # old_clients_can_talk_to_this_server();
/// ```
///
/// # Panics
///
/// Something breaks old clients, which the message names with its reason; there is no such file; or the router cannot be
/// described.
#[track_caller]
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub fn assert_compatible(path: impl AsRef<Path>, router: &Router) {
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    let done = router.description().map_err(KeptError::from).and_then(|description| {
        if update { description.write_to(path) } else { description.check_compatible(path).map(drop) }
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}
