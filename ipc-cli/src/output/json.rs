//! JSON text as it came, written anew: its numbers, its keys and their order stay what they are.

use anstyle::Style;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipc_bridge::Bytes;

use super::style::{DIM, NAME, NUMBER, TEXT, WORD, clean, styled};

/// On one line, without blanks.
pub(super) fn compact(text: &[u8], attachments: &[Bytes]) -> String {
    write(text, attachments, Layout { pretty: false, colors: false })
}

/// On one line, in colours.
pub(super) fn colored(text: &[u8], attachments: &[Bytes]) -> String {
    write(text, attachments, Layout { pretty: false, colors: true })
}

/// Over lines, in colours.
pub(super) fn pretty(text: &[u8], attachments: &[Bytes]) -> String {
    write(text, attachments, Layout { pretty: true, colors: true })
}

#[derive(Clone, Copy)]
struct Layout {
    pretty: bool,
    colors: bool,
}

/// A part of JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Open(char),
    Close(char),
    Comma,
    Colon,
    Text(&'a str),
    Number(&'a str),
    Word(&'a str),
}

/// Writes JSON that was read as such before; what is none is passed over.
fn write(text: &[u8], attachments: &[Bytes], layout: Layout) -> String {
    let text = String::from_utf8_lossy(text);
    let tokens = tokens(&text);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0_usize;
    let line = |out: &mut String, depth: usize| {
        if layout.pretty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        match token {
            Token::Open(bracket) => {
                out.push(*bracket);
                depth += 1;
                if !matches!(next, Some(Token::Close(_))) {
                    line(&mut out, depth);
                }
            }
            Token::Close(bracket) => {
                depth = depth.saturating_sub(1);
                if !matches!(before, Some(Token::Open(_))) {
                    line(&mut out, depth);
                }
                out.push(*bracket);
            }
            Token::Comma => {
                out.push(',');
                line(&mut out, depth);
            }
            Token::Colon => out.push_str(if layout.pretty { ": " } else { ":" }),
            Token::Text(text) if next == Some(&Token::Colon) => put(&mut out, layout, NAME, text),
            Token::Text(text) => match attachment(text, attachments) {
                Some(bytes) => put(&mut out, layout, DIM, &format!("\"{}\"", STANDARD.encode(bytes))),
                None => put(&mut out, layout, TEXT, text),
            },
            Token::Number(text) => put(&mut out, layout, NUMBER, text),
            Token::Word(text) => put(&mut out, layout, WORD, text),
        }
    }
    out
}

fn put(out: &mut String, layout: Layout, style: Style, text: &str) {
    if layout.colors {
        // JSON lets some through that a terminal obeys.
        out.push_str(&styled(style, clean(text)));
    } else {
        out.push_str(text);
    }
}

/// What a text stands for, where it stands for binary data: `"$0"` for the first.
fn attachment<'a>(text: &str, attachments: &'a [Bytes]) -> Option<&'a Bytes> {
    let place = text.strip_prefix("\"$")?.strip_suffix('"')?;
    attachments.get(place.parse::<usize>().ok().filter(|number| number.to_string() == place)?)
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '{' | '[' => (Some(Token::Open(first)), 1),
            '}' | ']' => (Some(Token::Close(first)), 1),
            ',' => (Some(Token::Comma), 1),
            ':' => (Some(Token::Colon), 1),
            '"' => {
                let length = text_length(rest);
                (rest.get(..length).map(Token::Text), length)
            }
            '-' | '0'..='9' => {
                let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"+-.".contains(letter));
                let length = end.unwrap_or(rest.len());
                (rest.get(..length).map(Token::Number), length)
            }
            'a'..='z' => {
                let length = rest.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(rest.len());
                (rest.get(..length).map(Token::Word), length)
            }
            other => (None, other.len_utf8()),
        };
        tokens.extend(token);
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

/// The bytes of the text that `rest` begins with, its quotes included.
fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT_OF_ALL: &str = r#"{ "b": [1, -2.50e+7, 340282366920938463463374607431768211455], "a\"": {"": null},
        "c": [], "d": {}, "e": "x, [\"y\\" }"#;

    #[test]
    fn text_is_written_as_it_came_whatever_the_layout() {
        let expected = r#"{"b":[1,-2.50e+7,340282366920938463463374607431768211455],"a\"":{"":null},"c":[],"d":{},"e":"x, [\"y\\"}"#;
        assert_eq!(compact(TEXT_OF_ALL.as_bytes(), &[]), expected);
        let pretty = anstream::adapter::strip_str(&pretty(TEXT_OF_ALL.as_bytes(), &[])).to_string();
        assert_eq!(compact(pretty.as_bytes(), &[]), expected);
        assert!(pretty.starts_with("{\n  \"b\": [\n    1,\n    -2.50e+7,\n"), "{pretty}");
        assert!(pretty.contains("\n  \"c\": [],\n  \"d\": {},\n"), "{pretty}");
    }

    #[test]
    fn binary_data_stands_as_base64_in_its_place() {
        let attachments = [Bytes::from(vec![1, 2, 3])];
        let text = br#"{"$0":"$0","b":"$1","c":"$00"}"#;
        assert_eq!(compact(text, &attachments), r#"{"$0":"AQID","b":"$1","c":"$00"}"#);
        assert_eq!(compact(text, &[]), String::from_utf8_lossy(text));
    }
}
