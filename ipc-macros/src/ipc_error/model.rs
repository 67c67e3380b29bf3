//! What an error is, apart from how it was written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Member, Type, parse_quote};

use super::options::{self, Options, Place};
use crate::diagnostics::Diagnostics;
use crate::words::screaming_snake;
use crate::{docs, hygiene};

/// A type whose values travel as failures.
pub(crate) struct Error {
    pub(crate) private: TokenStream,
    pub(crate) name: Ident,
    pub(crate) variants: Vec<Variant>,
}

/// One variant of an enum, or a struct as a whole.
pub(crate) struct Variant {
    pub(crate) name: Ident,
    /// What its values are written with: `Self::NotFound`.
    pub(crate) path: TokenStream,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) fields: Vec<Field>,
    pub(crate) shape: Shape,
    pub(crate) travels: Travels,
    pub(crate) options: Options,
}

/// How the fields of a variant are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Named,
    Unnamed,
    Unit,
}

/// What of a variant leaves the process.
pub(crate) enum Travels {
    /// Its code, its message and its details.
    Whole(Code),
    /// Nothing but that something happened.
    Internal,
    /// What the error in it says.
    Transparent,
}

/// A code and where it was written.
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// The user wrote it, rather than the name that it was made of.
    pub(crate) is_written: bool,
}

/// A field of a variant.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) skipped: bool,
    /// `#[ipc(bigint)]`: its integers are exact in TypeScript.
    pub(crate) bigint: Option<Span>,
    /// `#[from]` or `#[source]`: the field is another error.
    pub(crate) cause: Option<Attribute>,
}

impl Variant {
    /// The fields that are details.
    pub(crate) fn details(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.skipped)
    }
}

/// Makes the model of `input`.
pub(crate) fn build(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Error {
    let place = if matches!(input.data, Data::Struct(_)) { Place::Struct } else { Place::Enum };
    let mut options = options::parse(&input.attrs, place, diagnostics);
    let krate = options.krate.take().unwrap_or_else(|| parse_quote!(::ipc_bridge));
    let variants = match &input.data {
        Data::Struct(data) => {
            vec![variant(&input.ident, quote!(Self), &input.attrs, &data.fields, options, diagnostics)]
        }
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|source| {
                let mut own = options::parse(&source.attrs, Place::Variant, diagnostics);
                // What holds for all of them holds for each, unless one says otherwise.
                if own.code.is_none() && own.transparent.is_none() {
                    own.internal = own.internal.or(options.internal);
                }
                let name = hygiene::ident(&source.ident);
                variant(&source.ident, quote!(Self::#name), &source.attrs, &source.fields, own, diagnostics)
            })
            .collect(),
        Data::Union(_) => Vec::new(),
    };
    Error { private: hygiene::private(&krate), name: input.ident.clone(), variants }
}

fn variant(
    name: &Ident,
    path: TokenStream,
    attrs: &[Attribute],
    source: &Fields,
    options: Options,
    diagnostics: &mut Diagnostics,
) -> Variant {
    let travels = if options.internal.is_some() {
        Travels::Internal
    } else if options.transparent.is_some() {
        Travels::Transparent
    } else {
        Travels::Whole(code(name, options.code.as_ref()))
    };
    let fields = source
        .members()
        .zip(source)
        .map(|(member, field)| {
            let options = options::parse(&field.attrs, Place::Field, diagnostics);
            let is_cause = |attr: &&Attribute| attr.path().is_ident("from") || attr.path().is_ident("source");
            Field {
                member,
                ty: field.ty.clone(),
                docs: docs::of(&field.attrs),
                skipped: options.skip.is_some(),
                bigint: options.bigint,
                cause: field.attrs.iter().find(is_cause).cloned(),
            }
        })
        .collect();
    let shape = match source {
        Fields::Named(_) => Shape::Named,
        Fields::Unnamed(_) => Shape::Unnamed,
        Fields::Unit => Shape::Unit,
    };
    Variant { name: name.clone(), path, docs: docs::of(attrs), fields, shape, travels, options }
}

fn code(name: &Ident, written: Option<&LitStr>) -> Code {
    match written {
        Some(literal) => Code { text: literal.value(), span: literal.span(), is_written: true },
        None => Code { text: screaming_snake(&hygiene::wire_name(name)), span: name.span(), is_written: false },
    }
}

impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.text.to_tokens(tokens);
    }
}
