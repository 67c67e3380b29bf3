//! Types and doc comments as text.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::{Alternative, Docs, Member, Object, Type};
use super::names;

/// Longer lines are broken where they can be.
const WIDTH: usize = 110;

/// What one level is indented by.
const INDENT: &str = "  ";

/// Writes types, by the names that the definitions have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) names: &'a BTreeMap<&'a str, String>,
}

impl Writer<'_> {
    /// A type, where its first line has `used` letters in front, and the lines that follow are within `depth` levels.
    pub(super) fn write(&self, of: &Type, depth: usize, used: usize) -> String {
        let line = self.in_one_line(of);
        match (of, line) {
            (_, Some(line)) if used + line.len() <= WIDTH => line,
            (Type::Object(object), _) => self.members(object, depth),
            (Type::Union(alternatives), _) => {
                let indent = INDENT.repeat(depth + 1);
                let one = |one: &Alternative| {
                    let docs = comment(&one.docs, depth + 1);
                    format!("\n{docs}{indent}| {}", self.operand(&one.of, depth + 1, indent.len() + 2))
                };
                alternatives.iter().map(one).collect()
            }
            (Type::All(parts), _) => {
                let parts: Vec<_> = parts.iter().map(|part| self.operand(part, depth, used)).collect();
                parts.join(" & ")
            }
            (Type::List(inner), _) => match &**inner {
                Type::Union(_) | Type::All(_) => {
                    format!("({}\n{})[]", self.write(inner, depth, used), INDENT.repeat(depth))
                }
                inner => format!("{}[]", self.write(inner, depth, used)),
            },
            (Type::Tuple(items, rest), _) => {
                let indent = INDENT.repeat(depth + 1);
                let mut lines: Vec<_> = items.iter().map(|item| self.write(item, depth + 1, indent.len())).collect();
                if let Some(rest) = rest {
                    lines.push(format!("...{}", self.write(&Type::List(rest.clone()), depth + 1, indent.len())));
                }
                let lines: String = lines.iter().map(|line| format!("\n{indent}{},", line.trim_start())).collect();
                format!("[{lines}\n{}]", INDENT.repeat(depth))
            }
            (_, line) => line.unwrap_or_default(),
        }
    }

    /// A type within another one of several parts.
    fn operand(&self, of: &Type, depth: usize, used: usize) -> String {
        let written = self.write(of, depth, used);
        if matches!(of, Type::Union(_)) {
            let end = if written.starts_with('\n') { format!("\n{}", INDENT.repeat(depth)) } else { String::new() };
            return format!("({written}{end})");
        }
        written
    }

    /// A type in one line, where nothing in it has docs.
    fn in_one_line(&self, of: &Type) -> Option<String> {
        Some(match of {
            Type::Never => "never".to_owned(),
            Type::Unknown => "unknown".to_owned(),
            Type::Null => "null".to_owned(),
            Type::Boolean => "boolean".to_owned(),
            Type::Text => "string".to_owned(),
            Type::Number | Type::Integer => "number".to_owned(),
            Type::BigInt => "bigint".to_owned(),
            Type::Binary => "Uint8Array".to_owned(),
            Type::Literal(value) => value.to_string(),
            Type::Named(name) => self.names.get(name.as_str()).cloned().unwrap_or_else(|| "unknown".to_owned()),
            Type::List(inner) => {
                let written = self.in_one_line(inner)?;
                if matches!(**inner, Type::Union(_) | Type::All(_)) {
                    format!("({written})[]")
                } else {
                    format!("{written}[]")
                }
            }
            Type::Tuple(items, rest) => {
                let mut items: Vec<_> = items.iter().map(|item| self.in_one_line(item)).collect::<Option<_>>()?;
                if let Some(rest) = rest {
                    items.push(format!("...{}", self.in_one_line(&Type::List(rest.clone()))?));
                }
                format!("[{}]", items.join(", "))
            }
            Type::Object(object) => {
                let mut members = Vec::new();
                for member in &object.members {
                    if !member.docs.is_empty() {
                        return None;
                    }
                    members.push(format!("{}{}", head(member), self.in_one_line(&member.of)?));
                }
                if let Some(index) = self.index(object) {
                    members.push(index);
                }
                format!("{{ {} }}", members.join("; "))
            }
            Type::Union(alternatives) => {
                let all: Option<Vec<_>> = alternatives
                    .iter()
                    .map(|one| one.docs.is_empty().then(|| self.in_one_line(&one.of)).flatten())
                    .collect();
                all?.join(" | ")
            }
            Type::All(parts) => {
                let parts: Option<Vec<_>> = parts
                    .iter()
                    .map(|part| {
                        let written = self.in_one_line(part)?;
                        Some(if matches!(part, Type::Union(_)) { format!("({written})") } else { written })
                    })
                    .collect();
                parts?.join(" & ")
            }
        })
    }

    /// An object with a line for each member.
    pub(super) fn members(&self, object: &Object, depth: usize) -> String {
        let indent = INDENT.repeat(depth + 1);
        let mut lines = String::new();
        for member in &object.members {
            let head = head(member);
            let of = self.write(&member.of, depth + 1, indent.len() + head.len() + 1);
            let head = if of.starts_with('\n') { head.trim_end() } else { &head };
            lines.push_str(&format!("{}{indent}{head}{of};\n", comment(&member.docs, depth + 1)));
        }
        if let Some(index) = self.index(object) {
            lines.push_str(&format!("{indent}{index};\n"));
        }
        format!("{{\n{lines}{}}}", INDENT.repeat(depth))
    }

    /// What an object has besides its members. The type of an index holds for the members too.
    fn index(&self, object: &Object) -> Option<String> {
        let Some(rest) = &object.rest else {
            // `{}` alone would be anything but null.
            return object.members.is_empty().then(|| "[key: string]: never".to_owned());
        };
        if rest.by_number && object.members.is_empty() {
            return Some(format!("[key: number]: {}", self.anything(&rest.value)));
        }
        let others = object.members.iter().map(|member| member.of.clone());
        let all = Type::union([(*rest.value).clone()].into_iter().chain(others).map(Alternative::from));
        let undefined = if object.members.iter().any(|member| member.optional) { " | undefined" } else { "" };
        Some(format!("[key: string]: {}{undefined}", self.anything(&all)))
    }

    /// A type in one line, docs or none.
    fn anything(&self, of: &Type) -> String {
        self.in_one_line(of).unwrap_or_else(|| {
            let written = self.write(of, 0, WIDTH);
            written.lines().map(str::trim).collect::<Vec<_>>().join("\n")
        })
    }
}

