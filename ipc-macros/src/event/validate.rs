//! What an event may not be.

use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, GenericParam};

use super::marks;
use super::model::{Event, Key, LAGS, fields};
use crate::diagnostics::{Diagnostics, expected};
use crate::handler::channel;
use crate::hygiene::wire_name;

/// Reports everything that keeps the type from being an event.
pub(crate) fn check(event: &Event, input: &DeriveInput, diagnostics: &mut Diagnostics) {
    match &event.channel {
        Some(channel) => {
            if let Some(mistake) = channel::mistake(&channel.value()) {
                diagnostics.report(channel, mistake);
            }
        }
        None if event.misread => {}
        None => diagnostics
            .report_at(Span::call_site(), "an event needs the name of its channel: `#[event(\"namespace:happened\")]`"),
    }
    if let Data::Union(data) = &input.data {
        diagnostics.report(
            data.union_token,
            "a union does not know which of its fields it holds, so it cannot travel: make it an enum",
        );
    }
    for parameter in &input.generics.params {
        let (kind, mend) = match parameter {
            GenericParam::Type(_) => ("type", "name the type that travels"),
            GenericParam::Const(_) => ("const", "write the value"),
            GenericParam::Lifetime(_) => ("lifetime", "use owned types, such as `String` for `&str`"),
        };
        diagnostics
            .report(parameter, format_args!("an event has one channel, so it cannot be generic over a {kind}: {mend}"));
    }
    if let Some(key) = &event.key {
        self::key(key, input, diagnostics);
    }
    if let Some(lag) = &event.lag
        && event.lag_variant().is_none()
    {
        let (found, known) = (lag.value(), LAGS.map(|(name, _)| name));
        diagnostics.report(lag, format_args!("unknown lag `{found}`, {}", expected(&found, &known)));
    }
    marks(event, input, diagnostics);
    for attr in inner_attributes(input).filter(|attr| attr.path().is_ident("event")) {
        diagnostics.report(attr, "`#[event(…)]` stands on the type: for one field, name it in `key = \"…\"` there");
    }
}

/// What is marked travels, and has a place of its own in the schema.
fn marks(event: &Event, input: &DeriveInput, diagnostics: &mut Diagnostics) {
    for attr in of_the_type_and_its_variants(input).filter(|attr| attr.path().is_ident("ipc")) {
        diagnostics.report(attr, "`#[ipc(bigint)]` stands on a field of an event: mark each field that it is true of");
    }
    for field in &event.marked {
        if let Some(sensitive) = &field.marks.sensitive {
            diagnostics.report(
                sensitive,
                "what is sensitive in an event is told by its type, which hides it wherever the event is shown: make the field a `Sensitive<T>`",
            );
        }
        let Some(bigint) = &field.marks.bigint else { continue };
        if field.says(&["skip", "skip_serializing"]) {
            diagnostics.report(bigint, "a field that is skipped does not travel: leave `bigint` or `skip` out");
        } else if field.says(&["flatten"]) {
            diagnostics.report(
                bigint,
                "a field that is flattened has no place of its own in the event: mark the integers where its type is declared, with `#[schemars(extend(\"x-ipc-bigint\" = true))]`",
            );
        } else if let Some(option) = marks::says(&input.attrs, &["into", "with", "schema_with"]) {
            diagnostics.report(
                bigint,
                format_args!(
                    "`{option}` lets the event travel as something else than its fields: mark the integers there, with `#[schemars(extend(\"x-ipc-bigint\" = true))]`"
                ),
            );
        }
    }
}

fn key(key: &Key, input: &DeriveInput, diagnostics: &mut Diagnostics) {
    if key.field.is_some() {
        return;
    }
    let names: Vec<_> = fields(input).map(|(name, _)| wire_name(name)).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        diagnostics.report(
            &key.text,
            "a key is a field that has a name, and there is none: leave `key` out, or make this a struct with named fields",
        );
    } else {
        let found = key.text.value();
        diagnostics.report(&key.text, format_args!("no field is called `{found}`, {}", expected(&found, &names)));
    }
}

/// The attributes of what is no field.
fn of_the_type_and_its_variants(input: &DeriveInput) -> impl Iterator<Item = &Attribute> {
    let variants = match &input.data {
        Data::Enum(data) => Some(data.variants.iter()),
        _ => None,
    };
    input.attrs.iter().chain(variants.into_iter().flatten().flat_map(|variant| &variant.attrs))
}

/// The attributes of fields and variants.
fn inner_attributes(input: &DeriveInput) -> Box<dyn Iterator<Item = &Attribute> + '_> {
    match &input.data {
        Data::Struct(data) => Box::new(data.fields.iter().flat_map(|field| &field.attrs)),
        Data::Enum(data) => Box::new(
            data.variants
                .iter()
                .flat_map(|variant| variant.attrs.iter().chain(variant.fields.iter().flat_map(|field| &field.attrs))),
        ),
        Data::Union(data) => Box::new(data.fields.named.iter().flat_map(|field| &field.attrs)),
    }
}
