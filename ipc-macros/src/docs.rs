//! Doc comments, as attributes and as text.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc attributes among `attrs`.
pub(crate) fn of(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc") && matches!(attr.meta, Meta::NameValue(_)))
        .cloned()
        .collect()
}

/// The text of doc attributes as an expression of type `&'static str`, without the space that begins each line.
pub(crate) fn text(docs: &[Attribute], private: &TokenStream) -> TokenStream {
    let mut lines = Vec::new();
    let mut literal = Some(String::new());
    for doc in docs {
        let Meta::NameValue(meta) = &doc.meta else { continue };
        if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value {
            let text = text.value();
            let text = unindent(&text);
            if let Some(literal) = &mut literal {
                if !lines.is_empty() {
                    literal.push('\n');
                }
                literal.push_str(&text);
            }
            lines.push(quote!(#text));
        } else {
            // `#[doc = include_str!("…")]`: only the compiler can read it.
            literal = None;
            let value = &meta.value;
            lines.push(quote!(#value));
        }
    }
    match literal {
        Some(text) => {
            let text = text.trim();
            quote!(#text)
        }
        None => quote!(#private::core::concat!(#(#lines, "\n"),*)),
    }
}

/// One doc attribute may hold one line (`///`) or many (`/** */`).
fn unindent(text: &str) -> String {
    text.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
