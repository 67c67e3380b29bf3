//! What a page says of one channel.

use serde_json::{Value, json};

use super::markup::Markup;
use super::notation::{self, Types};
use super::{prose, shape};
use crate::description::{ChannelDescription, CodeDescription, Description, EventDescription};
use crate::event::Lag;
use crate::schema;

/// Writes the card of a channel that is called.
pub(super) fn channel(out: &mut Markup, cx: &Description, types: &Types<'_>, name: &str, channel: &ChannelDescription) {
    let mut find = vec![name, channel.doc(), channel.kind().name(), channel.permission().unwrap_or_default()];
    let schemas = [Some(channel.request()), channel.incoming(), channel.response(), channel.item()];
    let mut words = Vec::new();
    schemas.into_iter().flatten().for_each(|schema| words_of(schema.as_value(), &mut words));
    find.extend(words.iter().map(String::as_str));
    find.extend(channel.errors().iter().map(CodeDescription::code));
    open(out, name, channel.kind().name(), channel.deprecated(), &find);
    if let Some(permission) = channel.permission() {
        chip(out, "needs ", permission, "the permission that a caller must be granted");
    }
    if let Some(timeout) = channel.timeout_ms() {
        chip(out, "within ", &time(timeout), "the handler may take so long");
    }
    if channel.detached() {
        chip(out, "runs to its end", "", "the handler goes on when nobody waits for its answer any more");
    }
    out.raw("</div>");
    signature(out, types, channel);
    about(out, types, channel.doc(), channel.deprecated());

    let parts = [
        ("Takes", Some(channel.request())),
        ("Takes a stream of", channel.incoming()),
        ("Answers", channel.response()),
        ("Answers with a stream of", channel.item()),
    ];
    for (title, schema) in parts.into_iter().filter_map(|(title, schema)| Some((title, schema?.as_value()))) {
        if !shape::is_one_line(schema) {
            part(out, cx, types, title, schema, false);
        }
    }
    errors(out, types, channel.errors());
    let mut parts = json!({ "request": channel.request() });
    if let Value::Object(parts) = &mut parts {
        let others = [("incoming", channel.incoming()), ("response", channel.response()), ("item", channel.item())];
        parts.extend(others.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?.as_value().clone()))));
    }
    close(out, channel.fingerprint(), &parts);
}

/// Writes the card of an event.
pub(super) fn event(out: &mut Markup, cx: &Description, types: &Types<'_>, name: &str, event: &EventDescription) {
    let mut words = Vec::new();
    words_of(event.data().as_value(), &mut words);
    let permissions = [event.permission(), event.publish_permission()];
    let mut find = vec![name, event.doc(), "event"];
    find.extend(permissions.into_iter().flatten().chain(words.iter().map(String::as_str)));
    open(out, name, "event", event.deprecated(), &find);
    if let Some(permission) = event.permission() {
        chip(out, "needs ", permission, "the permission that a subscriber must be granted");
    }
    if event.shared() {
        let own = format!("{name}:publish");
        let permission = event.publish_permission().unwrap_or(&own);
        chip(out, "published with ", permission, "peers may publish it, with this permission");
    }
    if event.retain() {
        let title = "a new subscriber gets the last event at once: the last of each key, where the event has keys";
        chip(out, "retained", "", title);
    }
    out.raw("</div>");
    signature_of_event(out, types, event);
    about(out, types, event.doc(), event.deprecated());
    part(out, cx, types, "Tells", event.data().as_value(), true);
    if let Some(key) = event.key() {
        part(out, cx, types, "Can be asked for by", key.as_value(), false);
    }
    out.raw("<section><h4>Slow subscribers</h4><p class=\"line\">").text(lag(event.lag())).raw("</p></section>");
    let parts = event
        .key()
        .map_or_else(|| json!({ "event": event.data() }), |key| json!({ "event": event.data(), "key": key }));
    close(out, event.fingerprint(), &parts);
}

/// The id of a channel's place on the page.
pub(super) fn anchor(channel: &str) -> String {
    format!("channel-{channel}")
}

fn open(out: &mut Markup, name: &str, kind: &'static str, deprecated: Option<&str>, find: &[&str]) {
    let id = anchor(name);
    let words = find.join(" ").to_lowercase();
    let class = if deprecated.is_some() { "card deprecated" } else { "card" };
    out.open("article", &[("class", class), ("id", &id), ("data-kind", kind), ("data-find", &words)]);
    out.raw("<header><span class=\"kind\">").text(kind).raw("</span><h3>").open("a", &[("href", &format!("#{id}"))]);
    for (place, name) in name.split(':').enumerate() {
        if place > 0 {
            // A name that is too long for its line is broken here.
            out.raw("<span class=\"colon\">:</span><wbr>");
        }
        out.text(name);
    }
    out.raw("</a></h3></header><div class=\"chips\">");
}

fn close(out: &mut Markup, fingerprint: &str, parts: &Value) {
    out.raw("<footer><details><summary>JSON Schema</summary>");
    out.element("pre", "json", &format!("{parts:#}"));
    out.raw("</details><span class=\"print\" title=\"the fingerprint of what travels here\">").text(fingerprint);
    out.raw("</span></footer></article>");
}

