//! The mistakes found in one item: all of them are reported at once.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// Collects mistakes, each on the tokens it was made with.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Vec<Error>,
}

impl Diagnostics {
    /// Notes a mistake made with `tokens`.
    pub(crate) fn report(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(Error::new_spanned(tokens, message));
    }

    /// Notes a mistake that has no tokens of its own.
    pub(crate) fn report_at(&mut self, span: proc_macro2::Span, message: impl std::fmt::Display) {
        self.errors.push(Error::new(span, message));
    }

    /// Notes what the parser found.
    pub(crate) fn push(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The compile errors, to stand beside the user's item.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.errors.iter().map(Error::to_compile_error).collect()
    }
}

/// `` expected one of `a`, `b` `` with the nearest name first asked for, where one is near.
pub(crate) fn expected(found: &str, known: &[&str]) -> String {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let expected = if known.len() == 1 { format!("expected {list}") } else { format!("expected one of {list}") };
    match nearest(found, known) {
        Some(name) => format!("{expected}; did you mean `{name}`?"),
        None => expected,
    }
}

/// The known name that `found` was probably meant to be.
fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, name) = known.iter().map(|name| (distance(found, name), *name)).min()?;
    // A third of the letters may be wrong: `timout` is `timeout`, `serde` is not `garde`.
    (distance <= (found.chars().count() / 3).max(1)).then_some(name)
}

/// How many letters must be put in, taken out or changed to make `left` of `right`.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (done, from) in left.chars().enumerate() {
        let mut diagonal = done;
        let mut before = done + 1;
        for (cell, to) in row.iter_mut().zip(std::iter::once(None).chain(right.chars().map(Some))) {
            let above = *cell;
            *cell = match to {
                None => done + 1,
                Some(to) => (diagonal + usize::from(from != to)).min(above + 1).min(before + 1),
            };
            diagonal = above;
            before = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_letters() {
        assert_eq!(distance("timout", "timeout"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(
            expected("blockin", &["blocking", "crate"]),
            "expected one of `blocking`, `crate`; did you mean `blocking`?"
        );
        assert_eq!(expected("timeout", &["blocking", "crate"]), "expected one of `blocking`, `crate`");
    }
}
