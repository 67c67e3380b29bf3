//! Channel names, checked while the user still looks at them.
//!
//! The rules are those of `ipc_core::channel`, which checks the names that come from elsewhere. The two cannot share
//! code, because the core depends on the macros; a test runs both on the same names.

/// The most bytes that a channel's name may have.
const MAX_BYTES: usize = 128;

/// What is wrong with what the channels of a service begin with; nothing where nothing is.
pub(crate) fn prefix_mistake(prefix: &str) -> Option<String> {
    if prefix.is_empty() {
        return Some("the prefix is empty: write `prefix = \"namespace\"`".to_owned());
    }
    if let Some(bare) = prefix.strip_suffix(':') {
        return Some(format!("the `:` before a method's name comes by itself: write `prefix = {bare:?}`"));
    }
    // The shortest name that a channel of the service can have.
    let other = mistake(&format!("{prefix}:a"))?;
    if let Some(found) = prefix.chars().find(|c| !is_allowed(*c)) {
        let lower = prefix.to_ascii_lowercase();
        let mend = if mistake(&format!("{lower}:a")).is_none() {
            format!(": write `prefix = {lower:?}`")
        } else {
            ", which is made of a-z, 0-9, `_`, `.`, `-` and `:`".to_owned()
        };
        return Some(format!("{found:?} may not stand in a prefix{mend}"));
    }
    Some(other)
}

/// What is wrong with a permission, and how to mend it; nothing where nothing is.
pub(crate) fn permission_mistake(name: &str) -> Option<String> {
    let all = "a permission is one name: grants name several at once with `*`";
    if name.contains('*') {
        return Some(all.to_owned());
    }
    let said = mistake(name)?;
    let said = said.replace("the channel's name", "the permission").replace("a channel's name", "a permission");
    Some(said.replace("namespace:action", "data:read"))
}

/// What is wrong with the name of a channel, and how to mend it; nothing where nothing is.
pub(crate) fn mistake(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("the channel's name is empty: write `namespace:action`".to_owned());
    }
    if name.len() > MAX_BYTES {
        return Some(format!("a channel's name has at most {MAX_BYTES} bytes, and this one has {}", name.len()));
    }
    if let Some(found) = name.chars().find(|c| !is_allowed(*c)) {
        let lower = name.to_ascii_lowercase();
        let mend = if found.is_ascii_uppercase() && mistake(&lower).is_none() {
            format!(": write `{lower}`")
        } else {
            ", which is made of a-z, 0-9, `_`, `.`, `-` and `:`".to_owned()
        };
        return Some(format!("{found:?} may not stand in a channel's name{mend}"));
    }
    if !name.contains(':') {
        return Some(format!("a channel's name has a namespace: write `namespace:{name}`"));
    }
    if name.split(':').any(str::is_empty) {
        return Some("a channel's name has something on each side of `:`: write `namespace:action`".to_owned());
    }
    if name.split(':').next() == Some("ipc") {
        return Some("the namespace `ipc` belongs to the framework: choose another".to_owned());
    }
    None
}

fn is_allowed(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9' | '_' | '.' | '-' | ':')
}
