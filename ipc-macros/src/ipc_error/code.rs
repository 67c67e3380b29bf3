//! The codes of errors.

/// The codes that the framework itself answers with, as `ipc_core::code::ALL` has them.
pub(crate) const STANDARD: [&str; 10] = [
    "INVALID_INPUT",
    "UNKNOWN_CHANNEL",
    "DENIED",
    "RATE_LIMITED",
    "OVERLOADED",
    "TIMEOUT",
    "CANCELLED",
    "TOO_LARGE",
    "UNAVAILABLE",
    "INTERNAL",
];

/// Whether a text is a code: words of A-Z and 0-9, with one `_` between them, the first beginning with a letter.
pub(crate) fn is_code(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.split('_').all(|word| {
            !word.is_empty() && word.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::screaming_snake;

    #[test]
    fn a_name_in_capitals_is_a_code() {
        for name in ["NotFound", "HTTPError", "A", "Ipv4Only", "Sha256Mismatch", "Snake_Case"] {
            let code = screaming_snake(name);
            assert!(is_code(&code), "{code}");
        }
    }

    #[test]
    fn what_is_no_code_is_told_from_what_is() {
        for text in ["", "not_found", "NOT-FOUND", "_A", "A_", "A__B", "4A", "Ä"] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn the_standard_codes_are_those_of_the_core() {
        let core = include_str!("../../../ipc-core/src/failure.rs");
        let declared: Vec<_> = core
            .lines()
            .filter_map(|line| line.trim().strip_prefix("pub const ")?.split_once(": &str = ")?.1.split('"').nth(1))
            .collect();
        assert_eq!(declared, STANDARD);
    }
}
