//! `#[ipc(bigint)]` on the fields of an event.
//!
//! The schema of an event is made by the derive macro of `JsonSchema`, which knows nothing of our marks, and which alone
//! knows where a field stands in it: under which name, in which variant, in which of the four forms of an enum. So the type
//! is written once more, with all that places its fields, and with the marks as `JsonSchema` takes them. It is never made:
//! its schema tells where the marks belong in that of the event.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Data, DeriveInput, Field, Fields, LitStr, Meta, parse_quote};

use crate::diagnostics::Diagnostics;
use crate::hygiene::{self, at};
use crate::marks::{self, Bearer, IpcMarks};

/// A field that is marked.
pub(crate) struct Marked {
    pub(crate) marks: IpcMarks,
    /// Its own attributes, and those of the variant that it stands in.
    pub(crate) attrs: Vec<Attribute>,
}

impl Marked {
    /// Where `serde` or `schemars` is told one of these of the field.
    pub(crate) fn says(&self, options: &[&str]) -> bool {
        says(&self.attrs, options).is_some()
    }
}

/// The option among these that `serde` or `schemars` is told.
pub(crate) fn says(attrs: &[Attribute], options: &[&str]) -> Option<Ident> {
    attrs.iter().flat_map(told).filter_map(|told| named(&told)).find(|name| options.iter().any(|option| name == option))
}

