//! Doc comments, which are Markdown, as HTML that runs nothing and fetches nothing.

use pulldown_cmark::{BrokenLink, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::markup::Markup;
use super::notation::{Types, anchor};

/// Writes a doc comment.
///
/// HTML in it is shown as it was written. A link leads to the web, or where its text is the name of a type, as in
/// ``[`Item`]``, to that type; of any other the text stays, and so it does of images.
pub(super) fn write<'a>(out: &mut Markup, types: &Types<'_>, text: &'a str) {
    if text.trim().is_empty() {
        return;
    }
    let mut of_a_type = |link: BrokenLink<'a>| -> Option<(CowStr<'a>, CowStr<'a>)> {
        let name = link.reference.trim_matches('`');
        types.has(name).then(|| (format!("#{}", anchor(name)).into(), "".into()))
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let parser = Parser::new_with_broken_link_callback(text, options, Some(&mut of_a_type));
    // Links cannot stand within each other, but images can stand in links.
    let mut link_is_kept = false;
    let harmless = parser.filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            link_is_kept = leads_somewhere(dest_url);
            link_is_kept.then_some(event)
        }
        Event::End(TagEnd::Link) => link_is_kept.then_some(event),
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
        other => Some(other),
    });
    out.open("div", &[("class", "prose")]).made(|page| html::push_html(page, harmless)).close("div");
}

fn leads_somewhere(url: &str) -> bool {
    ["https://", "http://", "mailto:", "#type-"].iter().any(|start| url.starts_with(start))
}

/// The level of a heading beneath those of the page.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H4,
        HeadingLevel::H2 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Markup::default();
        write(&mut out, &Types::named(["Item"]), text);
        out.into_string()
    }

    #[test]
    fn html_in_a_doc_comment_is_shown_and_not_run() {
        for text in [
            "</script><script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<!-- --><style>*{}</style>",
            "`</code><script>`",
            "```\n</code></pre><script>\n```",
            "```<script>\n```",
            "<https://a.b/\"><script>>",
        ] {
            let written = written(text);
            for tag in ["<script", "<img", "<style", "<!--"] {
                assert!(!written.contains(tag), "{text}: {written}");
            }
        }
    }

    #[test]
    fn a_link_leads_to_the_web_or_to_a_type_and_to_nothing_else() {
        assert!(written("[a](https://a.b/?c&d)").contains("<a href=\"https://a.b/?c&amp;d\">a</a>"));
        assert!(
            written("See [`Item`] and [Item].").contains("See <a href=\"#type-Item\"><code>Item</code></a> and <a")
        );
        for text in [
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](&#106;avascript:alert(1))",
            "[a](data:text/html,b)",
            "[a](file:///etc)",
            "[a](crate::Item)",
            "[a](//b.c)",
            "<javascript:alert(1)>",
            "[Other]",
            "![a](https://a.b/c.png)",
            "[![a](https://a.b/c.png)](ftp://c)",
        ] {
            let written = written(text);
            assert!(!written.contains("<a") && !written.contains("<img"), "{text}: {written}");
        }
    }

    #[test]
    fn markdown_is_what_it_looks_like() {
        assert_eq!(
            written("# Title\n\nOne *two* `three`.\n\n- four"),
            "<div class=\"prose\"><h4>Title</h4>\n<p>One <em>two</em> <code>three</code>.</p>\n<ul>\n<li>four</li>\n</ul>\n\
             </div>"
        );
        assert_eq!(written(" \n"), "");
    }
}
