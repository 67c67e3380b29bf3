//! From the model to code. Nothing can go wrong any more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use super::model::Event;
use crate::hygiene::{self, at, wire_name};
use crate::item;

/// The implementation of `Event`, and of what follows from its options.
pub(crate) fn expand(event: &Event) -> TokenStream {
    let Event { private, channel, docs, deprecated, .. } = event;
    let core = quote!(#private::core);
    // What the type itself lacks is told where it is named.
    let name = hygiene::ident(&event.name);
    let [header, never_waits] = ["Event", "NeverWaits"].map(|name_of_trait| {
        let name_of_trait = Ident::new(name_of_trait, Span::mixed_site());
        hygiene::shown_at(&quote!(impl #private::#name_of_trait for #name), event.name.span())
    });
    // The code beside a deprecated type uses it, which is no news to its user.
    let allow = deprecated.as_ref().map(|_| quote!(#[allow(deprecated)]));
    let place = item::place(&wire_name(&event.name), event.name.span(), private);
    let doc = item::doc(docs, deprecated.as_ref(), private);
    let retain = event.retain.then(|| quote!(const RETAIN: #core::primitive::bool = true;));
    let lag = event.lag_variant().map(|lag| {
        let lag = Ident::new(lag, Span::mixed_site());
        quote!(const LAG: #private::Lag = #private::Lag::#lag;)
    });
    let permission = item::permission("PERMISSION", event.permission.as_ref(), private);
    let publish_permission = item::permission("PUBLISH_PERMISSION", event.publish_permission.as_ref(), private);
    let (key, keyed) = match key(event) {
        Some((key, keyed)) => (Some(key), Some(quote!(#allow #keyed))),
        None => (None, None),
    };
    let marks = event.copy.as_ref().map(|copy| marks(copy, private));
    let never_waits = (event.lag_variant() != Some("Wait")).then(|| quote!(#allow #never_waits {}));
    let check = quote_spanned!(Span::mixed_site()=> (&#private::Probe(self)).check("", issues););
    let check = hygiene::shown_at(&check, event.name.span());
    quote_spanned! {Span::mixed_site()=>
        #allow
        #header {
            const CHANNEL: &'static #core::primitive::str = #channel;
            #place
            #doc
            #retain
            #lag
            #permission
            #publish_permission
            #key
            #marks
            fn validate(&self, issues: &mut #private::Issues) {
                use #private::{CheckPlain as _, CheckValidated as _};
                #check
            }
        }
        #keyed
        #never_waits
    }
}

/// What tells the key of an event and describes it, and the implementation that names its type.
pub(super) fn key(event: &Event) -> Option<(TokenStream, TokenStream)> {
    let private = &event.private;
    let (field, ty) = event.key.as_ref()?.field.as_ref()?;
    let (name, field, option) =
        (hygiene::ident(&event.name), hygiene::ident(field), quote!(#private::core::option::Option));
    let shown = hygiene::shown_at(private, ty.span());
    let local = Span::mixed_site();
    let json = quote_spanned!(at(ty.span())=> #shown::key_json(&self.#field));
    let schema = quote_spanned!(at(ty.span())=> generator.subschema_for::<#ty>());
    let schema = if event.key.as_ref().is_some_and(|key| key.bigint) {
        quote_spanned!(local=> #private::with_bigint(#schema))
    } else {
        schema
    };
    let key = quote_spanned! {local=>
        fn key_json(&self) -> #option<
            #private::core::result::Result<#private::std::string::String, #private::serde_json::Error>,
        > {
            #option::Some(#json)
        }
        fn describe_key(generator: &mut #private::schemars::SchemaGenerator) -> #option<#private::schemars::Schema> {
            #option::Some(#schema)
        }
    };
    let keyed = quote! {
        impl #private::KeyedEvent for #name {
            type Key = #ty;
        }
    };
    Some((key, keyed))
}

/// What tells where the marks of its fields stand in the schema of an event.
fn marks(copy: &DeriveInput, private: &TokenStream) -> TokenStream {
    let (name, schemars_path) = (&copy.ident, format!("{}::schemars", hygiene::text(private)));
    let option = quote!(#private::core::option::Option);
    quote_spanned! {Span::mixed_site()=>
        fn describe_marks(generator: &mut #private::schemars::SchemaGenerator) -> #option<#private::schemars::Schema> {
            #[derive(#private::schemars::JsonSchema)]
            #[schemars(crate = #schemars_path)]
            #[allow(dead_code, deprecated, nonstandard_style)]
            #copy
            #option::Some(<#name as #private::schemars::JsonSchema>::json_schema(generator))
        }
    }
}
