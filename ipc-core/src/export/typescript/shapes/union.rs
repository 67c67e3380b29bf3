//! What is to be told of an enum: by its tag, by its form, or of whatever it is.

use serde_json::Value;

use super::super::TypeScriptProblem;
use super::super::model::{Object, Type};
use super::{Link, Shape, Shapes, Tagged, is_told};

impl Shapes<'_> {
    pub(super) fn add_union(&mut self, alternatives: &[&Type], path: &str, shape: &mut Shape, place: &str) {
        let told: Vec<&Type> = alternatives.iter().copied().filter(|of| is_told(of, &self.told)).collect();
        let others: Vec<&Type> = alternatives.iter().copied().filter(|of| !is_told(of, &self.told)).collect();
        if let [one] = told.as_slice()
            && others.iter().all(|other| self.is_other_than(other, one))
        {
            self.add(one, path, shape, place);
        } else if let Some(tag) = self.tag_of(alternatives) {
            self.add_tagged(&tag, &told, path, shape, place);
        } else if self.are_keyed(alternatives) {
            told.iter().for_each(|of| self.add(of, path, shape, place));
        } else {
            if self.clash(alternatives) {
                self.problems.push(TypeScriptProblem::BinaryOrText { place: place.to_owned() });
            }
            let links: Vec<Link> = told.iter().filter_map(|of| self.link(of, place)).collect();
            shape.either.push((path.to_owned(), links));
        }
    }

    /// Whether no value of `other` is one that something would be told of in `one`.
    fn is_other_than(&self, other: &Type, one: &Type) -> bool {
        match self.resolved(other) {
            // `null` is left alone everywhere.
            Type::Null => true,
            Type::Text | Type::Boolean | Type::Number | Type::Literal(_) => {
                matches!(self.resolved(one), Type::Object(_) | Type::List(_) | Type::Tuple(..))
            }
            Type::Union(alternatives) => alternatives.iter().all(|inner| self.is_other_than(&inner.of, one)),
            Type::Object(_) => matches!(self.resolved(one), Type::List(_) | Type::Tuple(..)),
            _ => false,
        }
    }

    /// The member whose value tells which of these an object is.
    fn tag_of(&self, alternatives: &[&Type]) -> Option<String> {
        let objects: Vec<Vec<(String, String)>> =
            alternatives.iter().filter(|of| !self.is_scalar(of)).map(|of| self.tags(of)).collect();
        let candidates = objects.first()?;
        let is_tag = |name: &str| {
            let mut values: Vec<&str> = Vec::new();
            objects.iter().all(|tags| match tags.iter().find(|(known, _)| known == name) {
                Some((_, value)) if !values.contains(&value.as_str()) => {
                    values.push(value);
                    true
                }
                _ => false,
            })
        };
        candidates.iter().map(|(name, _)| name).find(|name| is_tag(name)).cloned()
    }

    fn is_scalar(&self, of: &Type) -> bool {
        let of = self.resolved(of);
        matches!(of, Type::Null | Type::Boolean | Type::Number | Type::Text | Type::Literal(_))
    }

    /// The members of an object that are always one text, with those.
    fn tags(&self, of: &Type) -> Vec<(String, String)> {
        match self.resolved(of) {
            Type::Object(object) => object
                .members
                .iter()
                .filter(|member| !member.optional)
                .filter_map(|member| Some((member.name.clone(), member.of.as_text()?.to_owned())))
                .collect(),
            Type::All(parts) => parts.iter().flat_map(|part| self.tags(part)).collect(),
            _ => Vec::new(),
        }
    }

    fn add_tagged(&mut self, tag: &str, told: &[&Type], path: &str, shape: &mut Shape, place: &str) {
        let mut cases = Vec::new();
        for of in told {
            let value = self.tags(of).into_iter().find(|(name, _)| name == tag).map(|(_, value)| value);
            // A scalar beside the objects has no tag, and nothing is told of it.
            let (Some(value), Some(inner)) = (value, self.of(of, place)) else { continue };
            cases.push((value, inner));
        }
        let tagged = Some(Tagged { tag: tag.to_owned(), cases });
        if path.is_empty() && shape.tagged.is_none() {
            shape.tagged = tagged;
        } else {
            let link = self.numbered(Shape { tagged, ..Shape::default() });
            shape.nested.push((path.to_owned(), link));
        }
    }

    /// Whether each of these is a text, or an object with one member of a name of its own, as serde writes an enum that
    /// says nothing else.
    fn are_keyed(&self, alternatives: &[&Type]) -> bool {
        let mut names: Vec<&str> = Vec::new();
        alternatives.iter().all(|of| match of {
            Type::Object(Object { members, rest: None }) => match members.as_slice() {
                [one] if !one.optional && !names.contains(&one.name.as_str()) => {
                    names.push(&one.name);
                    true
                }
                _ => false,
            },
            of => matches!(of, Type::Literal(Value::String(_)) | Type::Null),
        })
    }
}
