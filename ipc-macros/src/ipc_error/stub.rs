//! What stands beside an error that cannot travel yet.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Generics;

use super::model::Error;
use crate::hygiene;

/// An implementation that only has to compile.
pub(crate) fn expand(error: &Error, generics: &Generics) -> TokenStream {
    let Error { private, name, .. } = error;
    let name = hygiene::ident(name);
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let option = quote!(#private::core::option::Option);
    quote! {
        impl #parameters #private::IpcError for #name #arguments #bounds {
            fn to_failure(&self) -> #private::Failure {
                #private::Failure::internal("")
            }
            fn from_failure(_: &#private::Failure) -> #option<Self> {
                #option::None
            }
            fn describe(_: &mut #private::schemars::SchemaGenerator) -> #private::std::vec::Vec<#private::ErrorDescription> {
                #private::std::vec::Vec::new()
            }
        }
    }
}
