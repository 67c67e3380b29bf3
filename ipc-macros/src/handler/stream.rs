//! Return types that are streams.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::visit::Visit;
use syn::{
    GenericArgument, Path, PathArguments, Type, TypeImplTrait, TypeParamBound, TypeTraitObject, parse_quote,
    parse_quote_spanned,
};

use crate::hygiene::{at, shown_at};

/// A return type that is a stream, by itself or where opening it succeeds.
pub(crate) struct Streamed {
    /// `impl Stream<Item = …>`.
    pub(crate) stream: TypeImplTrait,
    /// What the stream is made of; nothing where it does not say so, which is a mistake.
    pub(crate) item: Option<Type>,
    /// Where opening the stream may fail: the return type with `()` for the stream. What it fails with, the compiler
    /// finds in it, by the type and not by its spelling.
    pub(crate) opening: Option<Type>,
}

/// The stream that `output` is, if it is one.
pub(crate) fn of(output: &Type) -> Option<Streamed> {
    let mut around = output.clone();
    let place = place(&mut around)?;
    let Type::ImplTrait(stream) = place.clone() else { return None };
    *place = parse_quote!(());
    let opening = matches!(bare(&around), Type::Path(_)).then_some(around);
    Some(Streamed { item: item(&stream), stream, opening })
}

/// Whether one of the bounds of `impl Trait` or `dyn Trait` is a stream.
pub(crate) fn is_stream<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> bool {
    has_bound(bounds, "Stream")
}

/// Whether one of the bounds is a trait of this name, by whatever path.
pub(crate) fn has_bound<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>, name: &str) -> bool {
    bounds.into_iter().filter_map(path).any(|path| is_called(path, name))
}

/// Whether a stream occurs anywhere in a return type.
pub(crate) fn occurs_in(output: &Type) -> bool {
    struct Found(bool);

    impl Visit<'_> for Found {
        fn visit_type_impl_trait(&mut self, found: &TypeImplTrait) {
            self.0 |= is_stream(&found.bounds);
        }

        fn visit_type_trait_object(&mut self, found: &TypeTraitObject) {
            self.0 |= is_stream(&found.bounds);
        }
    }

    let mut found = Found(false);
    found.visit_type(output);
    found.0
}

/// The name of a type that is well known, and no `Result`. Of the others, aliases among them, the compiler tells.
pub(crate) fn no_result(opening: &Type) -> Option<&Ident> {
    const KNOWN: [&str; 7] = ["Arc", "Box", "Option", "Pin", "Poll", "Rc", "Vec"];
    let Type::Path(ty) = opening else { return None };
    let name = &ty.path.segments.last()?.ident;
    KNOWN.iter().any(|known| name == known).then_some(name)
}

/// Makes a stream `Send`, as a server needs it: that of a trait says nothing of it unless it is asked.
pub(crate) fn make_send(output: &mut Type, core: &TokenStream) {
    let Some(Type::ImplTrait(stream)) = place(output) else { return };
    if !has_bound(&stream.bounds, "Send") {
        let span = stream.impl_token.span;
        let send = shown_at(&quote!(#core::marker::Send), span);
        stream.bounds.push(parse_quote_spanned!(at(span)=> #send));
    }
}

/// Where the stream stands: at the top, or as what a type is first made of.
fn place(ty: &mut Type) -> Option<&mut Type> {
    match ty {
        Type::ImplTrait(found) if is_stream(&found.bounds) => Some(ty),
        // The type of a function that a user's own macro wrote.
        Type::Group(group) => place(&mut group.elem),
        Type::Paren(paren) => place(&mut paren.elem),
        Type::Path(path) => {
            let PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments else {
                return None;
            };
            let first = arguments.args.iter_mut().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })?;
            matches!(bare(first), Type::ImplTrait(_)).then(|| place(first)).flatten()
        }
        _ => None,
    }
}

/// The type without the parentheses around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

fn path(bound: &TypeParamBound) -> Option<&Path> {
    match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    }
}

fn is_called(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

/// What `Item = …` says.
fn item(stream: &TypeImplTrait) -> Option<Type> {
    let stream = stream.bounds.iter().filter_map(path).find(|path| is_called(path, "Stream"))?;
    let PathArguments::AngleBracketed(arguments) = &stream.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(found) if found.ident == "Item" => Some(found.ty.clone()),
        _ => None,
    })
}
