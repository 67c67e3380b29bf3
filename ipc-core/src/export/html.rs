//! A page for people: everything that a description says, in one file.

mod card;
mod constraints;
mod markup;
mod notation;
mod prose;
mod shape;

use std::collections::BTreeMap;

use super::failures;
use crate::description::{ChannelDescription, Description, EventDescription};
use markup::Markup;
use notation::Types;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// What the page may do, which is next to nothing: its own style and its own script, by their hashes. A test makes them
/// anew and compares.
const POLICY: &str = concat!(
    "default-src 'none'; base-uri 'none'; form-action 'none'; ",
    "style-src 'sha256-/wryh0dw8bKlfnm/brs8FCrpOGqRZTEJkdriV/NhPjY='; ",
    "script-src 'sha256-YwThQox/+2t/8lud7SBKBT7L3Ib69O2fb2EGmMLYCQQ='",
);

/// The contract as a page for people: one HTML file that fetches nothing, and shows the same wherever it is opened.
///
/// Channels and events stand by their namespaces, each with its documentation, what it takes and answers, its own error
/// codes, permissions, limits and deprecations; then the types, and the standard codes. A field searches them, by what they
/// are called and by what is said of them; `page.html?q=fetch` opens the page with that search. Light and dark follow the
/// reader's system, or the button.
///
/// Doc comments are read as Markdown. What is HTML in them is shown as it was written, links lead to the web or to a type of
/// the page (``[`Item`]``), and images are not loaded. So a description that somebody else wrote can be shown as well.
///
/// The same description and title make the same page.
///
/// ```
/// use ipc_core::{Router, export, handler};
///
/// /// Adds two numbers.
/// #[handler("math:add", crate = ipc_core)]
/// fn add(left: i64, right: i64) -> i64 {
///     left + right
/// }
///
/// let description = Router::new().handle::<add>().description()?;
/// let page = export::html(&description, "Calculator");
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// assert!(page.contains("<p>Adds two numbers.</p>"));
/// # Ok::<_, ipc_core::DescriptionError>(())
/// ```
pub fn html(description: &Description, title: &str) -> String {
    let types = Types::of(description);
    let namespaces = namespaces(description);
    let mut out = Markup::default();
    out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]).raw("\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw("<title>").text(title).raw("</title>\n<style>").made(|page| page.push_str(&lines(STYLE)));
    out.raw("</style>\n<script>").made(|page| page.push_str(&lines(SCRIPT))).raw("</script>\n</head>\n<body>\n");
    sidebar(&mut out, description, &namespaces, title);
    out.raw("<main>\n");
    heading(&mut out, description, title);
    for (namespace, parts) in &namespaces {
        out.open("section", &[("class", "group"), ("id", &format!("namespace-{namespace}"))]);
        out.element("h2", "namespace", namespace).raw("\n");
        for (name, part) in parts {
            match part {
                Part::Channel(channel) => card::channel(&mut out, description, &types, name, channel),
                Part::Event(event) => card::event(&mut out, description, &types, name, event),
            }
            out.raw("\n");
        }
        out.raw("</section>\n");
    }
    definitions(&mut out, description, &types);
    standard_codes(&mut out, &types);
    out.raw("<p class=\"nothing\" hidden>Nothing here is called so.</p>\n</main>\n</body>\n</html>\n");
    out.into_string()
}

/// The text of a file whose lines may end as those of Windows do: the hashes are of the others.
fn lines(file: &str) -> String {
    file.replace("\r\n", "\n")
}

/// What stands on one channel.
enum Part<'a> {
    Channel(&'a ChannelDescription),
    Event(&'a EventDescription),
}

impl Part<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Channel(channel) => channel.kind().name(),
            Self::Event(_) => "event",
        }
    }

    fn is_deprecated(&self) -> bool {
        match self {
            Self::Channel(channel) => channel.deprecated().is_some(),
            Self::Event(event) => event.deprecated().is_some(),
        }
    }
}

/// The channels by their namespaces, both sorted.
fn namespaces(description: &Description) -> BTreeMap<&str, BTreeMap<&str, Part<'_>>> {
    let mut namespaces: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    let channels = description.channels().map(|(name, channel)| (name, Part::Channel(channel)));
    let events = description.events().map(|(name, event)| (name, Part::Event(event)));
    for (name, part) in channels.chain(events) {
        namespaces.entry(name.split(':').next().unwrap_or(name)).or_default().insert(name, part);
    }
    namespaces
}

