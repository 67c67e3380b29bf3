//! Files of capabilities, in both languages.

use ipc_core::{Capabilities, CapabilitiesError};
use serde_json::{Map, Value, json};

use super::connection::router::router;

/// A file is taken or told what is wrong with it; what is taken names what is there, and is the same when it is written
/// again.
pub fn capabilities(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let router = router();
    for read in [Capabilities::from_toml(&text), Capabilities::from_json(&text)] {
        let capabilities = match read.and_then(|unchecked| unchecked.check(&router)) {
            Ok(capabilities) => capabilities,
            Err(error) => {
                has_reasons(&error, &text);
                continue;
            }
        };
        let mut sets = Map::new();
        for (name, grants) in capabilities.iter() {
            router.check_grants(grants).unwrap_or_else(|error| panic!("`{name}` was taken, and yet: {error}"));
            let (allow, deny) = (grants.allowed().collect::<Vec<_>>(), grants.denied().collect::<Vec<_>>());
            let set = json!({ "allow": allow, "deny": deny, "same_user": grants.grants_unnamed() });
            sets.insert(name.to_owned(), set);
        }
        let written = json!({ "capabilities": Value::Object(sets) }).to_string();
        let again = Capabilities::from_json(&written).and_then(|unchecked| unchecked.check(&router));
        assert_eq!(again.as_ref(), Ok(&capabilities), "{written}");
    }
}

fn has_reasons(error: &CapabilitiesError, text: &str) {
    let lines = text.lines().count().max(1);
    assert!(!error.mistakes().is_empty());
    for mistake in error.mistakes() {
        assert!(!mistake.to_string().is_empty());
        assert!(mistake.line().is_none_or(|line| (1..=lines + 1).contains(&line)), "{mistake} in {lines} lines");
    }
}
