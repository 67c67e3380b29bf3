//! Shapes as text.

use std::collections::BTreeMap;

use super::super::names;
use super::{Link, Shape, Shapes};

impl Shapes<'_> {
    /// The constants of the shapes that have names and are used, each behind a `$`. What uses them has been asked for.
    pub(in super::super) fn constants(&mut self, types: &BTreeMap<&str, String>) -> String {
        let definitions = self.definitions;
        let mut written: BTreeMap<String, String> = BTreeMap::new();
        // One that is written may use further ones.
        while let Some(name) = self.used.iter().find(|name| !written.contains_key(*name)).cloned() {
            let shape = definitions.get(name.as_str()).and_then(|of| self.of(of, &name)).unwrap_or_default();
            let constant = constant(&name_of(&Link::Definition(name.clone()), types), &shape, types);
            written.insert(name, constant);
        }
        let numbered = self.numbered.iter().enumerate();
        let numbered = numbered.map(|(at, shape)| constant(&name_of(&Link::Numbered(at), types), shape, types));
        written.into_values().chain(numbered).collect()
    }
}

fn constant(name: &str, shape: &Shape, types: &BTreeMap<&str, String>) -> String {
    format!("const {name}: ipc.Paths = {};\n", shape.write(types))
}

fn name_of(link: &Link, types: &BTreeMap<&str, String>) -> String {
    match link {
        Link::Definition(name) => format!("${}", types.get(name.as_str()).unwrap_or(name)),
        Link::Numbered(at) => format!("${}", at + 1),
    }
}

impl Shape {
    pub(in super::super) fn write(&self, types: &BTreeMap<&str, String>) -> String {
        let mut parts = Vec::new();
        let lists =
            [("binary", &self.binary), ("integer", &self.integer), ("bigint", &self.bigint), ("plain", &self.plain)];
        for (name, paths) in lists {
            if !paths.is_empty() {
                let paths: Vec<_> = paths.iter().map(|path| names::text(path)).collect();
                parts.push(format!("{name}: [{}]", paths.join(", ")));
            }
        }
        let all = self.nested.iter().map(|(path, link)| (path, vec![link]));
        let mut nested: BTreeMap<&String, Vec<&Link>> = BTreeMap::new();
        all.for_each(|(path, links)| nested.entry(path).or_default().extend(links));
        let link = |link: &Link| format!("() => {}", name_of(link, types));
        if !nested.is_empty() {
            let entries: Vec<_> = nested
                .iter()
                .map(|(path, links)| {
                    let links: Vec<_> = links.iter().map(|one| link(one)).collect();
                    match links.as_slice() {
                        [one] => format!("{}: {one}", key(path)),
                        several => format!("{}: [{}]", key(path), several.join(", ")),
                    }
                })
                .collect();
            parts.push(format!("nested: {{ {} }}", entries.join(", ")));
        }
        if !self.either.is_empty() {
            let entries: Vec<_> = self
                .either
                .iter()
                .map(|(path, links)| {
                    let links: Vec<_> = links.iter().map(link).collect();
                    format!("{}: [{}]", key(path), links.join(", "))
                })
                .collect();
            parts.push(format!("either: {{ {} }}", entries.join(", ")));
        }
        if let Some(tagged) = &self.tagged {
            let cases: Vec<_> =
                tagged.cases.iter().map(|(value, shape)| format!("{}: {}", key(value), shape.write(types))).collect();
            parts.push(format!("tagged: {{ tag: {}, cases: {{ {} }} }}", names::text(&tagged.tag), cases.join(", ")));
        }
        if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
    }
}

/// A key of an object literal: `__proto__` would be no key but the object's prototype.
pub(in super::super) fn key(name: &str) -> String {
    if name == "__proto__" { format!("[{}]", names::text(name)) } else { names::member(name) }
}
