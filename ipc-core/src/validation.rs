//! What is wrong with a request, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, code};

/// The mistakes found in one payload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issues {
    issues: Vec<Issue>,
}

/// One mistake in a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// Where in the payload: `id`, `filter.tags[2]`; empty for the payload as a whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// The line of the JSON text, from 1, where the text could not be read as the payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column of that line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Issues {
    /// Notes a mistake in the value at `path`.
    pub fn push(&mut self, path: impl Into<String>, message: impl fmt::Display) {
        self.issues.push(Issue { path: path.into(), message: message.to_string(), line: None, column: None });
    }

    /// Notes what `report` says of the value at `path` (empty where the value is the whole payload).
    pub fn append(&mut self, path: &str, report: &garde::Report) {
        for (within, error) in report.iter() {
            let within = within.to_string();
            let joined = match (path, within.as_str()) {
                ("", within) => within.to_owned(),
                (path, "") => path.to_owned(),
                (path, within) if within.starts_with('[') => format!("{path}{within}"),
                (path, within) => format!("{path}.{within}"),
            };
            self.push(joined, error);
        }
    }

    /// Notes why the JSON text of a payload could not be read.
    pub(crate) fn push_json(&mut self, error: &serde_path_to_error::Error<serde_json::Error>) {
        let inner = error.inner();
        let within = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        let text = inner.to_string();
        let message =
            text.strip_suffix(&format!(" at line {} column {}", inner.line(), inner.column())).unwrap_or(&text);
        // serde reports a missing or unknown field at the object that lacks or holds it; the issue belongs to the field.
        let field = ["missing field `", "unknown field `"]
            .iter()
            .find_map(|start| message.strip_prefix(start)?.split('`').next())
            .filter(|field| !within.ends_with(field));
        let path = match (within.as_str(), field) {
            (_, None) => within,
            ("", Some(field)) => field.to_owned(),
            (_, Some(field)) => format!("{within}.{field}"),
        };
        self.issues.push(Issue {
            path,
            message: message.to_owned(),
            line: Some(inner.line()),
            column: Some(inner.column()),
        });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.issues.is_empty()
    }

    /// The mistakes, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Issue> {
        self.issues.iter()
    }

    /// The `INVALID_INPUT` that tells the client.
    pub(crate) fn into_failure(self, channel: &str) -> Failure {
        let said = match self.issues.as_slice() {
            [one] if one.path.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.path, one.message),
            many => format!("{} fields are not valid", many.len()),
        };
        Failure::new(code::INVALID_INPUT, format_args!("the request is not valid for `{channel}`: {said}"))
            .with_details(self)
    }
}

impl<'a> IntoIterator for &'a Issues {
    type Item = &'a Issue;
    type IntoIter = std::slice::Iter<'a, Issue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Checks a payload whose type implements [`garde::Validate`], and passes every other payload: what
/// `(&Probe(&value)).check("path", issues)` finds depends on the type of `value`.
///
/// The implementation on `Probe` itself is found before the one on `&Probe`, so a type that can be validated cannot
/// escape it.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// The check of a type that implements [`garde::Validate`].
pub trait CheckValidated {
    /// What the type's own rules are given beside the value.
    type Context;

    /// Validates the value and notes what is wrong with it.
    ///
    /// A type whose rules need a context that nobody can make is refused here, and not passed unchecked.
    fn check(&self, path: &str, issues: &mut Issues)
    where
        Self::Context: Default;
}

impl<T: garde::Validate + ?Sized> CheckValidated for Probe<'_, T> {
    type Context = T::Context;

    fn check(&self, path: &str, issues: &mut Issues)
    where
        Self::Context: Default,
    {
        if let Err(report) = self.0.validate() {
            issues.append(path, &report);
        }
    }
}

/// The check of a type that has no constraints.
pub trait CheckPlain {
    /// Passes.
    fn check(&self, path: &str, issues: &mut Issues);
}

impl<T: ?Sized> CheckPlain for &Probe<'_, T> {
    fn check(&self, _path: &str, _issues: &mut Issues) {}
}
