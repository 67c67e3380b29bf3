//! The JSON Schema of the description itself.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{DIALECT, Description};

/// Any schema of the dialect.
pub(super) fn any(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "$ref": DIALECT })
}

/// Schemas by their names.
pub(super) fn named(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": { "$ref": DIALECT } })
}

/// The dialect, and no other.
pub(super) fn dialect(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "const": DIALECT })
}

/// Demands a channel's kind, which this version always writes. Only one of a later version is left out when it is written anew.
pub(super) fn require_kind(schema: &mut Schema) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push("kind".into());
    }
}

pub(super) fn of_descriptions() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Description>()
}
