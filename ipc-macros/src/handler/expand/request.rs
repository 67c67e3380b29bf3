//! The struct that travels to a channel.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::handler::model::{Handler, Parameter, Source};
use crate::handler::stream::Streamed;
use crate::hygiene::{at, text};
use crate::{garde, hygiene};

/// The struct whose fields are what the caller gives: the payload, and the stream beside it.
pub(super) fn request_type(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, docs, deprecated, vis, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let [serde_path, schemars_path] = ["serde", "schemars"].map(|package| format!("{}::{package}", text(private)));
    let shape = if handler.is_whole() { quote!(transparent) } else { quote!(deny_unknown_fields) };
    let fields = handler.fields().map(|parameter| {
        let Parameter { ty, docs, source, .. } = parameter;
        let name = parameter.name.as_ref().map(hygiene::ident);
        let schema = garde::schema(&parameter.rules, private);
        // The whole payload has a type that others use too: there, the handler says it.
        let sensitive = (*source == Source::Field && parameter.sensitive.is_some())
            .then(|| quote!(#[schemars(extend("x-ipc-sensitive" = true))]));
        let bigint = (*source != Source::Incoming && parameter.bigint.is_some())
            .then(|| quote!(#[schemars(extend("x-ipc-bigint" = true))]));
        // A field must have a doc comment where the lint asks for one, and an empty one stays out of the schema.
        let undocumented = docs.is_empty().then(|| quote!(#[doc = ""]));
        // It travels beside the payload. A payload that has its name is refused as with any other unknown name.
        let beside = (*source == Source::Incoming).then(|| quote!(#[serde(skip)]));
        quote!(#(#docs)* #undocumented #beside #schema #sensitive #bigint #vis #name: #ty)
    });
    let undocumented = docs.is_empty().then(|| quote!(#[doc = ""]));
    // `#[deprecated]` itself would warn of the very implementations that the derive macros write.
    let deprecated = deprecated.as_ref().map(|_| quote!(#[schemars(extend("deprecated" = true))]));
    quote! {
        #(#cfgs)*
        #(#lints)*
        #(#docs)*
        #undocumented
        #[derive(#private::serde::Serialize, #private::serde::Deserialize, #private::schemars::JsonSchema)]
        #[serde(crate = #serde_path, #shape)]
        #[schemars(crate = #schemars_path)]
        #deprecated
        #vis struct #name {
            #(#fields),*
        }
    }
}

/// What the struct is a request for: one answer, or a stream.
pub(super) fn request(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, channel, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let (request, answer) = (request_trait(handler), answer(handler));
    let upload = upload(handler);
    quote! {
        #(#cfgs)*
        #(#lints)*
        impl #private::#request for #name {
            const CHANNEL: &'static #private::core::primitive::str = #channel;
            #answer
            #upload
        }
    }
}

/// The trait of the request.
pub(crate) fn request_trait(handler: &Handler) -> TokenStream {
    if handler.stream.is_some() { quote!(StreamRequest) } else { quote!(Request) }
}

/// What comes back, and what comes back instead.
pub(crate) fn answer(handler: &Handler) -> TokenStream {
    let Handler { private, output, stream, .. } = handler;
    match stream {
        None => {
            let outcome = outcome(private, output, &is_result(private, output));
            quote! {
                type Response = #outcome::Response;
                type Error = #outcome::Error;
            }
        }
        Some(Streamed { item, opening, .. }) => {
            // A stream that does not say what it is made of is refused.
            let items = item.as_ref().map(|item| outcome(private, item, &is_result(private, item)));
            let error = match opening {
                Some(opening) => Some(outcome(private, opening, &quote!(true))),
                None => items.clone(),
            };
            quote! {
                type Item = #items::Response;
                type Error = #error::Error;
            }
        }
    }
}

/// A type as an `Outcome`.
fn outcome(private: &TokenStream, ty: &Type, is_result: &TokenStream) -> TokenStream {
    let private = hygiene::shown_at(private, ty.span());
    quote_spanned!(at(ty.span())=> <#ty as #private::Outcome<#is_result>>)
}

/// Whether a type is a `Result`, found by the compiler.
pub(super) fn is_result(private: &TokenStream, ty: &Type) -> TokenStream {
    quote!({
        use #private::NotAResult as _;
        <#private::ReturnType<#ty>>::IS_RESULT
    })
}

/// Hands over what is sent beside the request.
fn upload(handler: &Handler) -> Option<TokenStream> {
    let private = &handler.private;
    let (core, parameter) = (quote!(#private::core), handler.incoming()?);
    let (ty, name) = (&parameter.ty, parameter.name.as_ref().map(hygiene::ident));
    // What cannot travel is told where it stands.
    let shown = hygiene::shown_at(private, ty.span());
    let upload = quote_spanned! {at(ty.span())=>
        <#ty as #shown::IncomingParameter>::upload(#shown::core::mem::take(&mut self.#name))
    };
    Some(quote_spanned! {Span::mixed_site()=>
        fn take_upload(&mut self) -> #core::option::Option<#private::Upload> {
            #core::option::Option::Some(#upload)
        }
    })
}
