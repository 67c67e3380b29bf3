//! What JSON alone cannot tell of a type, as the runtime's `Paths`: where binary data stands, and integers that need
//! care.

mod clash;
mod union;
pub(super) mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::TypeScriptProblem;
use super::model::Type;

/// Paths into the values of one type.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shape {
    binary: Vec<String>,
    integer: Vec<String>,
    bigint: Vec<String>,
    /// Members of which nothing is to be told, where the rest of a map has something.
    plain: Vec<String>,
    nested: Vec<(String, Link)>,
    /// One of several, and nobody knows which.
    either: Vec<(String, Vec<Link>)>,
    tagged: Option<Tagged>,
}

#[derive(Debug, Clone, PartialEq)]
struct Tagged {
    tag: String,
    cases: Vec<(String, Shape)>,
}

/// A shape that has a name in the generated file.
#[derive(Debug, Clone, PartialEq)]
enum Link {
    /// That of a definition.
    Definition(String),
    /// One that stands alone.
    Numbered(usize),
}

/// The shapes of one description.
#[derive(Debug)]
pub(super) struct Shapes<'a> {
    definitions: &'a BTreeMap<&'a str, Type>,
    /// The definitions of which something is to be told.
    told: BTreeSet<&'a str>,
    /// Shapes that have a number for a name.
    numbered: Vec<Shape>,
    /// The definitions whose shapes others name.
    used: BTreeSet<String>,
    pub(super) problems: Vec<TypeScriptProblem>,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(definitions: &'a BTreeMap<&'a str, Type>) -> Self {
        let mut told = BTreeSet::new();
        loop {
            let before = told.len();
            for (name, of) in definitions {
                if is_told(of, &told) {
                    told.insert(*name);
                }
            }
            if told.len() == before {
                break;
            }
        }
        Self { definitions, told, numbered: Vec::new(), used: BTreeSet::new(), problems: Vec::new() }
    }

    /// The shape of a type; `None` where plain JSON says it all. `place` is what a mistake is said to be in.
    pub(super) fn of(&mut self, of: &Type, place: &str) -> Option<Shape> {
        if !is_told(of, &self.told) {
            return None;
        }
        let mut shape = Shape::default();
        self.add(of, "", &mut shape, place);
        Some(shape)
    }

    /// The shape of what is one of these, without a tag.
    pub(super) fn of_one_of(&mut self, all: &[&Type], place: &str) -> Option<Shape> {
        let links: Vec<_> = all.iter().filter_map(|of| self.link(of, place)).collect();
        (!links.is_empty()).then(|| Shape { either: vec![(String::new(), links)], ..Shape::default() })
    }

    /// Adds what is to be told of a type that stands at `path`.
    fn add(&mut self, of: &Type, path: &str, shape: &mut Shape, place: &str) {
        if !is_told(of, &self.told) {
            return;
        }
        match of {
            Type::Binary => shape.binary.push(path.to_owned()),
            Type::Integer => shape.integer.push(path.to_owned()),
            Type::BigInt => shape.bigint.push(path.to_owned()),
            Type::Named(name) => match self.definitions.get(name.as_str()) {
                // What is told of it is no longer than its name.
                Some(of) if of.is_scalar() || *of == Type::Binary => self.add(of, path, shape, place),
                _ => {
                    let link = self.definition(name);
                    shape.nested.push((path.to_owned(), link));
                }
            },
            Type::List(item) => self.add(item, &format!("{path}[]"), shape, place),
            Type::Tuple(items, rest) => {
                for (at, item) in items.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    self.add(item, &path, shape, place);
                    if rest.as_deref().is_some_and(|rest| is_told(rest, &self.told)) && !is_told(item, &self.told) {
                        shape.plain.push(path);
                    }
                }
                if let Some(rest) = rest {
                    self.add(rest, &format!("{path}[]"), shape, place);
                }
            }
            Type::Object(object) => {
                let rest = object.rest.as_ref().filter(|rest| is_told(&rest.value, &self.told));
                for member in &object.members {
                    let path = join(path, &member.name);
                    if is_told(&member.of, &self.told) {
                        self.add(&member.of, &path, shape, place);
                    } else if rest.is_some() {
                        shape.plain.push(path);
                    }
                }
                if let Some(rest) = rest {
                    self.add(&rest.value, &format!("{path}{{}}"), shape, place);
                }
            }
            Type::All(parts) => parts.iter().for_each(|part| self.add(part, path, shape, place)),
            Type::Union(alternatives) => {
                let alternatives: Vec<&Type> = alternatives.iter().map(|one| &one.of).collect();
                self.add_union(&alternatives, path, shape, place);
            }
            _ => {}
        }
    }

    /// The name of the shape of a type, which gets one if it has none.
    fn link(&mut self, of: &Type, place: &str) -> Option<Link> {
        match of {
            Type::Named(name) if self.told.contains(name.as_str()) => Some(self.definition(name)),
            of => {
                let shape = self.of(of, place)?;
                Some(self.numbered(shape))
            }
        }
    }

    fn definition(&mut self, name: &str) -> Link {
        self.used.insert(name.to_owned());
        Link::Definition(name.to_owned())
    }

    fn numbered(&mut self, shape: Shape) -> Link {
        let at = self.numbered.iter().position(|known| *known == shape).unwrap_or_else(|| {
            self.numbered.push(shape);
            self.numbered.len() - 1
        });
        Link::Numbered(at)
    }

    /// What a name stands for, and a type that is none itself.
    fn resolved<'t>(&self, of: &'t Type) -> &'t Type
    where
        'a: 't,
    {
        let mut of = of;
        let mut seen = BTreeSet::new();
        while let Type::Named(name) = of {
            match self.definitions.get(name.as_str()) {
                Some(next) if seen.insert(name) => of = next,
                _ => break,
            }
        }
        of
    }
}

/// Whether JSON alone does not tell all of a type.
fn is_told(of: &Type, told: &BTreeSet<&str>) -> bool {
    match of {
        Type::Integer | Type::BigInt | Type::Binary => true,
        Type::Named(name) => told.contains(name.as_str()),
        Type::List(item) => is_told(item, told),
        Type::Tuple(items, rest) => items.iter().chain(rest.as_deref()).any(|item| is_told(item, told)),
        Type::Object(object) => {
            object.members.iter().any(|member| is_told(&member.of, told))
                || object.rest.as_ref().is_some_and(|rest| is_told(&rest.value, told))
        }
        Type::Union(alternatives) => alternatives.iter().any(|one| is_told(&one.of, told)),
        Type::All(parts) => parts.iter().any(|part| is_told(part, told)),
        _ => false,
    }
}

/// The path of a member, with what has a meaning in a path behind a `\`.
fn join(path: &str, name: &str) -> String {
    let mut joined = path.to_owned();
    if !path.is_empty() {
        joined.push('.');
    }
    for c in name.chars() {
        if matches!(c, '.' | '[' | '{' | '\\') {
            joined.push('\\');
        }
        joined.push(c);
    }
    joined
}
