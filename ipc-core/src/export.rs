//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.

mod asyncapi;
mod bindings;
mod extensions;
mod failures;
mod html;
mod schema;
mod typescript;

pub use asyncapi::{AsyncApiInfo, asyncapi};
pub use bindings::{BindingsError, assert_bindings_current};
pub use html::html;
pub use schema::{json_schema, json_schemas, schema_file_name};
pub use typescript::{TypeScript, TypeScriptError, TypeScriptProblem};
