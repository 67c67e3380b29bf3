//! What stands in the parentheses of `#[event(…)]`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Meta, Path, Token};

use crate::arguments::{self, krate, permission, skip};
use crate::diagnostics::{Diagnostics, expected};

/// The options that stand beside the channel.
const OPTIONS: [&str; 6] = ["retain", "key", "lag", "permission", "publish_permission", "crate"];

/// The options as they were written; what was wrong with one is reported and left out.
#[derive(Default)]
pub(crate) struct Options {
    /// The channel's name.
    pub(crate) channel: Option<LitStr>,
    /// `retain`.
    pub(crate) retain: Option<Ident>,
    /// `key = "…"`.
    pub(crate) key: Option<LitStr>,
    /// `lag = "…"`.
    pub(crate) lag: Option<LitStr>,
    /// `permission = "data:read"`.
    pub(crate) permission: Option<LitStr>,
    /// `publish_permission = "data:write"`.
    pub(crate) publish_permission: Option<LitStr>,
    /// `crate = path`.
    pub(crate) krate: Option<Path>,
    /// Whether what stood in the channel's place was reported already.
    pub(crate) misread: bool,
}

/// Reads the options, and reports each mistake in them.
pub(crate) fn parse(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> Options {
    let mut attrs = attrs.iter().filter(|attr| attr.path().is_ident("event"));
    let mut options = Options::default();
    if let Some(attr) = attrs.next() {
        match &attr.meta {
            Meta::List(list) => {
                let mut reader = Reader { options, diagnostics };
                let readable = arguments::read_all(list.tokens.clone(), &mut reader);
                options = reader.options;
                options.misread |= !readable;
            }
            other => {
                options.misread = true;
                diagnostics
                    .report(other, "the channel stands in parentheses: write `#[event(\"namespace:happened\")]`");
            }
        }
    }
    for second in attrs {
        diagnostics
            .report(second, "an event has one channel, so one `#[event(…)]`: write all that it says into the first");
    }
    options
}

struct Reader<'a> {
    options: Options,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(LitStr) {
            let channel: LitStr = input.parse()?;
            if self.options.channel.is_some() {
                self.diagnostics
                    .report(&channel, "an event has one channel, and this is its second: write a type for each");
            } else {
                self.options.channel = Some(channel);
            }
            Ok(())
        } else if input.peek(Ident::peek_any) {
            self.option(input)
        } else {
            let found = skip(input);
            self.options.misread |= self.options.channel.is_none();
            self.diagnostics
                .report(found, "expected the channel's name as a text, `\"namespace:happened\"`, or an option");
            Ok(())
        }
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

impl Reader<'_> {
    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = Ident::parse_any(input)?;
        let twice = match name.to_string().as_str() {
            "retain" => {
                let value = skip(input);
                if !value.is_empty() {
                    self.diagnostics.report(value, "`retain` takes no value: write `retain` alone");
                }
                self.options.retain.replace(name.clone()).is_some()
            }
            "key" => {
                let malformed = "`key` takes the name of a field: `key = \"id\"`";
                let Some(field) = self.text(&name, input, malformed)? else { return Ok(()) };
                self.options.key.replace(field).is_some()
            }
            "lag" => {
                let malformed = "`lag` takes what becomes of a subscriber that is too slow: `lag = \"drop_oldest\"`";
                let Some(lag) = self.text(&name, input, malformed)? else { return Ok(()) };
                self.options.lag.replace(lag).is_some()
            }
            option @ ("permission" | "publish_permission") => {
                let Some(permission) = permission(&name, input, self.diagnostics)? else { return Ok(()) };
                let Options { permission: subscribing, publish_permission: publishing, .. } = &mut self.options;
                let place = if option == "permission" { subscribing } else { publishing };
                place.replace(permission).is_some()
            }
            "crate" => {
                let Some(path) = krate(&name, input, self.diagnostics)? else { return Ok(()) };
                self.options.krate.replace(path).is_some()
            }
            unknown => {
                skip(input);
                self.diagnostics
                    .report(&name, format_args!("unknown option `{unknown}`, {}", expected(unknown, &OPTIONS)));
                false
            }
        };
        if twice {
            self.diagnostics.report(&name, format_args!("`{name}` is given twice: leave one out"));
        }
        Ok(())
    }

    /// Reads the text behind an option's `=`.
    fn text(&mut self, name: &Ident, input: ParseStream<'_>, malformed: &str) -> syn::Result<Option<LitStr>> {
        let given = input.parse::<Option<Token![=]>>()?;
        let value: TokenStream = skip(input);
        match syn::parse2::<LitStr>(value.clone()) {
            Ok(text) if given.is_some() => return Ok(Some(text)),
            _ if value.is_empty() => self.diagnostics.report(name, malformed),
            _ => self.diagnostics.report(value, malformed),
        }
        Ok(None)
    }
}
