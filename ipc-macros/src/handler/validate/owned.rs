//! Types that borrow, and types without a name.

use syn::visit::{self, Visit};
use syn::{Lifetime, Type, TypeImplTrait, TypeReference, TypeTraitObject};

use crate::diagnostics::Diagnostics;
use crate::handler::stream;
use crate::hygiene::text;

/// Reports what in `ty` is borrowed or has no name.
pub(super) fn check(ty: &Type, place: Place, diagnostics: &mut Diagnostics) {
    Owned { place, diagnostics }.visit_type(ty);
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Parameter,
    Context,
    Output,
}

impl Place {
    fn verb(self) -> &'static str {
        match self {
            Self::Parameter | Self::Context => "take",
            Self::Output => "return",
        }
    }
}

struct Owned<'a> {
    place: Place,
    diagnostics: &'a mut Diagnostics,
}

impl<'ast> Visit<'ast> for Owned<'_> {
    fn visit_type_reference(&mut self, found: &'ast TypeReference) {
        let is_static = found.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
        if is_static && self.place == Place::Context {
            return visit::visit_type(self, &found.elem);
        }
        let shown = text(found);
        let mend = match &*found.elem {
            Type::Path(elem) if elem.path.is_ident("str") => "String".to_owned(),
            Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
            other => text(other),
        };
        let reason = match self.place {
            Place::Parameter => "a parameter arrives from outside, so a handler cannot borrow it",
            Place::Context => "what comes from the context is made for one call, so a handler cannot borrow it",
            Place::Output => "an answer goes to another process, so a handler cannot borrow it",
        };
        let verb = self.place.verb();
        self.diagnostics.report(found, format_args!("{reason}: {verb} `{mend}` instead of `{shown}`"));
    }

    fn visit_lifetime(&mut self, found: &'ast Lifetime) {
        if found.ident == "static" {
            return;
        }
        self.diagnostics.report(
            found,
            format_args!(
                "a handler owns what it {}s, so the type has no lifetime: use an owned type",
                self.place.verb()
            ),
        );
    }

    fn visit_type_impl_trait(&mut self, found: &'ast TypeImplTrait) {
        if self.place == Place::Output && stream::is_stream(&found.bounds) {
            self.diagnostics.report(
                found,
                "a stream is all that a handler answers with: return it by itself, or as what a `Result` has",
            );
            return;
        }
        self.diagnostics.report(
            found,
            format_args!(
                "a handler {}s values of types that have a name: name the type instead of `impl Trait`",
                self.place.verb()
            ),
        );
    }

    // The lifetimes of `dyn for<'a> Fn(&'a T)` and `fn(&T)` are bound where they stand; what is wrong with these as a
    // payload, serde says.
    fn visit_type_trait_object(&mut self, found: &'ast TypeTraitObject) {
        if self.place == Place::Output && stream::is_stream(&found.bounds) {
            self.diagnostics.report(
                found,
                "a handler returns a stream as `impl Stream<Item = …>`, which one in a `Box` is too: name the trait alone",
            );
        }
    }

    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
}
