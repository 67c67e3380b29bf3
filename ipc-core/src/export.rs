//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.

mod asyncapi;
mod extensions;
mod failures;
mod schema;

pub use asyncapi::{AsyncApiInfo, asyncapi};
pub use schema::{json_schema, json_schemas, schema_file_name};
