//! Capabilities: named sets of grants, read from a file.

mod file;
mod mistake;
mod schema;

use std::collections::BTreeMap;

use crate::grants::{Grants, check};
use crate::router::Router;

use file::{Kind, Node, Place};
pub use mistake::{CapabilitiesError, CapabilityMistake};

/// Named sets of grants, as an application's configuration says them:
///
/// ```
/// use ipc_core::{Capabilities, Router, handler};
///
/// #[handler("settings:read", crate = ipc_core)]
/// fn read(key: String) -> Option<String> {
///     None
/// }
///
/// let router = Router::new().handle::<read>();
/// let text = r#"
///     [capabilities.main]
///     allow = ["*"]
///
///     [capabilities.settings-window]
///     description = "What the window of the settings may do."
///     allow = ["settings:*"]
/// "#;
/// let capabilities = Capabilities::from_toml(text)?.check(&router)?;
/// let window = capabilities.grants("settings-window").expect("the text has it");
/// assert!(window.grants("settings:read") && !window.grants("data:read"));
/// # Ok::<_, ipc_core::CapabilitiesError>(())
/// ```
///
/// Each set has, all of which may be left out:
///
/// - `allow`: what it grants, permissions and patterns of some; `deny`: what it denies, whatever grants it.
/// - `same_user = true`: it grants too what names no permission of its own ([`Grants::same_user`]).
/// - `description`: for people.
///
/// [`schema`](Self::schema) is the JSON Schema of such a file, for editors. In JSON the file is
/// `{"capabilities": {"main": {"allow": ["*"]}}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    sets: BTreeMap<String, Grants>,
}

/// What a file says, before it is known whether it names what is there.
#[derive(Debug, Clone)]
#[must_use = "only what is checked against a router can be granted"]
pub struct UncheckedCapabilities(Node);

impl Capabilities {
    /// Reads a file in TOML.
    ///
    /// # Errors
    ///
    /// The text is no TOML: every mistake of that kind, with its line.
    pub fn from_toml(text: &str) -> Result<UncheckedCapabilities, CapabilitiesError> {
        file::of_toml(text).map(UncheckedCapabilities)
    }

    /// Reads a file in JSON.
    ///
    /// # Errors
    ///
    /// The text is no JSON.
    pub fn from_json(text: &str) -> Result<UncheckedCapabilities, CapabilitiesError> {
        file::of_json(text).map(UncheckedCapabilities)
    }

    /// The grants of the set that is called `name`.
    pub fn grants(&self, name: &str) -> Option<&Grants> {
        self.sets.get(name)
    }

    /// All sets with their names, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Grants)> {
        self.sets.iter().map(|(name, grants)| (name.as_str(), grants))
    }

    /// The JSON Schema of a file of capabilities.
    pub fn schema() -> schemars::Schema {
        schema::schema()
    }
}

impl UncheckedCapabilities {
    /// The sets, if all that they name is there in `router`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file: keys that have no meaning, values of another type, patterns that are
    /// malformed, and permissions that nothing needs, each with its place, with its line where the file is TOML, and with
    /// what was probably meant.
    pub fn check(self, router: &Router) -> Result<Capabilities, CapabilitiesError> {
        let mut reader = Reader { router, mistakes: Vec::new() };
        let sets = reader.file(&self.0);
        if reader.mistakes.is_empty() {
            return Ok(Capabilities { sets });
        }
        // A table has its keys in an order of its own.
        reader.mistakes.sort_by_key(|mistake| mistake.line());
        Err(CapabilitiesError::new(reader.mistakes))
    }
}

/// The keys of a set.
const KEYS: [&str; 4] = ["allow", "deny", "same_user", "description"];

struct Reader<'a> {
    router: &'a Router,
    mistakes: Vec<CapabilityMistake>,
}

impl Reader<'_> {
    fn report(&mut self, at: &Place, said: impl std::fmt::Display) {
        self.mistakes.push(CapabilityMistake::new(at.line, &at.path, said));
    }

    fn unknown_key(&mut self, key: &Place, name: &str, known: &[&str]) {
        let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        self.report(key, format_args!("`{}` has no meaning here: expected one of {list}", name.escape_debug()));
    }

    fn file(&mut self, node: &Node) -> BTreeMap<String, Grants> {
        let mut sets = None;
        let Kind::Table(entries) = &node.kind else {
            self.report(&node.at, format_args!("expected a table with `capabilities`, and this is {}", node.kind));
            return BTreeMap::new();
        };
        for (name, key, value) in entries {
            match name.as_str() {
                "capabilities" => sets = Some(self.sets(value)),
                "$schema" if matches!(value.kind, Kind::Text(_)) => {}
                "$schema" => self.report(&value.at, format_args!("expected a text, and this is {}", value.kind)),
                _ => self.unknown_key(key, name, &["capabilities"]),
            }
        }
        if sets.is_none() {
            self.report(&node.at, "there is no `capabilities`: write a table `[capabilities.main]` for each set");
        }
        sets.unwrap_or_default()
    }

    fn sets(&mut self, node: &Node) -> BTreeMap<String, Grants> {
        let Kind::Table(entries) = &node.kind else {
            self.report(&node.at, format_args!("expected a table of sets by their names, and this is {}", node.kind));
            return BTreeMap::new();
        };
        entries.iter().map(|(name, _, value)| (name.clone(), self.set(value))).collect()
    }

    fn set(&mut self, node: &Node) -> Grants {
        let Kind::Table(entries) = &node.kind else {
            let said = format_args!("expected a table with `allow`, and this is {}", node.kind);
            self.report(&node.at, said);
            return Grants::none();
        };
        let mut grants = Grants::none();
        for (name, key, value) in entries {
            match name.as_str() {
                "allow" => grants.allow = self.permissions(value),
                "deny" => grants.deny = self.permissions(value),
                "same_user" => match value.kind {
                    Kind::Truth(truth) => grants.same_user = truth,
                    _ => self.report(&value.at, format_args!("expected true or false, and this is {}", value.kind)),
                },
                "description" if matches!(value.kind, Kind::Text(_)) => {}
                "description" => self.report(&value.at, format_args!("expected a text, and this is {}", value.kind)),
                _ => self.unknown_key(key, name, &KEYS),
            }
        }
        grants
    }

    fn permissions(&mut self, node: &Node) -> Vec<String> {
        let Kind::List(values) = &node.kind else {
            self.report(&node.at, format_args!("expected a list of permissions, and this is {}", node.kind));
            return Vec::new();
        };
        let mut permissions = Vec::new();
        for value in values {
            match &value.kind {
                Kind::Text(text) => match check::problem(text, self.router.needs()) {
                    None => permissions.push(text.clone()),
                    Some(problem) => self.report(&value.at, problem),
                },
                other => self.report(&value.at, format_args!("expected a permission as a text, and this is {other}")),
            }
        }
        permissions
    }
}
