//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.

mod bindings;
mod diff;
mod typescript;


pub use typescript::{TypeScript, TypeScriptError, TypeScriptProblem};
