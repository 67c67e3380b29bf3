//! Why there are no bindings.

use std::fmt;

/// Why there are no bindings of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeScriptError {
    pub(super) problems: Vec<TypeScriptProblem>,
}

impl TypeScriptError {
    /// Everything that is wrong, at least one thing.
    pub fn problems(&self) -> &[TypeScriptProblem] {
        &self.problems
    }
}

impl fmt::Display for TypeScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => one.fmt(f),
            several => {
                write!(f, "{} things keep the contract from TypeScript:", several.len())?;
                several.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}

impl std::error::Error for TypeScriptError {}

/// What of a description no type of TypeScript can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypeScriptProblem {
    /// `bigint` stands on what holds no integer.
    #[error("`{place}` is marked as `bigint` and holds no integer{}", held_elsewhere(.held.as_deref()))]
    NothingToMark {
        /// Where the mark is.
        place: String,
        /// The type that stands there, which may hold integers of its own.
        held: Option<String>,
    },
    /// A reference leads out of the description.
    #[error(
        "`{place}` refers to `{to}`, which is not in the description: use a schema that refers to its own definitions"
    )]
    Reference {
        /// Where the reference is.
        place: String,
        /// What it refers to.
        to: String,
    },
    /// A type is nothing but itself.
    #[error("`{name}` is defined as itself, and TypeScript knows no such type: put a field between the two")]
    Circle {
        /// The type.
        name: String,
    },
    /// An enum without a tag has binary data where it may have a text.
    #[error(
        "`{place}` has binary data where another variant has a text, and nothing tells the two apart: give the enum a tag"
    )]
    BinaryOrText {
        /// Where the enum is.
        place: String,
    },
}

fn held_elsewhere(held: Option<&str>) -> String {
    match held {
        Some(name) => format!(" of its own: mark the fields of `{name}`"),
        None => ": leave the mark out".to_owned(),
    }
}