/// The marked fields of `input`. Mistakes within the marks are reported.
pub(crate) fn read(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Vec<Marked> {
    let mut all: Vec<(&Field, &[Attribute])> = Vec::new();
    match &input.data {
        Data::Struct(data) => all.extend(data.fields.iter().map(|field| (field, &[][..]))),
        Data::Enum(data) => {
            let fields = data.variants.iter();
            all.extend(fields.flat_map(|variant| variant.fields.iter().map(|field| (field, &*variant.attrs))));
        }
        // It is refused as a whole.
        Data::Union(_) => {}
    }
    all.into_iter()
        .filter_map(|(field, variant)| {
            let marks = marks::read(&field.attrs, Bearer::Field, diagnostics);
            let attrs = variant.iter().chain(&field.attrs).cloned().collect();
            (marks.bigint.is_some() || marks.sensitive.is_some()).then_some(Marked { marks, attrs })
        })
        .collect()
}

/// Whether a field is marked as a `bigint`, apart from what is wrong with the mark.
pub(crate) fn is_bigint(field: &Field) -> bool {
    marks::read(&field.attrs, Bearer::Field, &mut Diagnostics::default()).bigint.is_some()
}

/// The type once more, whose schema has the marks.
pub(crate) fn copy(input: &DeriveInput) -> DeriveInput {
    let mut copy = input.clone();
    copy.ident = format_ident!("{}Marks", hygiene::wire_name(&input.ident), span = at(input.ident.span()));
    copy.vis = parse_quote!();
    Rewriter { name: hygiene::ident(&input.ident) }.visit_derive_input_mut(&mut copy);
    copy
}

/// What is left out of the copy: what says nothing of a field's place, and may not be true of another type.
const OF_THE_TYPE: &[&str] = &["bound", "crate", "default", "inline", "remote", "rename"];
const OF_A_FIELD: &[&str] = &[
    "bound",
    "default",
    "deserialize_with",
    "example",
    "extend",
    "getter",
    "serialize_with",
    "skip_serializing_if",
    "transform",
];

struct Rewriter {
    /// What `Self` is.
    name: Ident,
}

impl VisitMut for Rewriter {
    fn visit_derive_input_mut(&mut self, input: &mut DeriveInput) {
        self.rewrite(&mut input.attrs, OF_THE_TYPE);
        match &mut input.data {
            Data::Struct(data) => self.visit_fields_mut(&mut data.fields),
            Data::Enum(data) => {
                for variant in &mut data.variants {
                    // A number that stands for it is not in the schema.
                    variant.discriminant = None;
                    self.rewrite(&mut variant.attrs, &[]);
                    self.visit_fields_mut(&mut variant.fields);
                }
            }
            Data::Union(_) => {}
        }
    }

    fn visit_fields_mut(&mut self, fields: &mut Fields) {
        for field in fields {
            let is_marked = is_bigint(field);
            self.rewrite(&mut field.attrs, OF_A_FIELD);
            if is_marked {
                field.attrs.push(parse_quote!(#[schemars(extend("x-ipc-bigint" = true))]));
            }
            field.vis = parse_quote!();
            field.ident = field.ident.as_ref().map(hygiene::ident);
            self.visit_type_mut(&mut field.ty);
        }
    }

    /// A type may name the event by itself.
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if ident == "Self" {
            *ident = self.name.clone();
        }
    }

    fn visit_macro_mut(&mut self, called: &mut syn::Macro) {
        called.tokens = self.without_self(called.tokens.clone());
        visit_mut::visit_macro_mut(self, called);
    }
}

impl Rewriter {
    /// Keeps what places a field, but for `without`; a variant that is documented stands elsewhere than one that is not.
    fn rewrite(&self, attrs: &mut Vec<Attribute>, without: &[&str]) {
        let kept = attrs.iter().filter_map(|attr| {
            if attr.path().is_ident("doc") || attr.path().is_ident("deprecated") {
                return without.is_empty().then(|| attr.clone());
            }
            if !(attr.path().is_ident("serde") || attr.path().is_ident("schemars")) {
                return None;
            }
            let told = told(attr)
                .into_iter()
                .filter(|told| named(told).is_none_or(|name| !without.iter().any(|option| name == option)));
            let told: Vec<_> = told.map(|told| self.option(told)).collect();
            let path = attr.path();
            Some(parse_quote!(#[#path(#(#told),*)]))
        });
        *attrs = kept.collect();
    }

    /// The same option; the type in `with = "…"` may name the event by itself.
    fn option(&self, told: TokenStream) -> TokenStream {
        if named(&told).is_none_or(|name| name != "with") {
            return self.without_self(told);
        }
        let tokens = told.into_iter().map(|token| match syn::parse2::<LitStr>(token.to_token_stream()) {
            Ok(text) => match text.parse::<TokenStream>() {
                Ok(ty) => LitStr::new(&self.without_self(ty).to_string(), text.span()).to_token_stream(),
                // What is no type is reported by whoever reads it.
                Err(_) => text.to_token_stream(),
            },
            Err(_) => token.to_token_stream(),
        });
        tokens.collect()
    }

    /// The same tokens, in which what was `Self` has its name.
    fn without_self(&self, tokens: TokenStream) -> TokenStream {
        let renamed = tokens.into_iter().map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => TokenTree::Ident(self.name.clone()),
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), self.without_self(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        });
        renamed.collect()
    }
}

/// What stands between the commas of `#[serde(…)]` or `#[schemars(…)]`; nothing of another attribute.
fn told(attr: &Attribute) -> Vec<TokenStream> {
    let Meta::List(list) = &attr.meta else { return Vec::new() };
    if !(attr.path().is_ident("serde") || attr.path().is_ident("schemars")) {
        return Vec::new();
    }
    let mut told: Vec<TokenStream> = Vec::new();
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    for between in tokens.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')) {
        match (told.last_mut(), between) {
            (_, []) => {}
            // A comma in the value of an option, between type arguments, is followed by no option.
            (Some(last), between) if !is_option(between) => {
                last.extend([quote!(,)]);
                last.extend(between.iter().cloned());
            }
            (_, between) => told.push(between.iter().cloned().collect()),
        }
    }
    told
}

/// Whether tokens are an option: a name, which may be unset (`!default`), alone or with a value.
fn is_option(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(not), TokenTree::Ident(_)] => not.as_char() == '!',
        [TokenTree::Ident(_)] | [TokenTree::Ident(_), TokenTree::Group(_)] => true,
        [TokenTree::Ident(_), TokenTree::Punct(equals), _, ..] => equals.as_char() == '=',
        _ => false,
    }
}

/// The name of an option.
fn named(told: &TokenStream) -> Option<Ident> {
    match told.clone().into_iter().next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}