fn chip(out: &mut Markup, what: &str, value: &str, title: &str) {
    out.open("span", &[("class", "chip"), ("title", title)]).text(what);
    if !value.is_empty() {
        out.element("code", "value", value);
    }
    out.raw("</span>");
}

fn about(out: &mut Markup, types: &Types<'_>, doc: &str, deprecated: Option<&str>) {
    if let Some(note) = deprecated {
        out.raw("<div class=\"warning\"><strong>Deprecated.</strong> ");
        prose::write(out, types, note);
        out.raw("</div>");
    }
    prose::write(out, types, doc);
}

fn signature(out: &mut Markup, types: &Types<'_>, channel: &ChannelDescription) {
    out.raw("<p class=\"signature\"><code>(");
    let request = channel.request().as_value();
    let mut first = true;
    let mut separate = |out: &mut Markup| {
        if !std::mem::take(&mut first) {
            out.text(", ");
        }
    };
    match request.as_object().filter(|object| object.contains_key("properties")) {
        Some(object) => {
            for (name, schema, required) in notation::properties(object) {
                separate(out);
                out.element("span", "t-field", name).text(if required { ": " } else { "?: " });
                notation::write(out, types, schema);
            }
        }
        None if is_empty_object(request) => {}
        None => {
            separate(out);
            notation::write(out, types, request);
        }
    }
    if let Some(incoming) = channel.incoming() {
        separate(out);
        out.raw("<span class=\"t-word\">stream of</span> ");
        notation::write(out, types, incoming.as_value());
    }
    out.text(")");
    if let Some(response) = channel.response().filter(|response| !is_null(response.as_value())) {
        out.text(" → ");
        notation::write(out, types, response.as_value());
    }
    if let Some(item) = channel.item() {
        out.raw(" → <span class=\"t-word\">stream of</span> ");
        notation::write(out, types, item.as_value());
    }
    out.raw("</code></p>");
}

fn signature_of_event(out: &mut Markup, types: &Types<'_>, event: &EventDescription) {
    out.raw("<p class=\"signature\"><code>→ ");
    notation::write(out, types, event.data().as_value());
    out.raw("</code></p>");
}

/// Writes what a channel takes or answers: its fields, or the name of its type and the fields of that, which are shown at once if
/// `is_open`.
fn part(out: &mut Markup, cx: &Description, types: &Types<'_>, title: &'static str, schema: &Value, is_open: bool) {
    out.raw("<section><h4>").raw(title).raw("</h4>");
    let start = if is_open { "<details class=\"inside\" open>" } else { "<details class=\"inside\">" };
    let mut named = Vec::new();
    schema::referenced(schema, &mut |name| named.push(name.to_owned()));
    // Of a type alone, the signature has the name already.
    if schema.get("$ref").is_none() || named.iter().all(|name| cx.definition(name).is_none()) {
        shape::write(out, types, schema);
    }
    if schema.get("properties").is_none() {
        for (name, definition) in named.iter().filter_map(|name| Some((name, cx.definition(name)?))) {
            out.raw(start).raw("<summary>What is in ").element("code", "t-name", name).raw("</summary>");
            shape::write(out, types, definition.as_value());
            out.raw("</details>");
        }
    }
    out.raw("</section>");
}

fn errors(out: &mut Markup, types: &Types<'_>, codes: &[CodeDescription]) {
    if codes.is_empty() {
        return;
    }
    out.raw("<section><h4>Fails with</h4><div class=\"scroll\"><table class=\"fields\"><tbody>");
    for code in codes {
        out.raw("<tr><th scope=\"row\">").element("code", "code", code.code()).raw("</th><td>");
        if let Some(details) = code.details() {
            out.raw("<code class=\"type\">");
            notation::write(out, types, details.as_value());
            out.raw("</code>");
        }
        prose::write(out, types, code.doc());
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div></section>");
}

fn is_empty_object(schema: &Value) -> bool {
    let is_object = schema.get("type").is_some_and(|kind| kind == "object");
    is_object && schema.get("properties").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty)
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// The names in a schema, by which it is found.
fn words_of(schema: &Value, words: &mut Vec<String>) {
    schema::referenced(schema, &mut |name| words.push(name.to_owned()));
    if let Some(Value::Object(properties)) = schema.get("properties") {
        words.extend(properties.keys().cloned());
    }
}

fn lag(lag: Lag) -> &'static str {
    match lag {
        Lag::Wait => "None misses an event: whoever publishes one waits until every subscriber has room for it.",
        Lag::DropOldest => "One that does not keep up misses the oldest events, and is told how many.",
        Lag::KeepLatest => {
            "One that does not keep up gets the latest event (the latest of each key, where there are keys), and is told \
             how many it missed."
        }
        Lag::Disconnect => "The subscription of one that does not keep up ends.",
    }
}

/// A time in the largest unit that it is a whole number of.
fn time(milliseconds: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "min"), (1000, "s")];
    let whole = units.into_iter().find(|(unit, _)| milliseconds.is_multiple_of(*unit) && milliseconds > 0);
    whole.map_or_else(|| format!("{milliseconds} ms"), |(unit, name)| format!("{} {name}", milliseconds / unit))
}
