//! Channel names: what a channel may be called, and why a name is refused.

/// The most bytes that a channel's name may have.
///
/// A name travels with every request and stands in every log line, so it stays short; 128 bytes leave room for four
/// namespaces of thirty letters.
pub const MAX_CHANNEL_BYTES: usize = 128;

/// The namespace that the framework keeps for itself (`ipc:…`).
pub const RESERVED_NAMESPACE: &str = "ipc";

/// Why a text is no channel name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelNameError {
    /// The name has no `:`, or nothing on one side of it.
    #[error("`{0}` is not of the form `namespace:action`")]
    NoNamespace(String),
    /// The name holds a character other than `a-z`, `0-9`, `_`, `.`, `-` and `:`.
    #[error("`{name}` holds {found:?}; a channel name is made of a-z, 0-9, `_`, `.`, `-` and `:`")]
    Character {
        /// The name as it was given.
        name: String,
        /// The first character that does not belong.
        found: char,
    },
    /// The name has more than [`MAX_CHANNEL_BYTES`] bytes.
    #[error("a channel name has at most {MAX_CHANNEL_BYTES} bytes, and this one has {0}")]
    TooLong(usize),
    /// The name lies in the framework's own namespace.
    #[error("`{0}` lies in the namespace `ipc`, which the framework keeps for itself")]
    Reserved(String),
}

impl ChannelNameError {
    /// The same of a permission, which is formed as a channel's name is.
    pub(crate) fn of_permission(&self) -> String {
        self.to_string().replace("namespace:action", "data:read").replace("a channel name", "a permission")
    }
}

/// Checks that `name` may name a channel: `namespace:action`, made of `a-z`, `0-9`, `_`, `.` and `-`, with one or more
/// `:`, none of its parts empty, at most [`MAX_CHANNEL_BYTES`] bytes, outside the namespace `ipc`.
///
/// # Errors
///
/// The first rule that the name breaks.
pub fn check(name: &str) -> Result<(), ChannelNameError> {
    if name.len() > MAX_CHANNEL_BYTES {
        return Err(ChannelNameError::TooLong(name.len()));
    }
    if let Some(found) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '-' | ':')) {
        return Err(ChannelNameError::Character { name: name.to_owned(), found });
    }
    if !name.contains(':') || name.split(':').any(str::is_empty) {
        return Err(ChannelNameError::NoNamespace(name.to_owned()));
    }
    if name.split(':').next() == Some(RESERVED_NAMESPACE) {
        return Err(ChannelNameError::Reserved(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_a_namespace_and_an_action() {
        let longest = format!("a:{}", "b".repeat(MAX_CHANNEL_BYTES - 2));
        for name in ["data:fetch", "a:b", "app.data:items:fetch-all_2", "0:1", "ipcs:a", "my:ipc", &longest] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_text_that_is_no_channel_is_refused_for_what_is_wrong_with_it() {
        let owned = str::to_owned;
        for name in ["", "data", ":", "data:", ":fetch", "data::fetch", "data:fetch:"] {
            assert_eq!(check(name), Err(ChannelNameError::NoNamespace(owned(name))));
        }
        for (name, found) in
            [("Data:fetch", 'D'), ("data:fetch all", ' '), ("data/fetch", '/'), ("données:lire", 'é'), ("a:b\0", '\0')]
        {
            assert_eq!(check(name), Err(ChannelNameError::Character { name: owned(name), found }));
        }
        for name in ["ipc:list", "ipc:a:b"] {
            assert_eq!(check(name), Err(ChannelNameError::Reserved(owned(name))));
        }
        let long = format!("a:{}", "b".repeat(MAX_CHANNEL_BYTES - 1));
        assert_eq!(check(&long), Err(ChannelNameError::TooLong(MAX_CHANNEL_BYTES + 1)));
    }

    #[test]
    fn a_refusal_says_what_the_name_may_be() {
        let said = |name| check(name).expect_err(name).to_string();
        assert_eq!(said("fetch"), "`fetch` is not of the form `namespace:action`");
        assert_eq!(said("a:B"), "`a:B` holds 'B'; a channel name is made of a-z, 0-9, `_`, `.`, `-` and `:`");
        assert_eq!(said("ipc:list"), "`ipc:list` lies in the namespace `ipc`, which the framework keeps for itself");
    }
}
