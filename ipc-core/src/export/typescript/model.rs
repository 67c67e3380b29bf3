//! Types as TypeScript has them, before they are written.

use serde_json::Value;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// No value.
    Never,
    /// Any JSON.
    Unknown,
    Null,
    Boolean,
    Text,
    /// A number that JSON and JavaScript read alike: a float, or an integer that is small enough.
    Number,
    /// An integer that may be beyond what a `number` holds exactly, and is refused there.
    Integer,
    /// An integer of any size, exact.
    BigInt,
    Binary,
    /// One text, number or boolean.
    Literal(Value),
    /// A definition, by its name in the description.
    Named(String),
    List(Box<Type>),
    Tuple(Vec<Type>, Option<Box<Type>>),
    Object(Object),
    Union(Vec<Alternative>),
    /// What is all of these at once.
    All(Vec<Type>),
}

/// An object: what it has by name, and what else it may have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    pub(super) rest: Option<Rest>,
}

/// The values of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rest {
    /// Whether the keys are numbers, written as texts.
    pub(super) by_number: bool,
    pub(super) value: Box<Type>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) of: Type,
    pub(super) optional: bool,
    pub(super) docs: Docs,
}

/// One of a union.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alternative {
    pub(super) of: Type,
    pub(super) docs: Docs,
}

/// What is said of a type, a member or a channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Docs {
    pub(super) text: String,
    /// The note is empty where there is none.
    pub(super) deprecated: Option<String>,
    /// The value that stands where none is given.
    pub(super) default: Option<Value>,
}

impl Docs {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.deprecated.is_none() && self.default.is_none()
    }
}

impl Type {
    /// A union of these, without those that say nothing and those that are there twice.
    pub(super) fn union(alternatives: impl IntoIterator<Item = Alternative>) -> Self {
        let mut kept: Vec<Alternative> = Vec::new();
        let mut add = |one: Alternative| {
            if one.of != Self::Never && !kept.iter().any(|known| known.of == one.of) {
                kept.push(one);
            }
        };
        for alternative in alternatives {
            match alternative.of {
                Self::Union(inner) if alternative.docs.is_empty() => inner.into_iter().for_each(&mut add),
                of => add(Alternative { of, docs: alternative.docs }),
            }
        }
        match kept.as_mut_slice() {
            [] => Self::Never,
            [one] if one.docs.is_empty() => std::mem::replace(&mut one.of, Self::Never),
            _ => Self::Union(kept),
        }
    }

    /// What is all of these: objects become one, and what says nothing is left out.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut object: Option<Object> = None;
        let mut rest: Vec<Self> = Vec::new();
        let mut pending: Vec<Self> = parts.into_iter().collect();
        pending.reverse();
        while let Some(part) = pending.pop() {
            match part {
                Self::Unknown => {}
                Self::All(inner) => pending.extend(inner.into_iter().rev()),
                Self::Object(next) => match &mut object {
                    Some(known) => known.add(next),
                    None => object = Some(next),
                },
                other if !rest.contains(&other) => rest.push(other),
                _ => {}
            }
        }
        // An object without members says only that it is one, as what stands beside it does.
        if let Some(object) = object.filter(|object| rest.is_empty() || !object.is_empty()) {
            rest.insert(0, Self::Object(object));
        }
        match rest.as_mut_slice() {
            [] => Self::Unknown,
            [one] => std::mem::replace(one, Self::Never),
            _ => Self::All(rest),
        }
    }

    /// The one text that this is.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Literal(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a newtype of it is told apart from others: a scalar, and not one of a few.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Boolean | Self::Text | Self::Number | Self::Integer | Self::BigInt)
    }
}

impl Object {
    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.rest.is_none()
    }

    fn add(&mut self, other: Self) {
        for member in other.members {
            match self.members.iter_mut().find(|known| known.name == member.name) {
                Some(known) => {
                    known.optional &= member.optional;
                    known.of = Type::all([std::mem::replace(&mut known.of, Type::Unknown), member.of]);
                }
                None => self.members.push(member),
            }
        }
        if self.rest.is_none() {
            self.rest = other.rest;
        }
    }
}

impl From<Type> for Alternative {
    fn from(of: Type) -> Self {
        Self { of, docs: Docs::default() }
    }
}
