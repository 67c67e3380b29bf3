//! Patterns of permissions: one that is written out, or all that begin alike.

use crate::channel::MAX_CHANNEL_BYTES;

/// What is put behind the name of a channel for the right to publish on it.
pub(crate) const PUBLISH: &str = ":publish";

/// The most bytes of a permission: the longest is that to publish on the channel with the longest name.
const MAX_PERMISSION_BYTES: usize = MAX_CHANNEL_BYTES + PUBLISH.len();

/// Why a text is no pattern of permissions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// There is nothing.
    #[error("it is empty: write `*` for everything")]
    Empty,
    /// It has no `:`, or nothing on one side of it.
    #[error("it is not of the form `data:read`, `data:*` or `*`")]
    Form,
    /// An asterisk stands elsewhere than at the end, behind a `:`.
    #[error("a `*` stands alone, or at the end behind a `:`: `*`, `data:*`")]
    Asterisk,
    /// It holds a character other than `a-z`, `0-9`, `_`, `.`, `-`, `:` and an asterisk.
    #[error("it holds {0:?}; a permission is made of a-z, 0-9, `_`, `.`, `-` and `:`")]
    Character(char),
    /// It has more bytes than a permission can have.
    #[error("a permission has at most {MAX_PERMISSION_BYTES} bytes, and this has {0}")]
    TooLong(usize),
}

/// Checks that `text` is a pattern of permissions.
pub(super) fn check(text: &str) -> Result<(), PatternError> {
    if text.is_empty() {
        return Err(PatternError::Empty);
    }
    if text.len() > MAX_PERMISSION_BYTES {
        return Err(PatternError::TooLong(text.len()));
    }
    if let Some(found) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '-' | ':' | '*')) {
        return Err(PatternError::Character(found));
    }
    let name = match text.strip_suffix('*') {
        Some("") => return Ok(()),
        Some(prefix) => prefix.strip_suffix(':').ok_or(PatternError::Asterisk)?,
        None if text.contains(':') => text,
        None => return Err(PatternError::Form),
    };
    if name.contains('*') {
        return Err(PatternError::Asterisk);
    }
    if name.split(':').any(str::is_empty) {
        return Err(PatternError::Form);
    }
    Ok(())
}

/// Whether a pattern names a permission. One that is malformed names none.
pub(super) fn matches(pattern: &str, permission: &str) -> bool {
    match pattern.strip_suffix('*') {
        None => pattern == permission,
        Some(prefix) => (prefix.is_empty() || prefix.ends_with(':')) && permission.starts_with(prefix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_permission_or_what_permissions_begin_with() {
        for pattern in ["*", "data:*", "data:read", "data:items:*", "ipc:introspect", "a.b_c-1:x"] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
        assert!(matches("*", "data:read"));
        assert!(matches("data:*", "data:read") && matches("data:*", "data:items:read"));
        assert!(!matches("data:*", "database:read") && !matches("data:*", "data"));
        assert!(matches("data:read", "data:read") && !matches("data:read", "data:read:all"));
    }

    #[test]
    fn a_pattern_that_is_none_is_refused_for_what_is_wrong_with_it() {
        let cases = [
            ("", PatternError::Empty),
            ("data", PatternError::Form),
            ("data:", PatternError::Form),
            (":read", PatternError::Form),
            ("data::*", PatternError::Form),
            ("data*", PatternError::Asterisk),
            ("*:read", PatternError::Asterisk),
            ("data:*:read", PatternError::Asterisk),
            ("**", PatternError::Asterisk),
            ("data:r*", PatternError::Asterisk),
            ("Data:read", PatternError::Character('D')),
            ("data:read, data:write", PatternError::Character(',')),
        ];
        for (pattern, error) in cases {
            assert_eq!(check(pattern), Err(error), "{pattern}");
        }
        assert_eq!(check(&"a".repeat(137)), Err(PatternError::TooLong(137)));
        // Nor does it name anything.
        assert!(!matches("data*", "data:read") && !matches("", "data:read"));
    }
}
