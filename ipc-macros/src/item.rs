//! What generated code says of the user's item: where it stands, and what its documentation says.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Lit, LitStr, Meta};

use crate::{docs, hygiene};

/// The path and the place of the item called `name`, which stands at `span`.
pub(crate) fn place(name: &str, span: Span, private: &TokenStream) -> TokenStream {
    // The compiler counts the lines of its own macros from where the user's tokens stand.
    let [file, line] = [quote!(#private::core::file!()), quote!(#private::core::line!())]
        .map(|tokens| hygiene::respanned(&tokens, span));
    quote! {
        const ITEM: #private::HandlerItem = #private::HandlerItem::new(
            #private::core::concat!(#private::core::module_path!(), "::", #name),
            #file,
            #line,
        );
    }
}

/// What the item's documentation says.
pub(crate) fn doc(docs: &[Attribute], deprecated: Option<&Attribute>, private: &TokenStream) -> TokenStream {
    let text = docs::text(docs, private);
    let option = quote!(#private::core::option::Option);
    let deprecated = match deprecated {
        Some(attr) => {
            let note = note(attr).unwrap_or_default();
            quote!(#option::Some(#note))
        }
        None => quote!(#option::None),
    };
    quote! {
        const DOC: #private::HandlerDoc = #private::HandlerDoc::new(#text, #deprecated);
    }
}

/// The constant called `name` with the permission that the item names, if it does.
pub(crate) fn permission(name: &str, permission: Option<&LitStr>, private: &TokenStream) -> Option<TokenStream> {
    let (core, name) = (quote!(#private::core), Ident::new(name, Span::mixed_site()));
    permission.map(|permission| {
        quote! {
            const #name: #core::option::Option<&'static #core::primitive::str> =
                #core::option::Option::Some(#permission);
        }
    })
}

/// The note of `#[deprecated]`.
fn note(attr: &Attribute) -> Option<String> {
    let mut note = None;
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::NameValue(meta) => note = text_of(&meta.value),
        Meta::List(_) => {
            let read = attr.parse_nested_meta(|meta| {
                let value: Expr = meta.value()?.parse()?;
                if meta.path.is_ident("note") {
                    note = text_of(&value);
                }
                Ok(())
            });
            if read.is_err() {
                // The compiler reports what is wrong with its own attribute.
                return None;
            }
        }
    }
    note
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
