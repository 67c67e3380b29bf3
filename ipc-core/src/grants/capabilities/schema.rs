//! The JSON Schema of a file of capabilities. A test holds it against what is read.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// What the peers of an application are granted, in named sets.
#[derive(JsonSchema)]
#[schemars(rename = "Capabilities")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the schema is made of it, and nothing else")]
struct File {
    /// The schema of this file, for editors.
    #[serde(default, rename = "$schema", skip_serializing_if = "String::is_empty")]
    schema: String,
    /// The sets by their names.
    capabilities: BTreeMap<String, Set>,
}

/// What somebody is granted who has this set, and nothing else.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the schema is made of it, and nothing else")]
struct Set {
    /// Who has it, and what for: for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    /// What is granted: permissions (`data:read`), and patterns of some (`data:*`, `*`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allow: Vec<Pattern>,
    /// What is denied, whatever grants it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deny: Vec<Pattern>,
    /// Whether everything is granted too that names no permission of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    same_user: bool,
}

/// A permission, `data:read`, or all that begin alike: `data:*`, or `*` for all.
#[derive(JsonSchema)]
#[serde(transparent)]
#[expect(dead_code, reason = "the schema is made of it, and nothing else")]
struct Pattern(#[schemars(length(max = 136), regex(pattern = r"^(\*|([a-z0-9_.-]+:)+([a-z0-9_.-]+|\*))$"))] String);

pub(super) fn schema() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<File>()
}
