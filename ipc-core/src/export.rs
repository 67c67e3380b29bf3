//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.

mod bindings;
mod typescript;

pub use bindings::{BindingsError, assert_bindings_current};
pub use typescript::{TypeScript, TypeScriptError, TypeScriptProblem};
