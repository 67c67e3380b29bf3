//! What stands beside a function that is no handler yet, so that the rest of the program has nothing to complain about.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Generics, Lifetime, Type, TypeImplTrait, TypePath, TypeReference, parse_quote};

use super::expand;
use super::model::Handler;
use super::stream::{Streamed, no_result};
use crate::hygiene;

/// A request type and its implementations, which only have to compile.
pub(crate) fn expand(handler: &Handler, generics: &Generics) -> TokenStream {
    let Handler { private, cfgs, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let core = quote!(#private::core);
    let (result, never) = (quote!(#core::result::Result), quote!(#core::convert::Infallible));
    let place = expand::place(handler);
    let request = request(handler, generics);
    quote! {
        #request
        #(#cfgs)*
        const _: () = {
            impl #private::Handler for #name {
                #place
                const DOC: #private::HandlerDoc = #private::HandlerDoc::new("", #core::option::Option::None);
                type Output = #private::Once<Never>;
                fn requirements(_: &mut #private::Requirements) {}
                fn validate(&self, _: &mut #private::Issues) {}
                fn call(
                    self,
                    (): &(),
                    _: &#private::Context,
                ) -> #result<impl #private::Answer<Self::Output> + use<>, #private::Failure> {
                    #result::Ok(#private::now(#result::Ok::<(), #never>(())))
                }
            }
            struct Never;
            impl #private::Request for Never {
                const CHANNEL: &'static #core::primitive::str = "";
                type Response = ();
                type Error = #never;
            }
        };
    }
}

/// The request type alone.
pub(crate) fn request(handler: &Handler, generics: &Generics) -> TokenStream {
    let Handler { private, cfgs, vis, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let mut known = Vec::new();
    let fields = handler.fields().filter_map(|parameter| {
        let field = parameter.name.as_ref().map(hygiene::ident)?;
        if known.contains(&hygiene::wire_name(&field)) {
            return None;
        }
        known.push(hygiene::wire_name(&field));
        let ty = owned(&parameter.ty, generics);
        Some(quote!(#[doc = ""] #vis #field: #ty))
    });
    let (core, serde, schemars) = (quote!(#private::core), quote!(#private::serde), quote!(#private::schemars));
    let result = quote!(#core::result::Result);
    let (request, answer) = (expand::request_trait(handler), answer(handler, generics));
    quote! {
        #(#cfgs)*
        #[doc = ""]
        #[allow(dead_code, reason = "a stub")]
        #vis struct #name { #(#fields),* }
        #(#cfgs)*
        const _: () = {
            impl #serde::Serialize for #name {
                fn serialize<S: #serde::Serializer>(&self, serializer: S) -> #result<S::Ok, S::Error> {
                    serializer.serialize_unit()
                }
            }
            impl<'de> #serde::Deserialize<'de> for #name {
                fn deserialize<D: #serde::Deserializer<'de>>(_: D) -> #result<Self, D::Error> {
                    #result::Err(#serde::de::Error::custom(""))
                }
            }
            impl #schemars::JsonSchema for #name {
                fn schema_name() -> #private::std::borrow::Cow<'static, #core::primitive::str> {
                    #core::convert::From::from("")
                }
                fn json_schema(_: &mut #schemars::SchemaGenerator) -> #schemars::Schema {
                    #core::convert::From::from(true)
                }
            }
            impl #private::#request for #name {
                const CHANNEL: &'static #core::primitive::str = "";
                #answer
            }
        };
    }
}

/// The function's answer where that can be had, so that what is done with it elsewhere still fits.
fn answer(handler: &Handler, generics: &Generics) -> TokenStream {
    let Handler { private, output, stream, .. } = handler;
    let value = if stream.is_some() { quote!(Item) } else { quote!(Response) };
    let is_known = match stream {
        None => is_owned(output, generics),
        Some(Streamed { item, opening, .. }) => {
            item.as_ref().is_some_and(|item| is_owned(item, generics))
                && opening.as_ref().is_none_or(|opening| is_owned(opening, generics) && no_result(opening).is_none())
        }
    };
    if is_known {
        return expand::answer(handler);
    }
    quote! {
        type #value = ();
        type Error = #private::core::convert::Infallible;
    }
}

/// The type, or one that can stand in a field in its place.
pub(crate) fn owned(ty: &Type, generics: &Generics) -> Type {
    struct Static;

    impl VisitMut for Static {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            *lifetime = Lifetime::new("'static", lifetime.apostrophe);
        }

        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            reference.lifetime.get_or_insert_with(|| parse_quote!('static));
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }

    let mut ty = ty.clone();
    Static.visit_type_mut(&mut ty);
    if is_nameable(&ty, generics) { ty } else { parse_quote!(()) }
}

/// Whether a type borrows nothing and can be named outside the function.
fn is_owned(ty: &Type, generics: &Generics) -> bool {
    struct Borrowed(bool);

    impl Visit<'_> for Borrowed {
        fn visit_type_reference(&mut self, _: &TypeReference) {
            self.0 = true;
        }

        fn visit_lifetime(&mut self, _: &Lifetime) {
            self.0 = true;
        }
    }

    let mut borrowed = Borrowed(false);
    borrowed.visit_type(ty);
    !borrowed.0 && is_nameable(ty, generics)
}

/// Whether a type can be named outside the function.
fn is_nameable(ty: &Type, generics: &Generics) -> bool {
    struct Unnameable<'a> {
        generics: &'a Generics,
        found: bool,
    }

    impl Visit<'_> for Unnameable<'_> {
        fn visit_type_impl_trait(&mut self, _: &TypeImplTrait) {
            self.found = true;
        }

        fn visit_type_path(&mut self, ty: &TypePath) {
            self.found |= ty.path.segments.first().is_some_and(|first| first.ident == "Self");
            self.found |= self.generics.params.iter().any(|parameter| match parameter {
                GenericParam::Type(parameter) => {
                    ty.path.segments.first().is_some_and(|first| first.ident == parameter.ident)
                }
                GenericParam::Const(parameter) => ty.path.is_ident(&parameter.ident),
                GenericParam::Lifetime(_) => false,
            });
            visit::visit_type_path(self, ty);
        }

        fn visit_expr_path(&mut self, path: &syn::ExprPath) {
            self.found |= self.generics.params.iter().any(
                |parameter| matches!(parameter, GenericParam::Const(parameter) if path.path.is_ident(&parameter.ident)),
            );
        }
    }

    let mut visitor = Unnameable { generics, found: false };
    visitor.visit_type(ty);
    !visitor.found
}
