//! What an event is, apart from how it was written.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Data, DeriveInput, Field, Fields, LitStr, Type, parse_quote};

use super::marks::{self, Marked};
use super::options::Options;
use crate::diagnostics::Diagnostics;
use crate::{docs, hygiene};

/// What `lag` may say, and the variant of `Lag` that it is.
pub(crate) const LAGS: [(&str, &str); 4] =
    [("wait", "Wait"), ("drop_oldest", "DropOldest"), ("keep_latest", "KeepLatest"), ("disconnect", "Disconnect")];

/// A type whose values are published.
pub(crate) struct Event {
    /// The path of what generated code names.
    pub(crate) private: TokenStream,
    pub(crate) name: Ident,
    pub(crate) channel: Option<LitStr>,
    /// Whether what stood in the channel's place was reported already.
    pub(crate) misread: bool,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) deprecated: Option<Attribute>,
    pub(crate) retain: bool,
    pub(crate) key: Option<Key>,
    pub(crate) lag: Option<LitStr>,
    pub(crate) permission: Option<LitStr>,
    pub(crate) publish_permission: Option<LitStr>,
    /// The fields that say `#[ipc(…)]`.
    pub(crate) marked: Vec<Marked>,
    /// What its schema is marked by, where a field says `#[ipc(bigint)]`.
    pub(crate) copy: Option<DeriveInput>,
}

/// What an event's subscribers tell it apart by.
pub(crate) struct Key {
    /// As it was written.
    pub(crate) text: LitStr,
    /// The field; nothing where there is none of this name.
    pub(crate) field: Option<(Ident, Type)>,
    /// Whether the field says `#[ipc(bigint)]`.
    pub(crate) bigint: bool,
}

impl Event {
    /// The variant of `Lag`; nothing where none was given, or none that is known.
    pub(crate) fn lag_variant(&self) -> Option<&'static str> {
        let lag = self.lag.as_ref()?.value();
        LAGS.into_iter().find_map(|(name, variant)| (name == lag).then_some(variant))
    }
}

/// Makes the model of `input`.
pub(crate) fn build(input: &DeriveInput, options: Options, diagnostics: &mut Diagnostics) -> Event {
    let Options { channel, retain, key, lag, permission, publish_permission, krate, misread } = options;
    let krate = krate.unwrap_or_else(|| parse_quote!(::ipc_bridge));
    let key = key.map(|text| {
        let named = |(name, _): &(&Ident, &Field)| hygiene::wire_name(name) == text.value();
        let found = fields(input).find(named);
        let bigint = found.is_some_and(|(_, field)| marks::is_bigint(field));
        Key { text, field: found.map(|(name, field)| (name.clone(), field.ty.clone())), bigint }
    });
    let marked = marks::read(input, diagnostics);
    let copy = marked.iter().any(|field| field.marks.bigint.is_some()).then(|| marks::copy(input));
    Event {
        private: hygiene::private(&krate),
        name: input.ident.clone(),
        channel,
        misread,
        docs: docs::of(&input.attrs),
        deprecated: input.attrs.iter().find(|attr| attr.path().is_ident("deprecated")).cloned(),
        retain: retain.is_some(),
        key,
        lag,
        permission,
        publish_permission,
        marked,
        copy,
    }
}

/// The named fields of a struct.
pub(crate) fn fields(input: &DeriveInput) -> impl Iterator<Item = (&Ident, &Field)> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields.named.iter()),
            _ => None,
        },
        _ => None,
    };
    fields.into_iter().flatten().filter_map(|field| Some((field.ident.as_ref()?, field)))
}
