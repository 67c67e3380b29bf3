//! What stands in the parentheses of `#[handler(…)]`, on a function and on a method of a service.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Path, Token, parse_quote};

use super::duration;
use crate::arguments::{self, krate, permission, skip};
use crate::diagnostics::{Diagnostics, expected};

/// The options that stand beside the channel.
const OPTIONS: [&str; 5] = ["blocking", "detached", "timeout", "permission", "crate"];

/// Those of a method: the others are the service's.
const METHOD_OPTIONS: [&str; 4] = ["blocking", "detached", "timeout", "permission"];

/// Where the attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a function: the channel must be named.
    Function,
    /// On a method of a service: the service has a prefix for the channel, and `crate`.
    Method,
}

/// The options as they were written; what was wrong with one is reported and left out.
#[derive(Default)]
pub(crate) struct Options {
    /// The channel's name.
    pub(crate) channel: Option<LitStr>,
    /// `blocking`.
    pub(crate) blocking: Option<Ident>,
    /// `detached`.
    pub(crate) detached: Option<Ident>,
    /// `timeout = "2s"`.
    pub(crate) timeout: Option<Timeout>,
    /// `permission = "data:read"`.
    pub(crate) permission: Option<LitStr>,
    /// `crate = path`.
    krate: Option<Path>,
    /// Whether what stood in the channel's place was reported already.
    pub(crate) misread: bool,
}

/// How long a handler may take.
#[derive(Clone)]
pub(crate) struct Timeout {
    /// The option's name, for messages about it.
    pub(crate) name: Ident,
    /// Nothing where what was given is no time, which was reported.
    pub(crate) time: Option<Duration>,
}

impl Options {
    /// Reports that a function has no channel.
    pub(crate) fn require_channel(&self, diagnostics: &mut Diagnostics) {
        if self.channel.is_none() && !self.misread {
            diagnostics.report_at(
                Span::call_site(),
                "a handler needs the name of its channel: `#[handler(\"namespace:action\")]`",
            );
        }
    }

    /// Where the package is found.
    pub(crate) fn krate(&self) -> Path {
        self.krate.clone().unwrap_or_else(|| parse_quote!(::ipc_bridge))
    }
}

/// Reads the options, and reports each mistake in them.
pub(crate) fn parse(args: TokenStream, place: Place, diagnostics: &mut Diagnostics) -> Options {
    let mut reader = Reader { place, options: Options::default(), diagnostics };
    let readable = arguments::read_all(args, &mut reader);
    let mut options = reader.options;
    options.misread |= !readable;
    options
}

struct Reader<'a> {
    place: Place,
    options: Options,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(LitStr) {
            self.channel(input)
        } else if input.peek(Ident::peek_any) {
            self.option(input)
        } else {
            let found = skip(input);
            self.options.misread |= self.options.channel.is_none();
            self.diagnostics
                .report(found, "expected the channel's name as a text, `\"namespace:action\"`, or an option");
            Ok(())
        }
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}

impl Reader<'_> {
    fn channel(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let channel: LitStr = input.parse()?;
        if self.options.channel.is_some() {
            self.diagnostics
                .report(&channel, "a handler answers one channel, and this is its second: write a function for each");
        } else {
            self.options.channel = Some(channel);
        }
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = Ident::parse_any(input)?;
        match name.to_string().as_str() {
            flag @ ("blocking" | "detached") => {
                let value = skip(input);
                if !value.is_empty() {
                    self.diagnostics.report(value, format_args!("`{flag}` takes no value: write `{flag}` alone"));
                }
                let Options { blocking, detached, .. } = &mut self.options;
                let flag = if flag == "blocking" { blocking } else { detached };
                if flag.replace(name.clone()).is_some() {
                    self.twice(&name);
                }
            }
            "timeout" => {
                let value =
                    if input.parse::<Option<Token![=]>>()?.is_some() { skip(input) } else { TokenStream::new() };
                let time = match syn::parse2::<LitStr>(value.clone()) {
                    Ok(text) => duration::read(&text, self.diagnostics),
                    Err(_) => {
                        let malformed = "`timeout` takes a time: `timeout = \"2s\"`";
                        if value.is_empty() {
                            self.diagnostics.report(&name, malformed);
                        } else {
                            self.diagnostics.report(value, malformed);
                        }
                        None
                    }
                };
                if self.options.timeout.is_some() {
                    self.twice(&name);
                }
                self.options.timeout = Some(Timeout { name, time });
            }
            "permission" => {
                let twice = self.options.permission.is_some();
                if let Some(permission) = permission(&name, input, self.diagnostics)? {
                    self.options.permission = Some(permission);
                }
                if twice {
                    self.twice(&name);
                }
            }
            "crate" if self.place == Place::Method => {
                skip(input);
                self.diagnostics.report(
                    name,
                    "`crate` holds for the whole service: write `#[service(prefix = \"…\", crate = my_name_for_it)]`",
                );
            }
            "crate" => {
                if let Some(path) = krate(&name, input, self.diagnostics)? {
                    if self.options.krate.is_some() {
                        self.twice(&name);
                    }
                    self.options.krate = Some(path);
                }
            }
            unknown => {
                skip(input);
                let known = match self.place {
                    Place::Function => OPTIONS.as_slice(),
                    Place::Method => METHOD_OPTIONS.as_slice(),
                };
                self.diagnostics
                    .report(&name, format_args!("unknown option `{unknown}`, {}", expected(unknown, known)));
            }
        }
        Ok(())
    }

    fn twice(&mut self, name: &Ident) {
        self.diagnostics.report(name, format_args!("`{name}` is given twice: leave one out"));
    }
}
