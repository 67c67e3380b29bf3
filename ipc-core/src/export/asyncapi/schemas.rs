//! Schemas as AsyncAPI has them by itself: those of JSON Schema draft 7, under `components/schemas`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::Schema;
use serde_json::{Map, Value};

use crate::description::Description;
use crate::schema;

/// The types of a contract, and their names in a document.
pub(super) struct Schemas {
    names: BTreeMap<String, String>,
}

impl Schemas {
    pub(super) fn new(description: &Description) -> Self {
        let (mut names, mut taken) = (BTreeMap::new(), BTreeSet::new());
        let (fit, unfit): (Vec<_>, Vec<_>) =
            description.definitions().map(|(name, _)| name).partition(|name| name.chars().all(may_stand_in_a_name));
        for name in fit {
            taken.insert(name.to_owned());
            names.insert(name.to_owned(), name.to_owned());
        }
        for name in unfit {
            let mended: String = name.chars().map(|c| if may_stand_in_a_name(c) { c } else { '_' }).collect();
            let numbered = (2_u64..).map(|number| format!("{mended}_{number}"));
            let free = std::iter::once(mended.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
            names.insert(name.to_owned(), free.unwrap_or(mended));
        }
        Self { names }
    }

    /// The types, by their names in the document.
    pub(super) fn components(&self, description: &Description) -> Map<String, Value> {
        let named = |(name, schema): (&str, &Schema)| Some((self.names.get(name)?.clone(), self.lowered(schema)));
        description.definitions().filter_map(named).collect()
    }

    /// A schema in draft 7.
    pub(super) fn lowered(&self, schema: &Schema) -> Value {
        let mut schema = schema.as_value().clone();
        self.lower(&mut schema);
        schema
    }

    /// Rewrites a schema of 2020-12 in draft 7, with its references to the components of the document.
    pub(super) fn lower(&self, schema: &mut Value) {
        let Value::Object(schema) = schema else { return };
        // What draft 7 has no word for. Without it, a schema takes more than before, and nothing less.
        for keyword in ["$schema", "unevaluatedItems", "unevaluatedProperties", "contentSchema", "maxContains"] {
            schema.remove(keyword);
        }
        if schema.remove("minContains").is_some_and(|least| least.as_u64() == Some(0)) {
            schema.remove("contains");
        }
        schema::subschemas_mut(schema, |inner| self.lower(inner));
        if let Some(Value::String(reference)) = schema.get_mut("$ref")
            && let Some(name) = schema::definition(reference).and_then(|name| self.names.get(name.as_ref()))
        {
            *reference = format!("#/components/schemas/{name}");
        }
        if let Some(first) = schema.remove("prefixItems")
            && let Some(others) = schema.insert("items".to_owned(), first)
        {
            schema.insert("additionalItems".to_owned(), others);
        }
        let mut dependencies = Map::new();
        for keyword in ["dependentRequired", "dependentSchemas"] {
            if let Some(Value::Object(of_keyword)) = schema.remove(keyword) {
                dependencies.extend(of_keyword);
            }
        }
        if !dependencies.is_empty() {
            schema.insert("dependencies".to_owned(), dependencies.into());
        }
    }
}

/// Whether a character may stand in the name of a component.
fn may_stand_in_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lowered(schema: Value) -> Value {
        let names = BTreeMap::from([("Page<Item>".to_owned(), "Page_Item_".to_owned())]);
        let mut schema = schema;
        Schemas { names }.lower(&mut schema);
        schema
    }

    #[test]
    fn what_draft_7_spells_otherwise_is_spelt_so() {
        assert_eq!(
            lowered(json!({"prefixItems": [{"type": "integer"}, true], "items": {"$ref": "#/$defs/Page%3CItem%3E"}})),
            json!({"items": [{"type": "integer"}, true], "additionalItems": {"$ref": "#/components/schemas/Page_Item_"}}),
        );
        assert_eq!(
            lowered(json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"prefixItems": [true]}}})),
            json!({"dependencies": {"a": ["b"], "c": {"items": [true]}}}),
        );
    }

    #[test]
    fn what_draft_7_cannot_say_is_left_out_and_data_stays() {
        assert_eq!(
            lowered(json!({
                "unevaluatedProperties": false,
                "contains": {"type": "integer"}, "minContains": 0, "maxContains": 2,
                "default": {"prefixItems": [1], "$ref": "#/$defs/Page%3CItem%3E"},
                "x-ipc-sensitive": true,
            })),
            json!({"default": {"prefixItems": [1], "$ref": "#/$defs/Page%3CItem%3E"}, "x-ipc-sensitive": true}),
        );
        assert_eq!(lowered(json!({"contains": true, "minContains": 1})), json!({"contains": true}));
    }
}
