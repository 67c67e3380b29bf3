//! Whether a text in a value could be binary data as well as a text.

use std::collections::BTreeSet;

use super::super::model::{Object, Type};
use super::Shapes;

impl Shapes<'_> {
    /// Whether one of these has binary data where another may have a text.
    pub(super) fn clash(&self, alternatives: &[&Type]) -> bool {
        let mut seen = BTreeSet::new();
        alternatives.iter().enumerate().any(|(at, one)| {
            alternatives.iter().enumerate().any(|(other_at, other)| at != other_at && self.meet(one, other, &mut seen))
        })
    }

    /// Whether `one` has binary data where `other` may have a text.
    fn meet(&self, one: &Type, other: &Type, seen: &mut BTreeSet<(String, String)>) -> bool {
        if let (Type::Named(one), Type::Named(other)) = (one, other)
            && (one == other || !seen.insert((one.clone(), other.clone())))
        {
            return false;
        }
        // A name against what is none ends with what is none.
        match (self.resolved(one), self.resolved(other)) {
            (Type::Binary, Type::Text | Type::Literal(_) | Type::Unknown) => true,
            (Type::Union(inner), other) => inner.iter().any(|one| self.meet(&one.of, other, seen)),
            (Type::All(inner), other) => inner.iter().any(|one| self.meet(one, other, seen)),
            (one, Type::Union(inner)) => inner.iter().any(|other| self.meet(one, &other.of, seen)),
            (one, Type::All(inner)) => inner.iter().any(|other| self.meet(one, other, seen)),
            (Type::List(one), Type::List(other)) => self.meet(one, other, seen),
            (Type::List(one), Type::Tuple(items, rest)) => {
                items.iter().chain(rest.as_deref()).any(|other| self.meet(one, other, seen))
            }
            (Type::Tuple(items, rest), Type::List(other)) => {
                items.iter().chain(rest.as_deref()).any(|one| self.meet(one, other, seen))
            }
            (Type::Tuple(ones, _), Type::Tuple(others, _)) => {
                ones.iter().zip(others).any(|(one, other)| self.meet(one, other, seen))
            }
            (Type::Object(one), Type::Object(other)) => self.members_meet(one, other, seen),
            _ => false,
        }
    }

    fn members_meet(&self, one: &Object, other: &Object, seen: &mut BTreeSet<(String, String)>) -> bool {
        let of = |object: &Object, name: &str| -> Option<Type> {
            let member = object.members.iter().find(|member| member.name == name).map(|member| member.of.clone());
            member.or_else(|| object.rest.as_ref().map(|rest| (*rest.value).clone()))
        };
        let by_name = one
            .members
            .iter()
            .any(|member| of(other, &member.name).is_some_and(|known| self.meet(&member.of, &known, seen)));
        let by_rest = one.rest.as_ref().is_some_and(|rest| {
            other.members.iter().any(|member| self.meet(&rest.value, &member.of, seen))
                || other.rest.as_ref().is_some_and(|known| self.meet(&rest.value, &known.value, seen))
        });
        by_name || by_rest
    }
}
