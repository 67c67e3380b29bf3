//! From rules to the code that checks them, and to the schema that tells of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;

use super::check::integer;
use super::{Bounds, Kind, Rule, Unit};
use crate::hygiene::at;

/// Code that checks the rules on `value`, a reference, and notes in `issues` what is wrong with it at `path`.
///
/// Of a value that is sensitive it is told which of the rules that are not the user's own it breaks: they quote what the
/// rule demands, and nothing of the value.
pub(crate) fn checks(
    rules: &[Rule],
    value: &TokenStream,
    path: &str,
    sensitive: bool,
    private: &TokenStream,
) -> TokenStream {
    if rules.iter().all(|rule| matches!(rule.kind, Kind::Skip)) {
        return TokenStream::new();
    }
    let body = rules.iter().map(|rule| check(rule, sensitive, private));
    quote_spanned! {Span::mixed_site()=>
        {
            let value = #value;
            let mut report = #private::garde::Report::new();
            let mut path = #private::garde::Path::empty;
            #(#body)*
            issues.append(#path, &report);
        }
    }
}

/// Code that checks one rule on `value` and notes in `report` what is wrong with it at `path()`.
fn check(rule: &Rule, sensitive: bool, private: &TokenStream) -> TokenStream {
    let span = at(rule.span);
    let (rules, option) = (quote!(#private::garde::rules), quote!(#private::core::option::Option));
    let (name, arguments) = match &rule.kind {
        Kind::Skip => return TokenStream::new(),
        Kind::Dive => return quote_spanned!(span=> #private::constraint::dives(value);),
        Kind::Inner(inner) => {
            let inner = inner.iter().map(|rule| check(rule, sensitive, private));
            return quote_spanned! {span=>
                #rules::inner::apply(value, |value, key| {
                    let mut path = #private::garde::util::nested_path!(path, key);
                    #(#inner)*
                });
            };
        }
        Kind::Custom(function) => {
            let (broken, error) = if sensitive {
                (quote!(_), quote!(#private::hidden()))
            } else {
                (quote_spanned!(span=> error), quote_spanned!(span=> error))
            };
            return quote_spanned! {span=>
                if let #private::core::result::Result::Err(#broken) = (#function)(value, &()) {
                    report.append(path(), #error);
                }
            };
        }
        Kind::Plain(name) => (quote_spanned!(span=> #name), quote!(())),
        Kind::Required => (quote_spanned!(span=> required), quote!(())),
        Kind::Ip(kind) => {
            let kind = Ident::new(kind, span);
            (quote_spanned!(span=> ip), quote!((#rules::ip::IpKind::#kind,)))
        }
        Kind::Length(unit, Bounds { min, max }) => {
            let unit = Ident::new(unit.module(), span);
            let min = min.as_ref().map_or_else(|| quote!(0), |min| quote!(#min));
            let max = max.as_ref().map_or_else(|| quote!(#private::core::primitive::usize::MAX), |max| quote!(#max));
            (quote_spanned!(span=> length::#unit), quote!((#min, #max)))
        }
        Kind::Range(Bounds { min, max }) => {
            let [min, max] = [min, max].map(|bound| match bound {
                Some(bound) => quote!(#option::Some(#bound)),
                None => quote!(#option::None),
            });
            (quote_spanned!(span=> range), quote!((#min, #max)))
        }
        Kind::Part(name, part) => (quote_spanned!(span=> #name), quote!((&#part,))),
        Kind::Matcher(matcher) => (quote_spanned!(span=> pattern), quote!((&#matcher,))),
        Kind::Pattern(pattern) => {
            let compiled = quote_spanned! {span=> {
                static PATTERN: #private::constraint::Pattern = #private::constraint::Pattern::new(
                    || #private::constraint::compile(#pattern),
                );
                (&PATTERN,)
            }};
            (quote_spanned!(span=> pattern), compiled)
        }
    };
    quote_spanned! {span=>
        if let #private::core::result::Result::Err(error) = #rules::#name::apply(value, #arguments) {
            report.append(path(), error);
        }
    }
}

/// The attributes that put the rules into the schema of a field.
pub(crate) fn schema(rules: &[Rule], private: &TokenStream) -> TokenStream {
    let required = rules.iter().any(|rule| matches!(rule.kind, Kind::Required)).then(|| quote!(#[schemars(required)]));
    let constraints = rules.iter().filter_map(|rule| constraint(rule, private));
    quote!(#required #(#[schemars(transform = #constraints)])*)
}

/// A rule as a transform of a schema.
fn constraint(rule: &Rule, private: &TokenStream) -> Option<TokenStream> {
    let kind_of = quote!(#private::constraint::Constraint);
    Some(match &rule.kind {
        Kind::Required | Kind::Custom(_) | Kind::Dive | Kind::Skip => return None,
        Kind::Plain(name) => quote!(#kind_of::#name()),
        Kind::Ip(kind) => {
            let name = match *kind {
                "V4" => "ipv4",
                "V6" => "ipv6",
                _ => "ip",
            };
            let name = Ident::new(name, Span::call_site());
            quote!(#kind_of::#name())
        }
        Kind::Length(unit, bounds) => {
            let name = format_ident!("length_in_{}", unit.module());
            let min = bounds.min.as_ref().map(|min| quote!(.min(#min)));
            let max = bounds.max.as_ref().map(|max| quote!(.max(#max)));
            quote!(#kind_of::#name()#min #max)
        }
        Kind::Range(bounds) => {
            let [min, max] = [&bounds.min, &bounds.max].map(|bound| bound.as_ref().map(number));
            let min = min.map(|min| quote!(.min(#min)));
            let max = max.map(|max| quote!(.max(#max)));
            quote!(#kind_of::range()#min #max)
        }
        Kind::Part(name, part) => quote!(#kind_of::#name(&#part)),
        Kind::Pattern(pattern) => quote!(#kind_of::pattern(#pattern)),
        Kind::Matcher(matcher) => quote!(#kind_of::matcher(&#matcher)),
        Kind::Inner(rules) => {
            let inner = rules.iter().filter_map(|rule| constraint(rule, private));
            quote!(#kind_of::inner([#(#kind_of::from(#inner)),*]))
        }
    })
}

/// A bound as a number whose type does not depend on what it is compared with: `18446744073709551615` is no `i32`.
fn number(bound: &Expr) -> TokenStream {
    match integer(bound) {
        Some(value) => {
            let suffixed = u64::try_from(value)
                .map(Literal::u64_suffixed)
                .or_else(|_| i64::try_from(value).map(Literal::i64_suffixed))
                .unwrap_or_else(|_| Literal::i128_suffixed(value));
            quote!(#suffixed)
        }
        None => quote!(#bound),
    }
}

impl Unit {
    /// The module of garde that counts it.
    fn module(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Bytes => "bytes",
            Self::Chars => "chars",
            Self::Utf16 => "utf16",
        }
    }
}
