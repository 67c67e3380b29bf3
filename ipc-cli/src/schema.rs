//! JSON Schemas, as far as a command line needs them: what may stand in a place, and how that is told to people.

mod shown;

use std::collections::BTreeSet;

use ipc_bridge::Description;
use serde_json::{Map, Value};

pub(crate) use shown::shown;

/// All that is said of one value: every alternative is in it, whichever holds.
#[derive(Debug, Default)]
pub(crate) struct View<'a> {
    parts: Vec<&'a Map<String, Value>>,
    /// It may be anything.
    anything: bool,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kinds {
    pub(crate) null: bool,
    pub(crate) boolean: bool,
    pub(crate) integer: bool,
    pub(crate) number: bool,
    pub(crate) string: bool,
    pub(crate) array: bool,
    pub(crate) object: bool,
}

impl Kinds {
    const ALL: Self =
        Self { null: true, boolean: true, integer: true, number: true, string: true, array: true, object: true };

    fn add(&mut self, kind: &str) {
        match kind {
            "null" => self.null = true,
            "boolean" => self.boolean = true,
            "integer" => self.integer = true,
            "number" => (self.integer, self.number) = (true, true),
            "string" => self.string = true,
            "array" => self.array = true,
            "object" => self.object = true,
            _ => {}
        }
    }

    fn add_of(&mut self, value: &Value) {
        self.add(match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        });
    }
}

impl<'a> View<'a> {
    /// What `schema` says, with what it refers to.
    pub(crate) fn of(description: &'a Description, schema: &'a Value) -> Self {
        Self::of_all(description, [schema])
    }

    /// What says nothing.
    pub(crate) fn of_anything() -> Self {
        Self { parts: Vec::new(), anything: true }
    }

    fn of_all(description: &'a Description, schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut view = Self::default();
        let mut entered = BTreeSet::new();
        for schema in schemas {
            view.expand(description, schema, &mut entered);
        }
        view
    }

    fn expand(&mut self, description: &'a Description, schema: &'a Value, entered: &mut BTreeSet<&'a str>) {
        let Value::Object(schema) = schema else {
            self.anything |= *schema == Value::Bool(true);
            return;
        };
        let all = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let mut says_nothing = !["type", "enum", "const", "properties"].iter().any(|word| schema.contains_key(*word));
        if let Some((name, found)) =
            schema.get("$ref").and_then(Value::as_str).and_then(|to| definition(description, to))
        {
            says_nothing = false;
            if entered.insert(name) {
                self.expand(description, found, entered);
            }
        }
        for one in all("allOf").chain(all("anyOf")).chain(all("oneOf")) {
            says_nothing = false;
            self.expand(description, one, entered);
        }
        self.anything |= says_nothing;
        self.parts.push(schema);
    }

    /// What the value may be.
    pub(crate) fn kinds(&self) -> Kinds {
        if self.anything {
            return Kinds::ALL;
        }
        let mut kinds = Kinds::default();
        for part in &self.parts {
            match part.get("type") {
                Some(Value::String(kind)) => kinds.add(kind),
                Some(Value::Array(several)) => {
                    several.iter().filter_map(Value::as_str).for_each(|kind| kinds.add(kind))
                }
                _ if part.contains_key("properties") => kinds.object = true,
                _ => part
                    .get("enum")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .chain(part.get("const"))
                    .for_each(|value| kinds.add_of(value)),
            }
        }
        kinds
    }

    /// Whether it may be anything.
    pub(crate) fn is_anything(&self) -> bool {
        self.anything
    }

    /// Whether it is binary data, whose text is base64.
    pub(crate) fn is_binary(&self) -> bool {
        self.parts.iter().any(|part| part.get("x-ipc-binary") == Some(&Value::Bool(true)))
    }

    /// The texts that it may be, where all that it may be is listed.
    pub(crate) fn texts(&self) -> Option<Vec<&'a str>> {
        let mut texts = Vec::new();
        for part in &self.parts {
            let listed = part.get("enum").and_then(Value::as_array).into_iter().flatten().chain(part.get("const"));
            let before = texts.len();
            texts.extend(listed.filter_map(Value::as_str));
            let is_text = part.get("type").is_some_and(|kind| kind == "string");
            if is_text && texts.len() == before {
                return None;
            }
        }
        (!self.anything && !texts.is_empty()).then_some(texts)
    }

    /// The names of its fields, sorted.
    pub(crate) fn fields(&self) -> Vec<&'a str> {
        let named = self.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        let names: BTreeSet<_> = named.flat_map(|properties| properties.keys().map(String::as_str)).collect();
        names.into_iter().collect()
    }

    /// What must stand in it, where it is one object and no choice of several.
    pub(crate) fn required(&self) -> Vec<&'a str> {
        let has_fields = |part: &&&Map<String, Value>| part.contains_key("properties");
        if self.parts.iter().filter(has_fields).count() != 1 {
            return Vec::new();
        }
        let lists = self.parts.iter().filter_map(|part| part.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// What is said of a field; `None` where there can be none of that name.
    pub(crate) fn field(&self, description: &'a Description, name: &str) -> Option<Self> {
        let known: Vec<_> = self.parts.iter().filter_map(|part| part.get("properties")?.get(name)).collect();
        if !known.is_empty() {
            return Some(Self::of_all(description, known));
        }
        let of_part = |part: &&'a Map<String, Value>| {
            let patterns = part.get("patternProperties").and_then(Value::as_object);
            let others = part.get("additionalProperties").filter(|schema| **schema != Value::Bool(false));
            patterns.into_iter().flat_map(Map::values).chain(others)
        };
        let others: Vec<_> = self.parts.iter().flat_map(of_part).collect();
        if !others.is_empty() {
            return Some(Self::of_all(description, others));
        }
        self.anything.then(Self::of_anything)
    }

    /// What is said of the elements of a list.
    pub(crate) fn item(&self, description: &'a Description) -> Self {
        let items: Vec<_> = self.parts.iter().filter_map(|part| part.get("items")).collect();
        if items.is_empty() { Self::of_anything() } else { Self::of_all(description, items) }
    }
}

/// The definition that a reference leads to, with its name.
fn definition<'a>(description: &'a Description, reference: &str) -> Option<(&'a str, &'a Value)> {
    let name = reference.strip_prefix("#/$defs/")?;
    // As JSON Pointer writes them, and then as a URI does.
    let name = name.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~");
    let (name, schema) = description.definitions().find(|(known, _)| *known == name)?;
    Some((name, schema.as_value()))
}
