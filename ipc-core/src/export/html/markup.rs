//! HTML on its way: whatever is no literal of this crate is escaped.

/// A piece of HTML.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Writes HTML as it is: only what stands in this crate.
    pub(super) fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Writes a text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Writes a start tag, its attributes' values as texts.
    pub(super) fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.raw("<").raw(tag);
        for (name, value) in attributes {
            self.raw(" ").raw(name).raw("=\"").text(value).raw("\"");
        }
        self.raw(">")
    }

    /// Writes an end tag.
    pub(super) fn close(&mut self, tag: &'static str) -> &mut Self {
        self.raw("</").raw(tag).raw(">")
    }

    /// Writes an element that holds a text.
    pub(super) fn element(&mut self, tag: &'static str, class: &'static str, text: &str) -> &mut Self {
        self.open(tag, &[("class", class)]).text(text).close(tag)
    }

    /// Writes what a function that escapes by itself has made.
    pub(super) fn made(&mut self, make: impl FnOnce(&mut String)) -> &mut Self {
        make(&mut self.0);
        self
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_no_literal_leaves_its_place() {
        let mut markup = Markup::default();
        markup.open("p", &[("title", "\"><script>'&")]).text("</p><script>alert('1')</script>&amp;").close("p");
        assert_eq!(
            markup.into_string(),
            "<p title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">&lt;/p&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\
             &amp;amp;</p>"
        );
    }
}
