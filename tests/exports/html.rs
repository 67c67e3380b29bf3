//! The page for people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ipc_bridge::prelude::*;
use ipc_bridge::{Description, code, export};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::contract::description;

fn page() -> String {
    export::html(&description(), "The shop")
}

/// What stands between two texts, the first of which is there once.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("no {start}"));
    assert!(!rest.contains(start), "{start} is there twice");
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// What a page says of one channel.
fn card<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!(" id=\"{id}\""), "</article>")
}

/// The texts of a piece of HTML, without its tags.
fn texts(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_tag, text)| text));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[test]
fn a_page_shows_how_a_channel_is_called_and_what_it_answers() {
    let page = page();
    for (channel, signature) in [
        ("data:fetch", "(id: u64) → Item"),
        ("data:list", "(limit: u8, after?: u64 | null) → Page<Item>"),
        ("data:count", "() → u64"),
        ("data:form:fill", "(Form) → FormOutput"),
        ("count:to", "(to: u32) → stream of u32"),
        ("sum:all", "(stream of u32) → u64"),
        ("sum:so-far", "(stream of u32) → stream of u64"),
        ("bytes:reverse", "(bytes: bytes) → bytes"),
        ("user:login", "(user: string, password: string) → string"),
        ("job:progress", "→ JobProgress"),
    ] {
        let card = card(&page, &format!("channel-{channel}"));
        assert_eq!(texts(between(card, "<p class=\"signature\">", "</p>")), signature);
    }
}

#[test]
fn a_page_has_everything_that_is_declared_of_a_channel() {
    let page = page();
    let says = |id: &str, what: &[&str]| {
        let text = texts(card(&page, id));
        for what in what {
            assert!(text.contains(what), "{id}: {what}: {text}");
        }
    };
    says("channel-data:fetch", &["call", "needs data:read", "within 2 s", "Fetches one item by its id.", "≥ 1"]);
    says("channel-data:fetch", &["NOT_FOUND", "Nothing has this id.", "LENT", "fetch 7 -> \"seven\""]);
    says("channel-data:list", &["1 to 100", "What is in Page<Item>", "Item[]"]);
    says("channel-data:count", &["Deprecated.", "use data:list"]);
    says("channel-sum:all", &["upload", "runs to its end", "TOO_MUCH"]);
    // What the signature says is not said twice.
    assert!(!texts(card(&page, "channel-count:to")).contains("Takes"));
    says("channel-user:login", &["matches ^[a-z]+$", "1 to 64 characters", "at least 8 characters", "secret"]);
    says("channel-status:changed", &["event", "retained", "published with status:tell", "misses the oldest"]);
    says("channel-job:progress", &["needs job:see", "Can be asked for by", "u32", "gets the latest event"]);
    says(
        "type-Item",
        &["Something that can be fetched.", "What it is known by.", "[u32, u32]", "{ [key]: Note }", "Item | null"],
    );
    says("type-Note", &["in-colour", "A text with a colour.", "u8[]", "exactly 3 items"]);
    says("codes", &code::ALL);
}

#[test]
fn every_link_of_a_page_leads_to_a_place_on_it() {
    let page = page();
    let mut count = 0;
    for link in page.split(" href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(id.is_empty() || page.matches(&format!(" id=\"{id}\"")).count() == 1, "{id}");
        count += 1;
    }
    assert!(count > 40, "{count}");
    let fetch = card(&page, "channel-data:fetch");
    assert!(fetch.contains("see <a href=\"#type-Item\"><code>Item</code></a>"), "{fetch}");
}

#[test]
fn channels_stand_by_their_namespaces_and_events_among_them() {
    let page = page();
    let places: Vec<_> =
        ["namespace-bytes", "namespace-data", "channel-data:list", "namespace-job", "channel-job:progress"]
            .into_iter()
            .map(|id| page.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}")))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn what_a_reader_may_search_for_stands_on_the_card() {
    let page = page();
    for (id, words) in [
        ("channel-data:fetch", ["data:fetch", "not_found", "data:read", "item"]),
        ("channel-user:login", ["user:login", "password", "call", "user"]),
        ("channel-job:progress", ["job:see", "event", "how far a job", "jobprogress"]),
        ("type-Note", ["note", "type", "several forms", "a note"]),
    ] {
        let found = between(card(&page, id), " data-find=\"", "\"");
        for word in words {
            assert!(found.contains(word), "{id}: {word}: {found}");
        }
    }
}

