//! The item that `#[service]` stands on.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Generics, ImplItem, Item, Token, TraitItem, TypeParamBound, Visibility, braced, token};

use super::model::is_ours;
use crate::diagnostics::Diagnostics;
use crate::handler::model::MARKS;
use crate::handler::parse::Function;

/// A trait whose methods' bodies are none of our business, as with a handler.
pub(crate) struct Trait {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) trait_token: Token![trait],
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) brace: token::Brace,
    pub(crate) members: Vec<Member>,
}

/// What a trait has in its braces.
pub(crate) enum Member {
    Method(Box<Function>),
    /// A type, a constant, the call of a macro.
    Other(Box<TraitItem>),
}

impl Parse for Trait {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let (vis, unsafety, trait_token) = (input.parse()?, input.parse()?, input.parse()?);
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = Punctuated::new();
        if input.parse::<Option<Token![:]>>()?.is_some() {
            while !input.peek(Token![where]) && !input.peek(token::Brace) {
                supertraits.push_value(input.parse()?);
                if input.peek(Token![where]) || input.peek(token::Brace) {
                    break;
                }
                supertraits.push_punct(input.parse()?);
            }
        }
        generics.where_clause = input.parse()?;
        let content;
        let brace = braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut members = Vec::new();
        while !content.is_empty() {
            members.push(content.parse()?);
        }
        Ok(Self { attrs, vis, unsafety, trait_token, name, generics, supertraits, brace, members })
    }
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // Only what a function begins with tells it from a constant, and that may be any number of attributes.
        if input.fork().parse::<Function>().is_ok() {
            input.parse().map(|function| Self::Method(Box::new(function)))
        } else {
            input.parse().map(|item| Self::Other(Box::new(item)))
        }
    }
}

impl ToTokens for Trait {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, unsafety, trait_token, name, generics, supertraits, brace, members } = self;
        let clause = &generics.where_clause;
        let bounds = (!supertraits.is_empty()).then(|| quote!(: #supertraits));
        tokens.extend(quote!(#(#attrs)* #vis #unsafety #trait_token #name #generics #bounds #clause));
        brace.surround(tokens, |tokens| {
            for member in members {
                match member {
                    Member::Method(function) => function.to_tokens(tokens),
                    Member::Other(item) => item.to_tokens(tokens),
                }
            }
        });
    }
}

/// Reads the trait, or reports what stands in its place and answers that.
pub(crate) fn parse(item: TokenStream, diagnostics: &mut Diagnostics) -> Result<Trait, TokenStream> {
    syn::parse2(item.clone()).map_err(|error| match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(_)) | Err(_) => {
            diagnostics.push(error);
            item
        }
        Ok(mut other) => {
            report_other(&other, diagnostics);
            unmark(&mut other);
            other.into_token_stream()
        }
    })
}

/// Takes `#[handler]` off the methods of an impl block: that it is in the wrong place has been said.
fn unmark(item: &mut Item) {
    let Item::Impl(block) = item else { return };
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        method.attrs.retain(|attr| !is_ours(attr, "handler"));
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(input) = input {
                input.attrs.retain(|attr| !MARKS.iter().any(|mark| attr.path().is_ident(mark)));
            }
        }
    }
}

fn report_other(item: &Item, diagnostics: &mut Diagnostics) {
    let (tokens, name, mend): (&dyn ToTokens, _, _) = match item {
        Item::Impl(item) => (&item.impl_token, "an impl block", "put `#[service]` on the trait that it implements"),
        Item::Struct(item) => (&item.struct_token, "a struct", "write a trait, and implement it for this"),
        Item::Enum(item) => (&item.enum_token, "an enum", "write a trait, and implement it for this"),
        Item::Fn(item) => (&item.sig.fn_token, "a function", "put `#[handler]` on it"),
        Item::Mod(item) => (&item.mod_token, "a module", "put `#[service]` on a trait in it"),
        other => (other, "this", "put `#[service]` on a trait"),
    };
    diagnostics.report(tokens, format_args!("a service is a trait, not {name}: {mend}"));
}
