//! What is wrong with a request, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, code};
use crate::sensitive::{self, INVALID, without_values};

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

    /// Notes what `check` finds, without its words: they may tell a value that must not be told.
    pub fn push_hidden(&mut self, check: impl FnOnce(&mut Self)) {
        let mut found = Self::default();
        check(&mut found);
        for issue in found.issues {
            self.push(issue.path, INVALID);
        }
    }

    /// Notes why the JSON text of a payload could not be read, and quotes no value of it. Of the parameters that are
    /// `sensitive` nothing is said but that; the one that is the whole payload has the name "".
    pub(crate) fn push_json(&mut self, error: &serde_path_to_error::Error<serde_json::Error>, sensitive: &[&str]) {
        let inner = error.inner();
        let within = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        let text = inner.to_string();
        let message =
            text.strip_suffix(&format!(" at line {} column {}", inner.line(), inner.column())).unwrap_or(&text);
        let message = match sensitive.contains(&root(&within)) || sensitive.contains(&"") {
            true if inner.is_data() && !sensitive::is_missing_field(message) => INVALID.into(),
            _ => without_values(message),
        };
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
            message: message.into_owned(),
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

/// The parameter that a path begins with.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use garde::Validate as _;

    use super::*;

    #[derive(Debug, Deserialize, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Query {
        #[garde(length(min = 2))]
        text: String,
        #[garde(dive)]
        filters: Vec<Filter>,
    }

    #[derive(Debug, Deserialize, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        #[garde(range(max = 9))]
        limit: u8,
    }

    /// The one issue that `json` has as a query: path, message, line, column.
    fn issue(json: &str) -> (String, String, usize, usize) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, Query>(&mut deserializer).expect_err(json);
        let mut issues = Issues::default();
        issues.push_json(&error, &[]);
        let Issue { path, message, line, column } = issues.iter().next().expect("an issue").clone();
        (path, message, line.expect("a line"), column.expect("a column"))
    }

    #[test]
    fn a_json_error_belongs_to_the_field_it_is_about() {
        for (json, path, said) in [
            (r#"{"filters":[]}"#, "text", "missing field `text`"),
            (r#"{"text":"a","filters":[],"txt":1}"#, "txt", "unknown field `txt`, expected `text` or `filters`"),
            (r#"{"text":1,"filters":[]}"#, "text", "invalid type: integer, expected a string"),
            (r#"{"text":"a","filters":[{"limit":1},{}]}"#, "filters[1].limit", "missing field `limit`"),
            (
                r#"{"text":"a","filters":[{"limits":1}]}"#,
                "filters[0].limits",
                "unknown field `limits`, expected `limit`",
            ),
            (r#"{"text":"a","filters":[{"limit":256}]}"#, "filters[0].limit", "invalid value: integer, expected u8"),
            (r#"{"text":"a","filters":{}}"#, "filters", "invalid type: map, expected a sequence"),
            ("[", "", "EOF while parsing a list"),
            ("7", "", "invalid type: integer, expected struct Query"),
        ] {
            let (found, message, ..) = issue(json);
            assert_eq!((found.as_str(), message.as_str()), (path, said), "{json}");
        }
    }

    #[test]
    fn a_json_error_has_its_line_and_column() {
        let (path, _, line, column) = issue("{\n  \"text\": \"a\",\n  \"filters\": [{\"limit\": true}]\n}");
        assert_eq!((path.as_str(), line, column), ("filters[0].limit", 3, 28));
    }

    #[test]
    fn a_broken_constraint_belongs_to_its_field_wherever_the_payload_stands() {
        let query = Query { text: "a".to_owned(), filters: vec![Filter { limit: 1 }, Filter { limit: 10 }] };
        let report = query.validate().expect_err("two broken constraints");
        let paths = |within: &str| {
            let mut issues = Issues::default();
            issues.append(within, &report);
            issues.iter().map(|issue| issue.path.clone()).collect::<Vec<_>>()
        };
        assert_eq!(paths(""), ["filters[1].limit", "text"]);
        assert_eq!(paths("query"), ["query.filters[1].limit", "query.text"]);
        let mut issues = Issues::default();
        let list = vec![Filter { limit: 10 }];
        Probe(&list).check("filters", &mut issues);
        assert_eq!(issues.iter().next().map(|issue| issue.path.as_str()), Some("filters[0].limit"));
    }

    #[test]
    fn a_payload_without_constraints_has_no_issues() {
        let mut issues = Issues::default();
        (&Probe(&std::time::Duration::ZERO)).check("wait", &mut issues);
        assert!(issues.is_empty());
    }

    #[test]
    fn the_client_learns_every_issue() {
        let mut issues = Issues::default();
        issues.push("id", "lower than 1");
        let one = issues.clone().into_failure("data:fetch");
        assert_eq!(one.code(), code::INVALID_INPUT);
        assert_eq!(one.message(), "the request is not valid for `data:fetch`: id: lower than 1");
        issues.push("", "too much");
        let two = issues.into_failure("data:fetch");
        assert_eq!(two.message(), "the request is not valid for `data:fetch`: 2 fields are not valid");
        let details = serde_json::json!({"issues": [
            {"path": "id", "message": "lower than 1"}, {"path": "", "message": "too much"},
        ]});
        assert_eq!(two.details(), Some(&details));
    }
}
