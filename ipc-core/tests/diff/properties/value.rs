//! Values of a schema, as whoever has its types would write them.

use serde_json::{Map, Value, json};

use super::Random;

/// A value of a schema with its definitions. Whoever sends more than its types have writes fields that nobody knows.
pub(crate) fn of(random: &mut Random, (root, definitions): (&Value, &Value), sends_more: bool) -> Value {
    Maker { random, definitions, sends_more, left: 60 }.value(root)
}

struct Maker<'a> {
    random: &'a mut Random,
    definitions: &'a Value,
    sends_more: bool,
    /// How many values may still be made before each is as small as it can be.
    left: usize,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value) -> Value {
        self.left = self.left.saturating_sub(1);
        if let Some(name) = schema["$ref"].as_str() {
            let definitions = self.definitions;
            return self.value(&definitions[name.trim_start_matches("#/$defs/")]);
        }
        if let Some(alternatives) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            // The last of those that are optional is null, by which what is recursive ends.
            let at = if self.left == 0 { alternatives.len() - 1 } else { self.random.below(alternatives.len()) };
            return self.value(&alternatives[at]);
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.random.one_of(values).clone();
        }
        match schema["type"].as_str().unwrap() {
            "null" => Value::Null,
            "boolean" => json!(self.random.once_in(2)),
            "integer" => self.random.one_of(&[&schema["minimum"], &schema["maximum"], &json!(7)]).to_owned().clone(),
            "number" => self.random.one_of(&[json!(0.5), json!(3), json!(-1e9)]).clone(),
            "string" => self.text(schema),
            "array" => self.list(schema),
            "object" => self.object(schema),
            other => panic!("a value of the type {other}"),
        }
    }

    fn text(&mut self, schema: &Value) -> Value {
        let least = schema["minLength"].as_u64().unwrap_or(0);
        let most = schema["maxLength"].as_u64().unwrap_or(9);
        let length = *self.random.one_of(&[least, most, (least + most) / 2]);
        json!("é".repeat(usize::try_from(length).unwrap()))
    }

    fn list(&mut self, schema: &Value) -> Value {
        if let Some(places) = schema["prefixItems"].as_array() {
            return places.iter().map(|place| self.value(place)).collect();
        }
        let most = usize::try_from(schema["maxItems"].as_u64().unwrap_or(4)).unwrap();
        let count = if self.left == 0 { 0 } else { self.random.below(most + 1) };
        (0..count).map(|_| self.value(&schema["items"])).collect()
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&json!(name)) || (self.left > 0 && self.random.once_in(2)) {
                object.insert(name.clone(), self.value(field));
            }
        }
        match &schema["additionalProperties"] {
            Value::Null if self.sends_more && self.random.once_in(4) => {
                object.insert("unknown".to_owned(), json!([1]));
            }
            Value::Null | Value::Bool(false) => {}
            entries => {
                for key in ["a", "e", "key"] {
                    let may = self.left > 0 && self.random.once_in(2);
                    if may && !object.contains_key(key) && schema["properties"].get(key).is_none() {
                        object.insert(key.to_owned(), self.value(entries));
                    }
                }
            }
        }
        Value::Object(object)
    }
}
