//! From the model to code. Nothing can go wrong any more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Member;
use syn::spanned::Spanned;

use super::model::{Error, Field, Shape, Travels, Variant};
use crate::hygiene::{at, text};
use crate::{docs, hygiene};

/// The implementation of `IpcError`.
pub(crate) fn expand(error: &Error) -> TokenStream {
    let private = &error.private;
    let name = hygiene::ident(&error.name);
    let details = error.variants.iter().map(|variant| details(error, variant));
    let to_failure = to_failure(error);
    let from_failure = from_failure(error);
    let describe = describe(error);
    quote! {
        const _: () = {
            #(#details)*
            impl #private::IpcError for #name {
                #to_failure
                #from_failure
                #describe
            }
        };
    }
}

/// The structs that the named details of a variant are written from and read into.
fn details(error: &Error, variant: &Variant) -> Option<TokenStream> {
    if !has_named_details(variant) {
        return None;
    }
    let private = &error.private;
    let [serde_path, schemars_path] = ["serde", "schemars"].map(|package| format!("{}::{package}", text(private)));
    let [written, read] = details_names(variant);
    let fields: Vec<_> = variant.details().map(|field| (member_ident(&field.member), &field.ty, field)).collect();
    let borrowed = fields.iter().map(|(name, ty, _)| quote!(#name: &'details #ty));
    let owned = fields.iter().map(|(name, ty, Field { docs, bigint, .. })| {
        let bigint = bigint.map(|_| quote!(#[schemars(extend("x-ipc-bigint" = true))]));
        quote!(#(#docs)* #bigint #name: #ty)
    });
    Some(quote! {
        #[derive(#private::serde::Serialize)]
        #[serde(crate = #serde_path)]
        struct #written<'details> { #(#borrowed),* }

        #[derive(#private::serde::Deserialize, #private::schemars::JsonSchema)]
        #[serde(crate = #serde_path)]
        #[schemars(crate = #schemars_path, inline)]
        struct #read { #(#owned),* }
    })
}

/// The names of the two structs of a variant's details.
fn details_names(variant: &Variant) -> [Ident; 2] {
    let name = hygiene::wire_name(&variant.name);
    ["Written", "Read"].map(|use_| format_ident!("{name}Details{use_}", span = at(variant.name.span())))
}

fn has_named_details(variant: &Variant) -> bool {
    variant.shape == Shape::Named && matches!(variant.travels, Travels::Whole(_)) && variant.details().next().is_some()
}

fn to_failure(error: &Error) -> TokenStream {
    let private = &error.private;
    let arms = error.variants.iter().map(|variant| {
        let path = &variant.path;
        match &variant.travels {
            Travels::Whole(code) => {
                let (bound, details) = (bindings(variant), written(variant));
                let details = details.map(|details| quote!(.with_details(#details)));
                // A type without `Display` is told where it is named.
                let this = quote_spanned!(at(error.name.span())=> self);
                quote!(#path #bound => #private::Failure::new(#code, #this) #details)
            }
            Travels::Internal => {
                let this = quote_spanned!(at(error.name.span())=> self);
                quote!(#path { .. } => #private::internal(#this))
            }
            Travels::Transparent => {
                let (bound, inner) = (bindings(variant), only(variant));
                let ty = variant.fields.first().map(|field| &field.ty);
                let span = at(ty.map_or_else(|| variant.name.span(), Spanned::span));
                quote_spanned!(span=> #path #bound => <#ty as #private::IpcError>::to_failure(#inner))
            }
        }
    });
    // A reference to an empty enum must be matched through.
    let local = Span::mixed_site();
    let this = if error.variants.is_empty() { quote_spanned!(local=> *self) } else { quote_spanned!(local=> self) };
    quote_spanned! {Span::mixed_site()=>
        fn to_failure(&self) -> #private::Failure {
            match #this { #(#arms),* }
        }
    }
}

fn from_failure(error: &Error) -> TokenStream {
    let private = &error.private;
    let option = quote!(#private::core::option::Option);
    let arms = error.variants.iter().filter_map(|variant| {
        let Travels::Whole(code) = &variant.travels else { return None };
        let read = read(variant, private);
        Some(quote_spanned!(Span::mixed_site()=> #code => { #read }))
    });
    let transparent =
        error.variants.iter().filter(|variant| matches!(variant.travels, Travels::Transparent)).map(|variant| {
            let path = &variant.path;
            let field = variant.fields.first();
            let (member, ty) = (field.map(|field| member(&field.member)), field.map(|field| &field.ty));
            quote_spanned! {Span::mixed_site()=>
                if let #option::Some(inner) = <#ty as #private::IpcError>::from_failure(failure) {
                    return #option::Some(#path { #member: inner });
                }
            }
        });
    quote_spanned! {Span::mixed_site()=>
        fn from_failure(failure: &#private::Failure) -> #option<Self> {
            match failure.code() {
                #(#arms)*
                _ => {
                    #(#transparent)*
                    #option::None
                }
            }
        }
    }
}

fn describe(error: &Error) -> TokenStream {
    let private = &error.private;
    let option = quote!(#private::core::option::Option);
    let pushes = error.variants.iter().filter_map(|variant| match &variant.travels {
        Travels::Whole(code) => {
            let doc = docs::text(&variant.docs, private);
            let details = match details_type(variant) {
                Some(ty) => {
                    let schema = quote_spanned!(Span::mixed_site()=> generator.subschema_for::<#ty>());
                    let places: Vec<_> = variant
                        .details()
                        .enumerate()
                        .filter(|(_, field)| variant.shape == Shape::Unnamed && field.bigint.is_some())
                        .map(|(place, _)| place)
                        .collect();
                    let schema = match places.as_slice() {
                        [] => schema,
                        places => quote!(#private::with_bigints(#schema, &[#(#places),*])),
                    };
                    quote!(#option::Some(#schema))
                }
                None => quote!(#option::None),
            };
            Some(quote_spanned! {Span::mixed_site()=>
                descriptions.push(#private::ErrorDescription { code: #code, doc: #doc, details: #details });
            })
        }
        Travels::Internal => None,
        Travels::Transparent => {
            let ty = variant.fields.first().map(|field| &field.ty);
            Some(quote_spanned! {Span::mixed_site()=>
                descriptions.extend(<#ty as #private::IpcError>::describe(generator));
            })
        }
    });
    quote_spanned! {Span::mixed_site()=>
        fn describe(
            generator: &mut #private::schemars::SchemaGenerator,
        ) -> #private::std::vec::Vec<#private::ErrorDescription> {
            let mut descriptions = #private::std::vec::Vec::new();
            #(#pushes)*
            descriptions
        }
    }
}

/// The type of a variant's details, where it has any.
fn details_type(variant: &Variant) -> Option<TokenStream> {
    let types: Vec<_> = variant.details().map(|field| &field.ty).collect();
    match (variant.shape, types.as_slice()) {
        (_, []) => None,
        (Shape::Named, _) => {
            let [_, read] = details_names(variant);
            Some(quote!(#read))
        }
        (_, [one]) => Some(quote!(#one)),
        (_, several) => Some(quote!((#(#several),*))),
    }
}

/// The details of a variant as an expression of its bindings.
fn written(variant: &Variant) -> Option<TokenStream> {
    let bound: Vec<_> = bound(variant).filter(|(field, _)| !field.skipped).collect();
    let locals = bound.iter().map(|(_, local)| local);
    match (variant.shape, bound.as_slice()) {
        (_, []) => None,
        (Shape::Named, _) => {
            let [written, _] = details_names(variant);
            let names = bound.iter().map(|(field, _)| member(&field.member));
            Some(quote!(#written { #(#names: #locals),* }))
        }
        (_, [(_, one)]) => Some(quote!(#one)),
        _ => Some(quote!((#(#locals),*))),
    }
}

/// The variant, made of the details of `failure`.
fn read(variant: &Variant, private: &TokenStream) -> TokenStream {
    let (local, path) = (Span::mixed_site(), &variant.path);
    let option = quote!(#private::core::option::Option);
    let named = variant.shape == Shape::Named;
    let fields = bound(variant).map(|(field, value)| {
        let name = member(&field.member);
        let value = match (field.skipped, named) {
            (true, _) => {
                let (ty, span) = (&field.ty, field.ty.span());
                let private = hygiene::shown_at(private, span);
                quote_spanned!(at(span)=> <#ty as #private::core::default::Default>::default())
            }
            (false, true) => quote_spanned!(local=> details.#name),
            (false, false) => quote!(#value),
        };
        quote!(#name: #value)
    });
    let Some(ty) = details_type(variant) else {
        return quote!(#option::Some(#path { #(#fields),* }));
    };
    let locals = bound(variant).filter(|(field, _)| !field.skipped).map(|(_, value)| value);
    let pattern = if named { quote_spanned!(local=> details) } else { quote!((#(#locals),*)) };
    quote_spanned! {local=>
        let #pattern = #private::details::<#ty>(failure)?;
        #option::Some(#path { #(#fields),* })
    }
}

/// The pattern that binds the details of a variant.
fn bindings(variant: &Variant) -> TokenStream {
    let fields = bound(variant).filter(|(field, _)| !field.skipped).map(|(field, local)| {
        let name = member(&field.member);
        quote!(#name: #local)
    });
    quote!({ #(#fields,)* .. })
}

/// The fields of a variant, each with the local variable that stands for it.
fn bound(variant: &Variant) -> impl Iterator<Item = (&Field, Ident)> {
    variant
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| (field, format_ident!("field_{index}", span = at(field.ty.span()))))
}

/// The local variable of a variant's only field.
fn only(variant: &Variant) -> Option<Ident> {
    bound(variant).next().map(|(_, local)| local)
}

/// A member for generated code.
fn member(source: &Member) -> Member {
    match source {
        Member::Named(name) => Member::Named(hygiene::ident(name)),
        Member::Unnamed(index) => Member::Unnamed(index.clone()),
    }
}

/// The name of a named member.
fn member_ident(source: &Member) -> Option<Ident> {
    match source {
        Member::Named(name) => Some(hygiene::ident(name)),
        Member::Unnamed(_) => None,
    }
}
