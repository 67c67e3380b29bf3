//! The item that `#[handler]` stands on.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Item, Signature, Token, Visibility, token};

use crate::diagnostics::Diagnostics;

/// A function whose body is none of our business: an editor shows the rest of a handler whose body does not parse yet.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The braces with what is in them, or the `;` in their place.
    pub(crate) body: TokenTree,
}

impl Function {
    /// Whether the function has a body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.body, TokenTree::Group(_))
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        if !input.peek(token::Brace) && !input.peek(Token![;]) {
            return Err(input.error("expected the body of a function"));
        }
        Ok(Self { attrs, vis, sig, body: input.parse()? })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// Reads the function, or reports what stands in its place.
pub(crate) fn parse(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Function> {
    match syn::parse2(item.clone()) {
        Ok(function) => Some(function),
        Err(error) => {
            match syn::parse2::<Item>(item) {
                Ok(item) => report_other(&item, diagnostics),
                Err(_) => diagnostics.push(error),
            }
            None
        }
    }
}

fn report_other(item: &Item, diagnostics: &mut Diagnostics) {
    let (tokens, name): (&dyn ToTokens, _) = match item {
        Item::Struct(item) => (&item.struct_token, "a struct"),
        Item::Enum(item) => (&item.enum_token, "an enum"),
        Item::Union(item) => (&item.union_token, "a union"),
        Item::Trait(item) => (&item.trait_token, "a trait"),
        Item::Impl(item) => (&item.impl_token, "an impl block"),
        Item::Mod(item) => (&item.mod_token, "a module"),
        Item::ForeignMod(item) => (&item.abi, "an extern block"),
        Item::Const(item) => (&item.const_token, "a constant"),
        Item::Static(item) => (&item.static_token, "a static"),
        Item::Type(item) => (&item.type_token, "a type alias"),
        Item::Use(item) => (&item.use_token, "an import"),
        other => (other, "this"),
    };
    let (verb, mend) = match item {
        Item::Impl(_) | Item::Trait(_) | Item::Mod(_) => ("is", "put `#[handler]` on each function"),
        _ => ("is", "put `#[handler]` on a function"),
    };
    diagnostics.report(tokens, format_args!("a handler {verb} a function, not {name}: {mend}"));
}
