//! Names in other cases.

/// The name in SCREAMING_SNAKE_CASE: `HTTPError` is `HTTP_ERROR`, `Ipv4Only` is `IPV4_ONLY`.
pub(crate) fn screaming_snake(name: &str) -> String {
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

/// The name in snake_case: `StatusChanged` is `status_changed`.
pub(crate) fn snake(name: &str) -> String {
    screaming_snake(name).to_lowercase()
}

/// `fetch_all` as `FetchAll`.
pub(crate) fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_word_for_each_of_its_words() {
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
            assert_eq!(screaming_snake(name), code);
        }
        assert_eq!(snake("StatusChanged"), "status_changed");
        assert_eq!(pascal("fetch_all"), "FetchAll");
    }
}
