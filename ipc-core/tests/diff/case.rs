//! Pairs of an old and a new type, each of which is sent and got.

use ipc_core::diff::{Change, ChangeKind};
use ipc_core::{Description, Router};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::channel::Echo;

/// Whom a change breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    Nobody,
    OldClients,
    NewClients,
    Both,
}

pub(crate) use Breaks::{Both, NewClients, Nobody, OldClients};

impl Breaks {
    pub(crate) fn of(changes: impl IntoIterator<Item = Change>) -> Self {
        let (mut old, mut new) = (false, false);
        for change in changes {
            old |= change.breaks().old_clients;
            new |= change.breaks().new_clients;
        }
        match (old, new) {
            (false, false) => Nobody,
            (true, false) => OldClients,
            (false, true) => NewClients,
            (true, true) => Both,
        }
    }

    /// The same, with old and new exchanged.
    pub(crate) fn reversed(self) -> Self {
        match self {
            OldClients => NewClients,
            NewClients => OldClients,
            same => same,
        }
    }
}

/// The description of a channel that takes and answers a `T`.
pub(crate) fn echo<T: Serialize + DeserializeOwned + JsonSchema + Send + 'static>() -> Description {
    Router::new().handle::<Echo<T>>().description().expect("a description")
}

/// The description of a channel that takes and answers what these schemas say, over one set of definitions.
pub(crate) fn schemas(request: &Value, response: &Value, definitions: &Value) -> Description {
    let channel = json!({"request": request, "response": response, "fingerprint": "0"});
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "protocol": 1,
        "generator": "test",
        "fingerprint": "0",
        "channels": {"test:echo": channel},
        "$defs": definitions,
    });
    serde_json::from_value(document).expect("a description")
}

/// The changes of one part of a channel.
fn of_part(changes: &[Change], part: &str) -> Vec<Change> {
    changes.iter().filter(|change| change.place().starts_with(part)).cloned().collect()
}

/// Checks what becomes of a type that is sent, and that is got; what comes first, where and in which words; and that the
/// way back is judged the other way round.
pub(crate) fn judge([old, new]: [&Description; 2], [sent, got]: [Breaks; 2], first: Option<(&str, ChangeKind, &str)>) {
    let changes = old.diff(new);
    let all: Vec<_> = changes.iter().cloned().collect();
    let (requests, responses) = (of_part(&all, "request"), of_part(&all, "response"));
    assert_eq!(Breaks::of(requests.clone()), sent, "sent:\n{changes}");
    assert_eq!(Breaks::of(responses.clone()), got, "got:\n{changes}");
    if let Some((place, kind, what)) = first {
        let is_it = |change: &&Change| change.kind() == kind && change.what() == what;
        let found = requests.iter().chain(&responses).find(is_it);
        let found = found.unwrap_or_else(|| panic!("no change `{what}` ({kind:?}):\n{changes}"));
        assert_eq!(found.place().trim_start_matches("request").trim_start_matches("response"), place, "{changes}");
    } else {
        assert!(all.is_empty(), "{changes}");
    }
    let back: Vec<_> = new.diff(old).into_iter().collect();
    assert_eq!(Breaks::of(of_part(&back, "request")), sent.reversed(), "sent back:\n{back:?}");
    assert_eq!(Breaks::of(of_part(&back, "response")), got.reversed(), "got back:\n{back:?}");
    for same in [old, new] {
        assert!(same.diff(same).is_empty(), "{}", same.diff(same));
    }
}

/// `pair!(name { old types } { new types } sent, got; kind "place" "what")`: a test that judges the type `T` of both.
macro_rules! pair {
    ($name:ident { $($old:item)* } { $($new:item)* } $sent:ident, $got:ident; $kind:ident $place:literal $what:literal) => {
        #[test]
        fn $name() {
            #[allow(unused_imports, reason = "each pair takes what it needs")]
            mod old {
                use schemars::JsonSchema;
                use serde::{Deserialize, Serialize};
                $(#[derive(Serialize, Deserialize, JsonSchema)] $old)*
            }
            #[allow(unused_imports, reason = "each pair takes what it needs")]
            mod new {
                use schemars::JsonSchema;
                use serde::{Deserialize, Serialize};
                $(#[derive(Serialize, Deserialize, JsonSchema)] $new)*
            }
            let descriptions = [crate::case::echo::<old::T>(), crate::case::echo::<new::T>()];
            crate::case::judge(
                descriptions.each_ref(),
                [crate::case::$sent, crate::case::$got],
                Some(($place, ipc_core::diff::ChangeKind::$kind, $what)),
            );
        }
    };
}

/// `types!(name Old => New, sent, got; kind "what")`: a test that judges two types as they are.
macro_rules! types {
    ($($name:ident $old:ty => $new:ty, $sent:ident, $got:ident; $kind:ident $place:literal $what:literal;)*) => {
        $(#[test]
        fn $name() {
            let descriptions = [crate::case::echo::<$old>(), crate::case::echo::<$new>()];
            crate::case::judge(
                descriptions.each_ref(),
                [crate::case::$sent, crate::case::$got],
                Some(($place, ipc_core::diff::ChangeKind::$kind, $what)),
            );
        })*
    };
}

/// `rows!(name {"old": "schema"} => {"new": "schema"}, sent, got; kind "place" "what";)`: the same of schemas.
macro_rules! rows {
    ($($name:ident $old:tt => $new:tt, $sent:ident, $got:ident; $kind:ident $place:literal $what:literal;)*) => {
        $(#[test]
        fn $name() {
            let of = |schema: serde_json::Value| crate::case::schemas(&schema, &schema, &serde_json::json!({}));
            let descriptions = [of(serde_json::json!($old)), of(serde_json::json!($new))];
            crate::case::judge(
                descriptions.each_ref(),
                [crate::case::$sent, crate::case::$got],
                Some(($place, ipc_core::diff::ChangeKind::$kind, $what)),
            );
        })*
    };
}
