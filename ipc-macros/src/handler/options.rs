//! What stands in the parentheses of `#[handler(…)]`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Path, Token, parse_quote};

use crate::diagnostics::{Diagnostics, expected};

/// The options that stand beside the channel.
const OPTIONS: [&str; 2] = ["blocking", "crate"];

/// The options as they were written; what was wrong with one is reported and left out.
pub(crate) struct Options {
    /// The channel's name.
    pub(crate) channel: Option<LitStr>,
    /// `blocking`.
    pub(crate) blocking: Option<Ident>,
    /// `crate = path`, or where the package is found under its own name.
    pub(crate) krate: Path,
}

/// Reads the options, and reports each mistake in them.
pub(crate) fn parse(args: TokenStream, diagnostics: &mut Diagnostics) -> Options {
    let mut reader = Reader { channel: None, blocking: None, krate: None, misread: false, diagnostics };
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            reader.read(input);
            if input.parse::<Option<Token![,]>>()?.is_none() {
                let rest: TokenStream = input.parse()?;
                if !rest.is_empty() {
                    reader.diagnostics.report(rest, "expected `,` before this");
                }
            }
        }
        Ok(())
    })
    .parse2(args);
    let Reader { channel, blocking, krate, misread, diagnostics } = reader;
    if let Err(error) = parsed {
        diagnostics.push(error);
    } else if channel.is_none() && !misread {
        diagnostics.report_at(
            Span::call_site(),
            "a handler needs the name of its channel: `#[handler(\"namespace:action\")]`",
        );
    }
    Options { channel, blocking, krate: krate.unwrap_or_else(|| parse_quote!(::ipc_bridge)) }
}

struct Reader<'a> {
    channel: Option<LitStr>,
    blocking: Option<Ident>,
    krate: Option<Path>,
    /// What stood in the channel's place was reported already.
    misread: bool,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// Reads one option, up to the comma behind it.
    fn read(&mut self, input: ParseStream<'_>) {
        let read = if input.peek(LitStr) {
            self.channel(input)
        } else if input.peek(Ident::peek_any) {
            self.option(input)
        } else {
            let found = skip(input);
            self.misread |= self.channel.is_none();
            self.diagnostics
                .report(found, "expected the channel's name as a text, `\"namespace:action\"`, or an option");
            Ok(())
        };
        if let Err(error) = read {
            self.diagnostics.push(error);
            skip(input);
        }
    }

    fn channel(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let channel: LitStr = input.parse()?;
        if self.channel.is_some() {
            self.diagnostics
                .report(&channel, "a handler answers one channel, and this is its second: write a function for each");
        } else {
            self.channel = Some(channel);
        }
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = Ident::parse_any(input)?;
        match name.to_string().as_str() {
            "blocking" => {
                let value = skip(input);
                if !value.is_empty() {
                    self.diagnostics.report(value, "`blocking` takes no value: write `blocking` alone");
                }
                if self.blocking.is_some() {
                    self.twice(&name);
                }
                self.blocking = Some(name);
            }
            "crate" => {
                let malformed = "`crate` takes the path under which this package is found: `crate = my_name_for_it`";
                if !input.peek(Token![=]) {
                    skip(input);
                    self.diagnostics.report(name, malformed);
                    return Ok(());
                }
                input.parse::<Token![=]>()?;
                let value = skip(input);
                match syn::parse2::<Path>(value.clone()) {
                    Ok(_) if self.krate.is_some() => self.twice(&name),
                    Ok(path) => self.krate = Some(path),
                    Err(_) if value.is_empty() => self.diagnostics.report(name, malformed),
                    Err(_) => self.diagnostics.report(value, malformed),
                }
            }
            unknown => {
                skip(input);
                self.diagnostics
                    .report(&name, format_args!("unknown option `{unknown}`, {}", expected(unknown, &OPTIONS)));
            }
        }
        Ok(())
    }

    fn twice(&mut self, name: &Ident) {
        self.diagnostics.report(name, format_args!("`{name}` is given twice: leave one out"));
    }
}

/// Takes everything up to the next comma.
fn skip(input: ParseStream<'_>) -> TokenStream {
    let mut taken = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => taken.extend([token]),
            Err(_) => break,
        }
    }
    taken
}
