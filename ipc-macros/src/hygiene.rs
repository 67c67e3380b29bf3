//! Spans and paths of generated code.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

/// A span that shows at `span` in messages, whose local variables no user code can see, and whose code no lint judges
/// as the user's.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The identifier for generated code: it names the same item, field or method.
pub(crate) fn ident(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(at(ident.span()));
    ident
}

/// The name without `r#`: as it travels.
pub(crate) fn wire_name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The path of what generated code names, given that of the package.
pub(crate) fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}

/// Generated tokens, shown at `span` in messages.
pub(crate) fn shown_at(tokens: &TokenStream, span: Span) -> TokenStream {
    respanned(tokens, at(span))
}

/// Tokens as if they all stood at `span`.
pub(crate) fn respanned(tokens: &TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.clone().into_iter().map(|mut token| {
        match &mut token {
            TokenTree::Group(group) => {
                let delimiter = group.delimiter();
                *group = Group::new(delimiter, respanned(&group.stream(), span));
                group.set_span(span);
            }
            other => other.set_span(span),
        }
        token
    });
    respanned.collect()
}

/// Tokens as a person would write them: without the spaces that the tokens of a path or a type have between them.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let mut text = String::with_capacity(spaced.len());
    let mut rest = spaced.chars().peekable();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(c) = rest.next() {
        let before = text.chars().next_back().unwrap_or(' ');
        let after = rest.peek().copied().unwrap_or(' ');
        if c != ' ' || before == ',' || (is_word(before) && is_word(after)) {
            text.push(c);
        }
    }
    text
}
