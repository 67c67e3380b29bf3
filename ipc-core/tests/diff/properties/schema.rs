//! Pairs of schemas, as schemars writes them: one made at random, and the same with some changes.

use serde_json::{Map, Value, json};

use super::Random;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const VARIANTS: [&str; 4] = ["A", "B", "C", "D"];

/// A schema and its definitions, and what became of them.
pub(crate) fn pair(random: &mut Random) -> ((Value, Value), (Value, Value)) {
    let root = of(random, 3);
    let definitions = json!({"Tree": tree(random), "Leaf": of(random, 1)});
    let old = (root, definitions);
    let mut new = old.clone();
    for _ in 0..=random.below(2) {
        let target = if random.once_in(4) { &mut new.1["Tree"] } else { &mut new.0 };
        change(random, target);
    }
    (old, new)
}

/// A type that refers to itself, and can end.
fn tree(random: &mut Random) -> Value {
    let mut tree = object(random, 1);
    tree["properties"]["next"] = json!({"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]});
    tree["properties"]["all"] = json!({"type": "array", "items": {"$ref": "#/$defs/Tree"}});
    tree
}

fn of(random: &mut Random, depth: usize) -> Value {
    // No reference close to a leaf: a type that must hold itself has no values.
    match random.below([5, 13, 14, 14][depth]) {
        0 => integer(random),
        1 => json!({"type": "number"}),
        2 => text(random),
        3 => json!({"type": "boolean"}),
        4 => unit_enum(random),
        5 | 6 => object(random, depth - 1),
        7 => json!({"type": "array", "items": of(random, depth - 1)}),
        8 => tuple(random, depth - 1),
        9 => json!({"type": "object", "additionalProperties": of(random, depth - 1)}),
        10 => variants(random, depth - 1),
        11 => tagged(random, depth - 1),
        12 => json!({"anyOf": [of(random, depth - 1), {"type": "null"}]}),
        _ => json!({"$ref": random.one_of(&["#/$defs/Tree", "#/$defs/Leaf"])}),
    }
}

fn integer(random: &mut Random) -> Value {
    let (format, most) = *random.one_of(&[("uint8", 255u64), ("uint16", 65535), ("uint64", u64::MAX)]);
    json!({"type": "integer", "format": format, "minimum": random.below(2), "maximum": most})
}

fn text(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({"type": "string"}),
        1 => json!({"type": "string", "maxLength": 2 + random.below(3)}),
        _ => json!({"type": "string", "minLength": 1 + random.below(2)}),
    }
}

fn unit_enum(random: &mut Random) -> Value {
    json!({"type": "string", "enum": VARIANTS[..=random.below(4)]})
}

fn tuple(random: &mut Random, depth: usize) -> Value {
    let items: Vec<_> = (0..=random.below(2)).map(|_| of(random, depth)).collect();
    json!({"type": "array", "minItems": items.len(), "maxItems": items.len(), "prefixItems": items})
}

fn object(random: &mut Random, depth: usize) -> Value {
    let names: Vec<_> = NAMES.iter().filter(|_| !random.once_in(2)).collect();
    let mut properties = Map::new();
    for name in &names {
        properties.insert((**name).to_owned(), of(random, depth));
    }
    let required: Vec<_> = names.into_iter().filter(|_| random.once_in(2)).collect();
    let mut object = json!({"type": "object", "properties": properties, "required": required});
    if random.once_in(4) {
        object["additionalProperties"] = json!(false);
    }
    object
}

fn variants(random: &mut Random, depth: usize) -> Value {
    let variants: Vec<_> = VARIANTS[..=random.below(3)].iter().map(|name| variant(random, name, depth)).collect();
    json!({"oneOf": variants})
}

fn variant(random: &mut Random, name: &str, depth: usize) -> Value {
    if random.once_in(3) {
        return json!({"type": "string", "const": name});
    }
    json!({
        "type": "object",
        "properties": {name: of(random, depth)},
        "required": [name],
        "additionalProperties": false,
    })
}

fn tagged(random: &mut Random, depth: usize) -> Value {
    let mut variant = |name: &&str| {
        let mut object = object(random, depth);
        object["properties"]["t"] = json!({"type": "string", "const": name});
        object["required"].as_array_mut().unwrap().push(json!("t"));
        object
    };
    json!({"oneOf": VARIANTS[..2].iter().map(&mut variant).collect::<Vec<_>>()})
}

/// Changes something somewhere in a schema.
fn change(random: &mut Random, schema: &mut Value) {
    let inner = inner(schema);
    if !inner.is_empty() && !random.once_in(3) {
        let pointer = random.one_of(&inner).clone();
        return change(random, schema.pointer_mut(&pointer).unwrap());
    }
    let kind = schema["type"].as_str().unwrap_or_default().to_owned();
    match kind.as_str() {
        _ if schema["properties"]["t"].is_null() && random.once_in(5) => nullable(random, schema),
        "object" if schema.get("properties").is_some() => change_object(random, schema),
        "integer" if random.once_in(2) => *schema = integer(random),
        "integer" => schema["maximum"] = json!(100 + random.below(200)),
        "string" if schema.get("const").is_none() => {
            *schema = if random.once_in(2) { text(random) } else { unit_enum(random) };
        }
        "array" if schema.get("prefixItems").is_none() => schema["maxItems"] = json!(1 + random.below(3)),
        _ => match schema.get_mut("oneOf").and_then(Value::as_array_mut) {
            Some(variants) if variants.len() > 1 && random.once_in(2) => {
                let at = random.below(variants.len());
                variants.remove(at);
            }
            Some(variants) if variants.iter().all(|variant| variant["properties"]["t"].is_null()) => {
                variants.push(variant(random, "E", 1));
            }
            _ => *schema = of(random, 1),
        },
    }
}

fn nullable(random: &mut Random, schema: &mut Value) {
    let is_optional = schema["anyOf"][1]["type"] == "null";
    *schema = if is_optional && !random.once_in(3) {
        schema["anyOf"][0].clone()
    } else {
        json!({"anyOf": [schema, {"type": "null"}]})
    };
}

fn change_object(random: &mut Random, object: &mut Value) {
    let name = *random.one_of(&["a", "b", "c", "d", "e"]);
    let is_there = !object["properties"][name].is_null();
    let is_required = object["required"].as_array().unwrap().iter().any(|required| required == name);
    match random.below(6) {
        0 if object.get("additionalProperties").is_some() => {
            object.as_object_mut().unwrap().remove("additionalProperties");
        }
        0 => object["additionalProperties"] = json!(false),
        1 => object["additionalProperties"] = of(random, 1),
        2 | 3 if is_there => {
            object["properties"].as_object_mut().unwrap().remove(name);
            object["required"].as_array_mut().unwrap().retain(|required| required != name);
        }
        4 if is_required => object["required"].as_array_mut().unwrap().retain(|required| required != name),
        4 if is_there => object["required"].as_array_mut().unwrap().push(json!(name)),
        _ if !is_there => {
            object["properties"][name] = of(random, 1);
            if random.once_in(3) {
                object["required"].as_array_mut().unwrap().push(json!(name));
            }
        }
        _ => object["properties"][name] = of(random, 1),
    }
    // Asking for a name that is not there has put a null in its place.
    object["properties"].as_object_mut().unwrap().retain(|_, schema| !schema.is_null());
}

/// The schemas that stand directly in one, by their places.
fn inner(schema: &Value) -> Vec<String> {
    let mut places = Vec::new();
    for keyword in ["items", "additionalProperties"] {
        if schema.get(keyword).is_some_and(Value::is_object) {
            places.push(format!("/{keyword}"));
        }
    }
    for keyword in ["anyOf", "prefixItems"] {
        let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        places.extend((0..count).map(|at| format!("/{keyword}/{at}")));
    }
    // What a variant is told apart by stays.
    for (at, variant) in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        if variant["properties"]["t"].is_object() {
            places.push(format!("/oneOf/{at}"));
        } else if let Some(name) = variant["required"][0].as_str() {
            places.push(format!("/oneOf/{at}/properties/{name}"));
        }
    }
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    // A tag is what its variant is known by.
    places.extend(fields.filter(|(name, _)| *name != "t").map(|(name, _)| format!("/properties/{name}")));
    places
}