fn head(member: &Member) -> String {
    format!("{}{}: ", names::member(&member.name), if member.optional { "?" } else { "" })
}

/// A doc comment with its line feed, within `depth` levels; nothing where there is nothing to say.
pub(super) fn comment(docs: &Docs, depth: usize) -> String {
    let mut lines: Vec<String> = docs.text.trim().lines().map(|line| line.trim_end().to_owned()).collect();
    let tag = |lines: &mut Vec<String>, tag: String| {
        if lines.last().is_some_and(|last| !last.starts_with('@') && !last.is_empty()) {
            lines.push(String::new());
        }
        lines.extend(tag.trim_end().lines().map(str::to_owned));
    };
    if let Some(default) = docs.default.as_ref().filter(|default| **default != Value::Null) {
        tag(&mut lines, format!("@default {default}"));
    }
    if let Some(note) = &docs.deprecated {
        tag(&mut lines, format!("@deprecated {note}"));
    }
    // Nothing in it may end the comment.
    let lines: Vec<String> = lines.iter().map(|line| line.replace("*/", "*\\/")).collect();
    let indent = INDENT.repeat(depth);
    match lines.as_slice() {
        [] => String::new(),
        [one] => format!("{indent}/** {one} */\n"),
        several => {
            let lines: String =
                several.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}
