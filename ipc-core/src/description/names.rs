//! Names: which Rust type a definition stands for, and whether two types would share a name.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;

use super::DescriptionError;

/// The names of a generator's definitions, each with the id of its type: its path, with the ids of type parameters.
pub(super) type Ids = BTreeMap<String, String>;

/// The ids of the types that `generator` has named.
///
/// A generator knows them and tells them only to `Debug`, which is therefore read here. From a schemars that writes
/// otherwise nothing comes: two types of one name are numbered by schemars then instead of being refused, and every
/// schema still says the same. `two_types_of_one_name_are_an_error_that_names_both` sees that change.
pub(super) fn ids(generator: &SchemaGenerator) -> Ids {
    let text = format!("{generator:?}");
    let mut ids = Ids::new();
    let Some((_, mut rest)) = text.split_once("schema_id_to_name: {") else { return ids };
    while let Some((id, after)) = rest.trim_start_matches(", ").strip_prefix("SchemaUid(").and_then(quoted) {
        let Some((name, after)) = after.split_once("): ").and_then(|(_contract, name)| quoted(name)) else { break };
        ids.insert(name, id);
        rest = after;
    }
    ids
}

/// The string that a Rust string literal at the start of `text` stands for, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut string = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some((string, rest.as_str())),
            '\\' => match rest.next()? {
                'u' => {
                    let (code, after) = rest.as_str().strip_prefix('{')?.split_once('}')?;
                    string.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                    rest = after.chars();
                }
                'n' => string.push('\n'),
                'r' => string.push('\r'),
                't' => string.push('\t'),
                '0' => string.push('\0'),
                itself => string.push(itself),
            },
            other => string.push(other),
        }
    }
}

/// Finds two types that would share a name, among those that are read and those that are written.
pub(super) fn check(input: &Ids, output: &Ids) -> Result<(), DescriptionError> {
    for ids in [input, output] {
        for (name, id) in ids {
            for stem in stems(name) {
                if let Some(first) = ids.get(stem).filter(|first| was_numbered(stem, first, id)) {
                    return Err(shared(stem, first, id));
                }
            }
        }
    }
    for (name, first) in input {
        if let Some(second) = output.get(name).filter(|second| *second != first) {
            return Err(shared(name, first, second));
        }
    }
    Ok(())
}

fn shared(name: &str, first: &str, second: &str) -> DescriptionError {
    let (first, second) = if first < second { (first, second) } else { (second, first) };
    DescriptionError::SharedName { name: name.to_owned(), first: first.to_owned(), second: second.to_owned() }
}

/// What `name` would be without a number that schemars appended: `Item` for `Item2`, `Item2` and `Item` for `Item22`.
fn stems(name: &str) -> impl Iterator<Item = &str> {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    (name.len() - digits..name.len())
        .filter_map(|at| name.split_at_checked(at))
        .filter(|(stem, number)| !stem.is_empty() && !number.starts_with('0') && *number != "1")
        .map(|(stem, _)| stem)
}

/// Whether the type `id` wanted the name `stem`, which the type `first` has.
fn was_numbered(stem: &str, first: &str, id: &str) -> bool {
    let declared = declared(id);
    // A name with type parameters in it (`{T}Page`) does not tell what it came to; two that were declared alike with
    // the same parameters came to the same.
    declared == stem || (declared.contains('{') && unqualified(id) == unqualified(first))
}

/// The id of a type without the path of its module: `Page<app::Item>` for `app::Page<app::Item>`.
fn unqualified(id: &str) -> &str {
    let path = id.split('<').next().unwrap_or(id);
    let module = path.rfind("::").map_or(0, |at| at + 2);
    id.get(module..).unwrap_or(id)
}

/// The name that a type was declared with: `Page` for `app::Page<app::Item>`.
fn declared(id: &str) -> &str {
    let unqualified = unqualified(id);
    unqualified.split('<').next().unwrap_or(unqualified)
}

/// How to give the type `id` another name.
pub(super) fn rename(id: &str) -> &'static str {
    if id.contains('<') {
        "name each after its type parameters with `#[schemars(rename = \"{T}…\")]`"
    } else {
        "give one of them another name with `#[schemars(rename = \"…\")]`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(ids: &[(&str, &str)]) -> Result<(), DescriptionError> {
        check(&ids.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect(), &Ids::new())
    }

    #[test]
    fn a_name_that_ends_in_a_number_is_not_a_numbered_one() {
        check_one(&[("Item", "a::Item"), ("Item2", "a::Item2"), ("Item22", "a::Item22")]).expect("three names");
        check_one(&[("Page", "a::Page<u8>"), ("Page2", "a::Page2<u8>")]).expect("two names");
        check_one(&[
            ("Item", "a::Item"),
            ("Item2", "a::Item2"),
            ("PageOfItem", "a::PageOf{T}<a::Item>"),
            ("PageOfItem2", "a::PageOf{T}<a::Item2>"),
        ])
        .expect("four names");
        check_one(&[("Result_of_A_or_B", "Result<a::A, a::B>"), ("Result_of_A_or_B2", "Result<a::A, a::B2>")])
            .expect("two names");
    }

    #[test]
    fn a_numbered_name_is_found_however_the_types_are_made() {
        for ids in [
            [("Item", "a::Item"), ("Item2", "b::Item")],
            [("Item2", "a::Item2"), ("Item22", "b::Item2")],
            [("Page", "a::Page<a::A>"), ("Page2", "a::Page<a::B>")],
            [("PageOfA", "a::PageOf{T}<a::A>"), ("PageOfA2", "b::PageOf{T}<a::A>")],
        ] {
            let error = check_one(&ids).expect_err("two types of one name");
            assert!(matches!(error, DescriptionError::SharedName { name, .. } if name == ids[0].0), "{ids:?}");
        }
    }

    #[test]
    fn a_quoted_string_is_read_back() {
        for string in ["a::Item", "a\"b\\c", "tab\tnew\nline\0", "é\u{200b}…"] {
            assert_eq!(quoted(&format!("{string:?}, more")), Some((string.to_owned(), ", more")));
        }
        assert_eq!(quoted("\"open"), None);
    }
}
