//! What a service's contract may not take from its implementations.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Type, TypePath};

use crate::diagnostics::Diagnostics;
use crate::hygiene::text;

/// Reports what differs from one implementation of a service to another.
pub(super) struct OfSelf<'a>(pub(super) &'a mut Diagnostics);

impl OfSelf<'_> {
    /// Looks into the rules of a constraint, where an expression may stand.
    pub(super) fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident == "Self" => self.0.report(
                    ident,
                    "every implementation has another `Self`, and the constraint stands in the contract of all: name a constant outside the trait",
                ),
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for OfSelf<'_> {
    fn visit_type_path(&mut self, found: &'ast TypePath) {
        let is_own = |path: &syn::Path| path.segments.first().is_some_and(|first| first.ident == "Self");
        let of_self = match &found.qself {
            Some(qself) => matches!(&*qself.ty, Type::Path(ty) if is_own(&ty.path)),
            None => is_own(&found.path),
        };
        if of_self {
            self.0.report(
                found,
                format_args!(
                    "every implementation has another `{}`, and a channel has one contract: name the type",
                    text(found)
                ),
            );
        } else {
            visit::visit_type_path(self, found);
        }
    }
}
