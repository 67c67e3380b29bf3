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

/// The name in SCREAMING_SNAKE_CASE: `HTTPError` is `HTTP_ERROR`, `Ipv4Only` is `IPV4_ONLY`.
pub(crate) fn of_name(name: &str) -> String {
    let mut code = String::with_capacity(name.len() + 4);
    let mut letters = name.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before != '_' && (!before.is_uppercase() || letters.peek().is_some_and(|after| after.is_lowercase()))
            });
        if begins_word {
            code.push('_');
        }
        code.extend(letter.to_uppercase());
        before = Some(letter);
    }
    code
}

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

    #[test]
    fn a_code_has_a_word_for_each_word_of_the_name() {
        for (name, code) in [
            ("NotFound", "NOT_FOUND"),
            ("HTTPError", "HTTP_ERROR"),
            ("Io", "IO"),
            ("IOFailed", "IO_FAILED"),
            ("Ipv4Only", "IPV4_ONLY"),
            ("Sha256Mismatch", "SHA256_MISMATCH"),
            ("A", "A"),
            ("NotA", "NOT_A"),
            ("Snake_Case", "SNAKE_CASE"),
        ] {
            assert_eq!(of_name(name), code);
            assert!(is_code(code), "{code}");
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
