//! Names: of types, of members, of methods.

use std::collections::{BTreeMap, BTreeSet};

/// What a generated file declares itself, besides the types of the contract.
const OWN: [&str; 11] = [
    "CONTRACT_FINGERPRINT",
    "IpcClient",
    "IpcContract",
    "bind",
    "channels",
    "connect",
    "createClient",
    "ipc",
    "METHODS",
    "Promise",
    "Uint8Array",
];

/// What cannot name a type: TypeScript's own types, and the words that are no identifiers in a module.
const RESERVED: &str = " any arguments as asserts async await bigint boolean break case catch class const constructor continue \
    debugger declare default delete do else enum eval export extends false finally for from function get global if \
    implements import in infer instanceof interface intrinsic is keyof let module namespace never new null number object \
    of package private protected public readonly require return set static string super switch symbol this throw true \
    try type typeof undefined unique unknown var void while with yield ";

/// What the definitions are called in TypeScript, by their names in the description.
///
/// A name that is no identifier, or is taken, is changed in a way that depends on nothing but the names.
pub(super) fn of_types<'a>(definitions: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let names: Vec<&str> = definitions.collect();
    // Those that need no change keep their names, whatever the others become.
    let mut taken: BTreeSet<String> =
        names.iter().filter(|name| identifier(name) == **name).map(|name| (*name).to_owned()).collect();
    let name = |name: &'a str| {
        let wanted = identifier(name);
        if wanted == name {
            return (name, wanted);
        }
        let mut given = wanted.clone();
        let mut number = 2;
        while !taken.insert(given.clone()) {
            given = format!("{wanted}_{number}");
            number += 1;
        }
        (name, given)
    };
    names.into_iter().map(name).collect()
}

/// The name itself where it can name a type; otherwise one that is like it.
fn identifier(name: &str) -> String {
    let mut identifier: String =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '$') { c } else { '_' }).collect();
    if !identifier.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        identifier.insert(0, '_');
    }
    let reserved = RESERVED.split(' ').any(|word| word == identifier);
    if reserved || OWN.contains(&identifier.as_str()) {
        identifier.push('_');
    }
    identifier
}

/// The name of a member where it stands for itself, or the text that it is.
pub(super) fn member(name: &str) -> String {
    let is_identifier = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
        && name != "__proto__";
    if is_identifier { name.to_owned() } else { text(name) }
}

/// A text as JavaScript has it.
pub(super) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// `fetch_all`, `fetch-all` and `fetch.all` as `fetchAll`; `None` where nothing is left of it.
pub(super) fn camel(name: &str) -> Option<String> {
    let mut words = name.split(['_', '-', '.']).filter(|word| !word.is_empty());
    let mut camel = words.next()?.to_owned();
    words.for_each(|word| camel.push_str(&capital(word)));
    Some(camel)
}

/// The same with a capital in front.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_keeps_its_name_where_it_can_and_no_two_have_one() {
        let names =
            of_types(["A_B", "A-B", "A B", "number", "IpcClient", "3D", "Map", "Page<Item>", "été"].into_iter());
        let expected = [
            ("3D", "_3D"),
            ("A B", "A_B_3"),
            ("A-B", "A_B_2"),
            ("A_B", "A_B"),
            ("IpcClient", "IpcClient_"),
            ("Map", "Map"),
            ("Page<Item>", "Page_Item_"),
            ("number", "number_"),
            ("été", "été"),
        ];
        assert_eq!(names, expected.map(|(name, given)| (name, given.to_owned())).into());
    }

    #[test]
    fn an_action_becomes_a_method_in_camel_case() {
        for (name, method) in
            [("fetch", "fetch"), ("fetch-all_2.x", "fetchAll2X"), ("-a", "a"), ("__proto__", "proto"), ("2fa", "2fa")]
        {
            assert_eq!(camel(name).as_deref(), Some(method), "{name}");
        }
        assert_eq!(camel("-."), None);
    }
}