#[test]
fn a_page_fetches_nothing_and_runs_its_own_script_alone() {
    let page = page();
    for outside in ["src=", "<link", "@import", "url(", "<iframe", "fetch(", "XMLHttpRequest", "innerHTML", "eval("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let (style, script) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
    let hash = |text: &str| BASE64.encode(Sha256::digest(text));
    let policy = texts(between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\""));
    let expected = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'",
        hash(style),
        hash(script),
    );
    assert_eq!(policy, expected, "write these hashes where the page's policy stands, in export/html.rs");
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
}

const HOSTILE: &str = "</script></style></title><script>alert(\"1\")</script><img src=x onerror='alert(2)'>";

/// </script><script>alert(1)</script> <img src=x onerror=alert(1)>
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "</h3><script>alert(1)</script>")]
struct Hostile {
    /// "><script>alert(1)</script>
    #[serde(rename = "</td><script>alert(1)</script>")]
    #[schemars(regex(pattern = "^<script>alert(1)</script>$"))]
    field: String,
    #[serde(default = "hostile")]
    fallback: String,
}

fn hostile() -> String {
    HOSTILE.to_owned()
}

#[derive(Debug, thiserror::Error, IpcError)]
enum HostileError {
    /// </table><script>alert(1)</script>
    #[error("no")]
    No { script: Hostile },
}

/// </script><script>alert(1)</script>
///
/// <style>*{display:none}</style><!-- <a href="javascript:alert(1)">a</a>
///
/// [a](javascript:alert(1)) ![b](https://example.org/b.png) <https://example.org/"onmouseover="alert(1)>
#[handler("hostile:call")]
#[deprecated = "</div><script>alert(1)</script>"]
fn call(#[payload] hostile: Hostile) -> Result<Hostile, HostileError> {
    Ok(hostile)
}

#[test]
fn nothing_that_a_description_says_becomes_a_tag() {
    let description = Router::new().handle::<call>().description().unwrap();
    // What is no comment of Rust's either: a document that somebody has written by hand.
    let mut document = serde_json::to_value(&description).unwrap();
    document["generator"] = json!(HOSTILE);
    document["fingerprint"] = json!(HOSTILE);
    document["channels"]["hostile:call"]["permission"] = json!(HOSTILE);
    document["channels"]["hostile:call"]["fingerprint"] = json!(HOSTILE);
    document["channels"]["hostile:call"]["errors"][0]["code"] = json!(HOSTILE);
    let copy: Value = document["channels"]["hostile:call"].clone();
    document["channels"][HOSTILE] = copy;
    document["events"] = json!({ HOSTILE: {
        "doc": HOSTILE, "permission": HOSTILE, "publish_permission": HOSTILE, "retain": true, "lag": "wait", "shared": true,
        "data": {"enum": [HOSTILE], "title": HOSTILE, "type": HOSTILE, "format": HOSTILE, "$ref": HOSTILE},
        "key": {"oneOf": [{"title": HOSTILE, "description": HOSTILE}, {"properties": {HOSTILE: {"const": HOSTILE}}}]},
        "fingerprint": HOSTILE,
    }});
    let description: Description = serde_json::from_value(document).unwrap();
    let page = export::html(&description, HOSTILE);
    for (tag, count) in
        [("<script", 1), ("</script", 1), ("<style", 1), ("</style", 1), ("</title", 1), ("<img", 0), ("<!--", 0)]
    {
        assert_eq!(page.matches(tag).count(), count, "{tag}");
    }
    for tag in page.split('<').skip(1).filter_map(|piece| piece.split_once('>')).map(|(tag, _)| tag) {
        // No value holds a quote, so what stands between two of them is one value.
        let names: String = tag.split('"').step_by(2).collect();
        assert!(!names.contains(" on") && !names.contains("alert"), "{tag}");
        assert!(!tag.contains("href=\"javascript"), "{tag}");
    }
    assert!(texts(&page).contains(HOSTILE));
}

#[test]
fn the_same_description_makes_the_same_page() {
    let read: Description = serde_json::from_str(&serde_json::to_string(&description()).unwrap()).unwrap();
    assert_eq!(export::html(&read, "The shop"), page());
    assert_ne!(export::html(&read, "Another"), page());
}

#[test]
fn a_page_of_nothing_is_a_page() {
    let page = export::html(&Router::new().description().unwrap(), "Nothing");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("id=\"types\""));
}
