//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.

mod asyncapi;
mod extensions;
mod failures;
mod html;
mod schema;

pub use asyncapi::{AsyncApiInfo, asyncapi};
pub use html::html;
pub use schema::{json_schema, json_schemas, schema_file_name};
