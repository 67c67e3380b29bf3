//! Bindings that stand in a file, and whether they are those of a contract.

use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::typescript::{TypeScript, TypeScriptError};
use crate::{Description, DescriptionError};

/// The variable that makes [`assert_bindings_current`] write the file instead.
const UPDATE: &str = "UPDATE_BINDINGS";

/// Lines of a diff that are shown before and after each change.
const CONTEXT: usize = 3;

/// Lines of a diff that are shown at most. What is longer than that is read in the file.
const LONGEST_DIFF: usize = 120;

/// Why a file does not have the bindings of a contract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindingsError {
    /// The contract cannot be described.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// There are no bindings of it.
    #[error(transparent)]
    TypeScript(#[from] TypeScriptError),
    /// The file has other bindings, or is not there.
    #[error(
        "`{}` is not what the contract says: run this test with `{UPDATE}=1` to write it anew\n\n{diff}",
        .path.display()
    )]
    Stale {
        /// The file.
        path: PathBuf,
        /// How what it has differs from what it should have.
        diff: String,
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

impl TypeScript {
    /// Writes the bindings to a file, and the folders that it stands in. A file that has them already is left alone, so
    /// that nothing is built anew that depends on it.
    ///
    /// # Errors
    ///
    /// There are no bindings of the contract, or the file cannot be written.
    pub fn write_to(&self, path: impl AsRef<Path>, description: &Description) -> Result<(), BindingsError> {
        let (path, bindings) = (path.as_ref(), self.write(description)?);
        // What cannot be read is about to be written.
        if std::fs::read_to_string(path).is_ok_and(|known| known == bindings) {
            return Ok(());
        }
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, bindings));
        written.map_err(|source| BindingsError::Write { path: path.to_owned(), source })
    }

    /// Whether a file has the bindings of the contract. Line feeds may be those of Windows.
    ///
    /// # Errors
    ///
    /// There are no bindings of it, the file cannot be read, or it has others: then the error says how they differ.
    pub fn check(&self, path: impl AsRef<Path>, description: &Description) -> Result<(), BindingsError> {
        let (path, bindings) = (path.as_ref(), self.write(description)?);
        let known = match std::fs::read_to_string(path) {
            Ok(known) => known.replace("\r\n", "\n"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(BindingsError::Read { path: path.to_owned(), source }),
        };
        if known == bindings {
            return Ok(());
        }
        Err(BindingsError::Stale { path: path.to_owned(), diff: diff(path, &known, &bindings) })
    }

    /// [`check`](Self::check) for a test, or [`write_to`](Self::write_to) where `UPDATE_BINDINGS=1` is in the environment.
    ///
    /// # Panics
    ///
    /// Where one of them fails, with what it says.
    #[track_caller]
    pub fn assert_current(&self, path: impl AsRef<Path>, description: &Description) {
        let done = match std::env::var_os(UPDATE) {
            Some(value) if value == "1" => self.write_to(path, description),
            _ => self.check(path, description),
        };
        assert(done);
    }
}

/// Asserts, in a test, that a file has the bindings of a router; with `UPDATE_BINDINGS=1` in the environment it writes
/// them.
///
/// The path is relative to the folder that the test is run in, which with cargo is that of its package. For bindings that
/// are written otherwise, there is [`TypeScript::assert_current`].
///
/// ```no_run
/// # use ipc_core::{Router, export::assert_bindings_current, handler};
/// # /// Adds two numbers.
/// # #[handler("math:add", crate = ipc_core)]
/// # fn add(left: u32, right: u32) -> u32 { left + right }
/// #[test]
/// # fn hidden() {}
/// fn the_bindings_of_the_frontend_are_current() {
///     assert_bindings_current("frontend/bindings.ts", &Router::new().handle::<add>());
/// }
/// # the_bindings_of_the_frontend_are_current();
/// ```
///
/// # Panics
///
/// The file has other bindings, which the message shows as a diff; or the router cannot be described.
#[track_caller]
pub fn assert_bindings_current(path: impl AsRef<Path>, router: &crate::Router) {
    match router.description() {
        Ok(description) => TypeScript::new().assert_current(path, &description),
        Err(error) => assert(Err(error.into())),
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a test fails by panicking")]
fn assert(done: Result<(), BindingsError>) {
    if let Err(error) = done {
        panic!("{error}");
    }
}

fn diff(path: &Path, known: &str, bindings: &str) -> String {
    let name = path.display().to_string();
    let diff = TextDiff::from_lines(known, bindings);
    let diff = diff.unified_diff().context_radius(CONTEXT).header(&name, "the contract").to_string();
    let more = diff.lines().count().saturating_sub(LONGEST_DIFF);
    if more == 0 {
        return diff;
    }
    let shown: String = diff.split_inclusive('\n').take(LONGEST_DIFF).collect();
    format!("{shown}… and {more} lines more\n")
}
