//! What stands in the parentheses of `#[service(…)]`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Path, Token, parse_quote};

use super::events::{self, Event};
use crate::arguments::{self, krate, permission, skip};
use crate::diagnostics::{Diagnostics, expected};

/// The options of a service.
const OPTIONS: [&str; 5] = ["prefix", "permission", "events", "shared_events", "crate"];

/// What `prefix` takes.
const MALFORMED: &str = "`prefix` takes what all channels of the service begin with: `prefix = \"namespace\"`";

/// The options as they were written; what was wrong with one is reported and left out.
pub(crate) struct Options {
    /// `prefix = "…"`.
    pub(crate) prefix: Option<LitStr>,
    /// Whether what stood in the prefix's place was reported already.
    pub(crate) misread: bool,
    /// `permission = "data:read"`: that of each method that names none.
    pub(crate) permission: Option<LitStr>,
    /// `events(…)` and `shared_events(…)`.
    pub(crate) events: Vec<Event>,
    /// `crate = path`, or where the package is found under its own name.
    pub(crate) krate: Path,
}

/// Reads the options, and reports each mistake in them.
pub(crate) fn parse(args: TokenStream, diagnostics: &mut Diagnostics) -> Options {
    let mut reader =
        Reader { prefix: None, permission: None, events: [None, None], krate: None, misread: false, diagnostics };
    let readable = arguments::read_all(args, &mut reader);
    let Reader { prefix, permission, events, krate, misread, .. } = reader;
    Options {
        prefix,
        permission,
        misread: misread || !readable,
        events: events.into_iter().flatten().flatten().collect(),
        krate: krate.unwrap_or_else(|| parse_quote!(::ipc_bridge)),
    }
}

struct Reader<'a> {
    prefix: Option<LitStr>,
    permission: Option<LitStr>,
    /// Those that the server alone publishes, and those that its clients may publish too.
    events: [Option<Vec<Event>>; 2],
    krate: Option<Path>,
    misread: bool,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found = skip(input);
            self.misread |= self.prefix.is_none();
            let message = match syn::parse2::<LitStr>(found.clone()) {
                Ok(prefix) => format!("the prefix is given by name: write `prefix = {:?}`", prefix.value()),
                Err(_) => format!("expected an option, {}", expected("", &OPTIONS)),
            };
            self.diagnostics.report(found, message);
            return Ok(());
        }
        let name = Ident::parse_any(input)?;
        match name.to_string().as_str() {
            "prefix" => self.prefix(&name, input)?,
            "permission" => {
                let twice = self.permission.is_some();
                if let Some(permission) = permission(&name, input, self.diagnostics)? {
                    self.permission = Some(permission);
                }
                if twice {
                    self.twice(&name);
                }
            }
            "events" | "shared_events" => self.events(&name, input),
            "crate" => {
                if let Some(path) = krate(&name, input, self.diagnostics)? {
                    if self.krate.is_some() {
                        self.twice(&name);
                    }
                    self.krate = Some(path);
                }
            }
            unknown => {
                skip(input);
                self.misread |= self.prefix.is_none();
                self.diagnostics
                    .report(&name, format_args!("unknown option `{unknown}`, {}", expected(unknown, &OPTIONS)));
            }
        }
        Ok(())
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

impl Reader<'_> {
    fn prefix(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let given = input.parse::<Option<Token![=]>>()?;
        let value = skip(input);
        match syn::parse2::<LitStr>(value.clone()) {
            Ok(prefix) if given.is_some() => {
                if self.prefix.is_some() {
                    self.twice(name);
                }
                self.prefix = Some(prefix);
            }
            _ => {
                self.misread = true;
                if value.is_empty() {
                    self.diagnostics.report(name, MALFORMED);
                } else {
                    self.diagnostics.report(value, MALFORMED);
                }
            }
        }
        Ok(())
    }

    fn events(&mut self, name: &Ident, input: ParseStream<'_>) {
        let value = skip(input);
        let is_shared = name == "shared_events";
        let read = match syn::parse2::<Group>(value.clone()) {
            Ok(group) if group.delimiter() == Delimiter::Parenthesis => {
                events::read(group.stream(), is_shared).ok().filter(|events| !events.is_empty())
            }
            _ => None,
        };
        let Some(read) = read else {
            let malformed =
                format!("`{name}` takes the types of events, each with `derive(Event)`: `{name}(StatusChanged)`");
            if value.is_empty() {
                self.diagnostics.report(name, malformed);
            } else {
                self.diagnostics.report(value, malformed);
            }
            return;
        };
        let [own, shared] = &mut self.events;
        let place = if is_shared { shared } else { own };
        if place.replace(read).is_some() {
            self.twice(name);
        }
    }

    fn twice(&mut self, name: &Ident) {
        self.diagnostics.report(name, format_args!("`{name}` is given twice: leave one out"));
    }
}