fn sidebar(
    out: &mut Markup,
    description: &Description,
    namespaces: &BTreeMap<&str, BTreeMap<&str, Part<'_>>>,
    title: &str,
) {
    out.raw("<aside>\n<div class=\"top\"><a class=\"title\" href=\"#\">").text(title).raw("</a>");
    out.raw("<button class=\"theme\" type=\"button\" title=\"Light or dark\" aria-label=\"Light or dark\"></button></div>\n");
    out.raw("<label class=\"search\"><span>Search</span><input type=\"search\" placeholder=\"Search\" autocomplete=\"off\" ");
    out.raw("spellcheck=\"false\"><kbd>/</kbd></label>\n<nav>\n");
    for (namespace, parts) in namespaces {
        out.raw("<div class=\"group\">")
            .open("a", &[("class", "namespace"), ("href", &format!("#namespace-{namespace}"))]);
        out.text(namespace).raw("</a><ul>");
        for (name, part) in parts {
            let action = name.strip_prefix(*namespace).and_then(|rest| rest.strip_prefix(':')).unwrap_or(name);
            let class = if part.is_deprecated() { "to deprecated" } else { "to" };
            let href = format!("#{}", card::anchor(name));
            out.raw("<li>").open("a", &[("class", class), ("href", &href), ("data-kind", part.kind())]);
            out.text(action).raw("</a></li>");
        }
        out.raw("</ul></div>\n");
    }
    if description.definitions().len() > 0 {
        out.raw("<div class=\"group\"><a class=\"namespace\" href=\"#types\">types</a><ul>");
        for (name, _) in description.definitions() {
            let href = format!("#{}", notation::anchor(name));
            out.raw("<li>")
                .open("a", &[("class", "to"), ("href", &href), ("data-kind", "type")])
                .text(name)
                .raw("</a></li>");
        }
        out.raw("</ul></div>\n");
    }
    out.raw("<div class=\"group\"><a class=\"namespace\" href=\"#codes\">standard codes</a></div>\n</nav>\n</aside>\n");
}

fn heading(out: &mut Markup, description: &Description, title: &str) {
    out.raw("<header class=\"page\"><h1>").text(title).raw("</h1><dl>");
    let counts = [
        ("channels", description.channels().len()),
        ("events", description.events().len()),
        ("types", description.definitions().len()),
    ];
    for (what, count) in counts {
        out.raw("<div><dt>").raw(what).raw("</dt><dd>").text(&count.to_string()).raw("</dd></div>");
    }
    out.raw("<div><dt>protocol</dt><dd>").text(&description.protocol().to_string()).raw("</dd></div>");
    out.raw("<div><dt>fingerprint</dt><dd><code>").text(description.fingerprint()).raw("</code></dd></div>");
    out.raw("<div><dt>made by</dt><dd>").text(description.generator()).raw("</dd></div></dl></header>\n");
}

fn definitions(out: &mut Markup, description: &Description, types: &Types<'_>) {
    if description.definitions().len() == 0 {
        return;
    }
    out.raw("<section class=\"group\" id=\"types\"><h2>types</h2>\n");
    for (name, definition) in description.definitions() {
        let schema = definition.as_value();
        let doc = schema.get("description").and_then(|doc| doc.as_str()).unwrap_or_default();
        let find = format!("{name} {doc} type").to_lowercase();
        let id = notation::anchor(name);
        out.open("article", &[("class", "card"), ("id", &id), ("data-kind", "type"), ("data-find", &find)]);
        out.raw("<header><span class=\"kind\">type</span><h3>").open("a", &[("href", &format!("#{id}"))]).text(name);
        out.raw("</a></h3></header>");
        prose::write(out, types, doc);
        out.raw("<section>");
        shape::write(out, types, schema);
        out.raw("</section><footer><details><summary>JSON Schema</summary>");
        out.element("pre", "json", &format!("{schema:#}")).raw("</details></footer></article>\n");
    }
    out.raw("</section>\n");
}

fn standard_codes(out: &mut Markup, types: &Types<'_>) {
    let codes: Vec<_> = failures::STANDARD.iter().map(|(code, _)| *code).collect();
    let find = format!("standard codes errors {}", codes.join(" ")).to_lowercase();
    out.raw("<section class=\"group\" id=\"codes\"><h2>standard codes</h2>\n");
    out.open("article", &[("class", "card"), ("data-find", &find)]);
    out.raw("<p class=\"line\">What every channel can fail with, beside its own codes.</p><div class=\"scroll\">");
    out.raw("<table class=\"fields\"><tbody>");
    for (code, meaning) in failures::STANDARD {
        out.raw("<tr><th scope=\"row\">").element("code", "code", code).raw("</th><td>");
        prose::write(out, types, meaning);
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div></article></section>\n");
}
