//! From `#[garde(…)]` to rules.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, LitStr, Token, parenthesized, token};

use super::{Bounds, Kind, Rule, Unit};
use crate::diagnostics::{Diagnostics, expected};

/// The rules that a handler's parameter may have.
const RULES: [&str; 17] = [
    "required",
    "ascii",
    "alphanumeric",
    "email",
    "url",
    "ip",
    "ipv4",
    "ipv6",
    "length",
    "range",
    "contains",
    "prefix",
    "suffix",
    "pattern",
    "custom",
    "inner",
    "dive",
];

/// What `length` may count.
const UNITS: [&str; 4] = ["simple", "bytes", "chars", "utf16"];

/// Reads the rules of one attribute, and reports each that cannot be read.
pub(crate) fn parse(attr: &Attribute, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let mut rules = Vec::new();
    let parsed = match attr.meta.require_list() {
        Ok(list) => list.parse_args_with(|input: ParseStream<'_>| list_of_rules(input, &mut rules, diagnostics)),
        Err(_) => {
            diagnostics.report(&attr.meta, "`#[garde]` takes rules: `#[garde(range(min = 1))]`");
            return rules;
        }
    };
    if let Err(error) = parsed {
        diagnostics.push(error);
    }
    rules
}

fn list_of_rules(input: ParseStream<'_>, rules: &mut Vec<Rule>, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    while !input.is_empty() {
        rules.extend(rule(input, diagnostics)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn rule(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Option<Rule>> {
    let name = Ident::parse_any(input)?;
    let arguments = if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Some(content.parse::<proc_macro2::TokenStream>()?)
    } else {
        None
    };
    if input.peek(Token![=]) {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}` takes its arguments in parentheses: {}", usage(&name)),
        ));
    }
    let kind = match arguments {
        None => plain(&name),
        Some(arguments) => with_arguments(&name, arguments, diagnostics)?,
    };
    match kind {
        Some(kind) => Ok(Some(Rule { span: name.span(), kind })),
        None => {
            diagnostics.report(&name, misuse(&name));
            Ok(None)
        }
    }
}

/// The rules that stand alone.
fn plain(name: &Ident) -> Option<Kind> {
    Some(match name.to_string().as_str() {
        "ascii" | "alphanumeric" | "email" | "url" => Kind::Plain(name.clone()),
        "required" => Kind::Required,
        "ip" => Kind::Ip("Any"),
        "ipv4" => Kind::Ip("V4"),
        "ipv6" => Kind::Ip("V6"),
        "dive" => Kind::Dive,
        "skip" => Kind::Skip,
        _ => return None,
    })
}

/// The rules that take arguments.
fn with_arguments(
    name: &Ident,
    arguments: proc_macro2::TokenStream,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<Kind>> {
    let malformed = |error: syn::Error| syn::Error::new(error.span(), format!("`{name}` is written {}", usage(name)));
    Ok(Some(match name.to_string().as_str() {
        "length" => {
            let (unit, bounds) = bounds(name, arguments, true, diagnostics)?;
            Kind::Length(unit, bounds)
        }
        "range" => Kind::Range(bounds(name, arguments, false, diagnostics)?.1),
        "contains" | "prefix" | "suffix" => Kind::Part(name.clone(), one(name, arguments).map_err(malformed)?),
        "pattern" => match syn::parse2::<LitStr>(arguments.clone()) {
            Ok(literal) => Kind::Pattern(literal),
            Err(_) => Kind::Matcher(one(name, arguments).map_err(malformed)?),
        },
        "custom" => Kind::Custom(one(name, arguments).map_err(malformed)?),
        "inner" => {
            let mut rules = Vec::new();
            (|input: ParseStream<'_>| list_of_rules(input, &mut rules, diagnostics)).parse2(arguments)?;
            Kind::Inner(rules)
        }
        _ => return Ok(None),
    }))
}

/// The one expression that a rule takes.
fn one(name: &Ident, arguments: proc_macro2::TokenStream) -> syn::Result<Expr> {
    if arguments.is_empty() { Err(syn::Error::new(name.span(), "")) } else { syn::parse2(arguments) }
}

/// `min = 1, max = 5`, `equal = 3`; for a length also what is counted.
fn bounds(
    name: &Ident,
    arguments: proc_macro2::TokenStream,
    counts: bool,
    diagnostics: &mut Diagnostics,
) -> syn::Result<(Unit, Bounds)> {
    let (mut unit, mut bounds, mut equal) = (None, Bounds::default(), None);
    let mut known = vec!["min", "max", "equal"];
    if counts {
        known.extend(UNITS);
    }
    let read = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            let text = key.to_string();
            let twice = match text.as_str() {
                "min" => bounds.min.replace(value(input)?).is_some(),
                "max" => bounds.max.replace(value(input)?).is_some(),
                "equal" => equal.replace((key.clone(), value(input)?)).is_some(),
                "simple" if counts => unit.replace(Unit::Simple).is_some(),
                "bytes" if counts => unit.replace(Unit::Bytes).is_some(),
                "chars" if counts => unit.replace(Unit::Chars).is_some(),
                "utf16" if counts => unit.replace(Unit::Utf16).is_some(),
                _ => {
                    if input.peek(Token![=]) {
                        value(input)?;
                    }
                    let message = format!("unknown argument `{text}` of `{name}`, {}", expected(&text, &known));
                    diagnostics.report(&key, message);
                    false
                }
            };
            if twice {
                diagnostics.report(&key, format_args!("`{name}` is given two of these: leave one out"));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    read.parse2(arguments)
        .map_err(|error| syn::Error::new(error.span(), format!("`{name}` is written {}", usage(name))))?;
    if let Some((key, value)) = equal {
        if bounds.min.is_some() || bounds.max.is_some() {
            diagnostics.report(key, "`equal` is `min` and `max` at once: leave them out");
        }
        bounds = Bounds { min: Some(value.clone()), max: Some(value) };
    } else if bounds.min.is_none() && bounds.max.is_none() {
        diagnostics.report(name, format_args!("`{name}` has no bound, so it allows everything: write {}", usage(name)));
    }
    Ok((unit.unwrap_or(Unit::Simple), bounds))
}

fn value(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// How a rule is written.
fn usage(name: &Ident) -> &'static str {
    match name.to_string().as_str() {
        "range" => "`range(min = 1, max = 100)`",
        "length" => "`length(min = 1, max = 100)`",
        "contains" => "`contains(\"part\")`",
        "prefix" => "`prefix(\"start\")`",
        "suffix" => "`suffix(\"end\")`",
        "pattern" => "`pattern(r\"^[a-z]+$\")`",
        "custom" => "`custom(function)`, with a function that takes `(&T, &())` and returns `garde::Result`",
        "inner" => "`inner(range(min = 1))`",
        _ => "alone, without arguments",
    }
}

/// Why a rule is none, or not so.
fn misuse(name: &Ident) -> String {
    let text = name.to_string();
    match text.as_str() {
        "credit_card" | "phone_number" => {
            format!("the rule `{text}` needs a package that this build does not have: check it with `custom(function)`")
        }
        "matches" | "if" | "adapt" | "rename" | "code" | "message" => format!(
            "`{text}` has no meaning on a parameter: derive `garde::Validate` for a struct that has it, and take that"
        ),
        known if RULES.contains(&known) || known == "skip" => format!("`{text}` is written {}", usage(name)),
        _ => format!("unknown rule `{text}`, {}", expected(&text, &RULES)),
    }
}
