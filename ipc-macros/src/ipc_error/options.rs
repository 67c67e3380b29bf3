//! What stands in the parentheses of `#[ipc(…)]`.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Path, Token, token};

use crate::diagnostics::{Diagnostics, expected};

/// Where options stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On an enum.
    Enum,
    /// On a struct, which is its own only variant.
    Struct,
    /// On a variant of an enum.
    Variant,
    /// On a field.
    Field,
}

impl Place {
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Enum => &["internal", "crate"],
            Self::Struct => &["code", "internal", "transparent", "crate"],
            Self::Variant => &["code", "internal", "transparent"],
            Self::Field => &["skip", "bigint"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Enum => "an enum",
            Self::Struct => "a struct",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }
}

/// The options of one item; each where it was written.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) code: Option<LitStr>,
    pub(crate) internal: Option<Span>,
    pub(crate) transparent: Option<Span>,
    pub(crate) skip: Option<Span>,
    pub(crate) bigint: Option<Span>,
    pub(crate) krate: Option<Path>,
}

/// Reads the options of one item, and reports each mistake in them.
pub(crate) fn parse(attrs: &[Attribute], place: Place, diagnostics: &mut Diagnostics) -> Options {
    let mut options = Options::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("ipc")) {
        let read = match attr.meta.require_list() {
            Ok(list) => list.parse_args_with(|input: ParseStream<'_>| {
                while !input.is_empty() {
                    read(input, place, &mut options, diagnostics)?;
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            }),
            Err(_) => {
                let example = place.options().first().copied().unwrap_or_default();
                let example = if example == "code" { "code = \"NOT_FOUND\"" } else { example };
                diagnostics.report(&attr.meta, format_args!("`#[ipc]` takes options: `#[ipc({example})]`"));
                continue;
            }
        };
        if let Err(error) = read {
            diagnostics.push(error);
        }
    }
    options
}

fn read(input: ParseStream<'_>, place: Place, options: &mut Options, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    let name = Ident::parse_any(input)?;
    let text = name.to_string();
    if !place.options().contains(&text.as_str()) {
        skip_value(input)?;
        let (place, expected) = (place.name(), expected(&text, place.options()));
        diagnostics.report(&name, format_args!("unknown option `{text}` on {place}, {expected}"));
        return Ok(());
    }
    let twice = match text.as_str() {
        "code" => {
            let malformed = "`code` takes a text: `code = \"NOT_FOUND\"`";
            if !input.peek(Token![=]) || !input.peek2(LitStr) {
                skip_value(input)?;
                diagnostics.report(&name, malformed);
                return Ok(());
            }
            input.parse::<Token![=]>()?;
            options.code.replace(input.parse()?).is_some()
        }
        "crate" => {
            let malformed = |_| {
                syn::Error::new(
                    name.span(),
                    "`crate` takes the path under which this package is found: `crate = my_name_for_it`",
                )
            };
            input.parse::<Token![=]>().map_err(malformed)?;
            options.krate.replace(input.parse().map_err(malformed)?).is_some()
        }
        _ => {
            if input.peek(Token![=]) || input.peek(token::Paren) {
                skip_value(input)?;
                diagnostics.report(&name, format_args!("`{text}` takes no value: write `{text}` alone"));
            }
            let flag = match text.as_str() {
                "internal" => &mut options.internal,
                "transparent" => &mut options.transparent,
                "bigint" => &mut options.bigint,
                _ => &mut options.skip,
            };
            flag.replace(name.span()).is_some()
        }
    };
    if twice {
        diagnostics.report(&name, format_args!("`{text}` is given twice: leave one out"));
    }
    Ok(())
}

/// Takes what follows an option's name.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
