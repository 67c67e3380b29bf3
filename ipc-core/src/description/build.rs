//! From handlers to a description: two generators, one set of definitions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use schemars::generate::SchemaSettings;
use schemars::transform::Transform as _;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::fingerprint::Fingerprints;
use super::names;
use crate::envelope::PROTOCOL_VERSION;

use super::event::EventDraft;
use super::{ChannelDescription, ChannelKind, CodeDescription, DIALECT, Description, DescriptionError};
use crate::error::ErrorDescription;
use crate::handler::HandlerDoc;
use crate::schema;
use crate::schema::mend::{BoundNumbers, MendReferences};

/// What is put behind the name of a type for what is written, where that differs from what is read.
const OUTPUT: &str = "Output";

/// What makes the schemas of all handlers, so that they share their definitions.
#[derive(Debug)]
pub struct Generators {
    /// For what the server reads.
    pub(crate) input: SchemaGenerator,
    /// For what the server writes.
    pub(crate) output: SchemaGenerator,
}

/// What a handler says of its channel.
pub(crate) struct Draft {
    pub(crate) doc: HandlerDoc,
    pub(crate) permission: Option<&'static str>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) detached: bool,
    pub(crate) request: Schema,
    pub(crate) incoming: Option<Schema>,
    pub(crate) answer: DraftAnswer,
}

/// What a handler answers with.
#[derive(Debug)]
pub struct DraftAnswer {
    pub(crate) response: Option<Schema>,
    pub(crate) item: Option<Schema>,
    pub(crate) errors: Vec<ErrorDescription>,
}

/// What a router says of everything that it has.
pub(crate) struct Drafts {
    /// The handlers by their channels.
    pub(crate) channels: Vec<(&'static str, Draft)>,
    /// The events by their channels; whether peers publish them too.
    pub(crate) events: Vec<(&'static str, EventDraft, bool)>,
}

/// Describes the channels whose drafts `draft` makes.
pub(crate) fn build(draft: impl FnOnce(&mut Generators) -> Drafts) -> Result<Description, DescriptionError> {
    let mut generators = Generators {
        input: SchemaSettings::draft2020_12().for_deserialize().into_generator(),
        output: SchemaSettings::draft2020_12().for_serialize().into_generator(),
    };
    let mut drafts = draft(&mut generators);
    let (inputs, outputs) = (names::ids(&generators.input), names::ids(&generators.output));
    names::check(&inputs, &outputs)?;
    // Now that each type is there, and a name is that of one.
    for (_, event, _) in &mut drafts.events {
        event.mark(&mut generators)?;
    }
    let (input, output) = (finish(generators.input), finish(generators.output));

    let renamed = renamed(&input, &output);
    for name in &renamed {
        let new = format!("{name}{OUTPUT}");
        if let Some(taken) = inputs.get(&new).or_else(|| outputs.get(&new)) {
            let path = inputs.get(name).unwrap_or(name).clone();
            return Err(DescriptionError::OutputName { name: new, path, taken: taken.clone() });
        }
    }
    let mut definitions = input;
    for (name, mut schema) in output {
        refer_to_outputs(&mut schema, &renamed);
        if renamed.contains(&name) {
            definitions.insert(format!("{name}{OUTPUT}"), schema);
        } else {
            definitions.insert(name, schema);
        }
    }

    let mut fingerprints = Fingerprints::new(&definitions);
    let channels: BTreeMap<_, _> = drafts
        .channels
        .into_iter()
        .map(|(name, draft)| (name.to_owned(), channel(draft, &renamed, &mut fingerprints)))
        .collect();
    let events: BTreeMap<_, _> = drafts
        .events
        .into_iter()
        .map(|(name, draft, shared)| (name.to_owned(), draft.finish(shared, &renamed, &mut fingerprints)))
        .collect();
    let fingerprint = fingerprints.whole(
        channels.iter().map(|(name, channel)| (name.as_str(), channel.fingerprint())),
        events.iter().map(|(name, event)| (name.as_str(), event.fingerprint())),
    );
    Ok(Description {
        dialect: DIALECT.to_owned(),
        protocol: PROTOCOL_VERSION,
        generator: concat!("ipc-bridge ", env!("CARGO_PKG_VERSION")).to_owned(),
        fingerprint,
        channels,
        events,
        definitions,
    })
}

/// The mended definitions of a generator.
fn finish(mut generator: SchemaGenerator) -> BTreeMap<String, Schema> {
    let definitions = generator.take_definitions(false);
    let mended = |(name, schema): (String, Value)| {
        let schema = Schema::try_from(schema).unwrap_or_else(|_| Schema::from(Map::new()));
        (name, mended(schema))
    };
    definitions.into_iter().map(mended).collect()
}

pub(super) fn mended(mut schema: Schema) -> Schema {
    MendReferences.transform(&mut schema);
    BoundNumbers.transform(&mut schema);
    schema
}

fn channel(draft: Draft, renamed: &BTreeSet<String>, fingerprints: &mut Fingerprints) -> ChannelDescription {
    let written = |schema| {
        let mut schema = mended(schema);
        refer_to_outputs(&mut schema, renamed);
        schema
    };
    let request = mended(draft.request);
    let incoming = draft.incoming.map(mended);
    let (response, item) = (draft.answer.response.map(written), draft.answer.item.map(written));
    let errors: Vec<_> = draft
        .answer
        .errors
        .into_iter()
        .map(|ErrorDescription { code, doc, details }| CodeDescription {
            code: code.to_owned(),
            doc: doc.to_owned(),
            details: details.map(written),
        })
        .collect();
    let mut channel = ChannelDescription {
        doc: draft.doc.text.to_owned(),
        deprecated: draft.doc.deprecated.map(str::to_owned),
        permission: draft.permission.map(str::to_owned),
        kind: Some(ChannelKind::of(incoming.is_some(), item.is_some())),
        timeout_ms: draft.timeout.map(milliseconds),
        detached: draft.detached,
        request,
        incoming,
        response,
        item,
        errors,
        fingerprint: String::new(),
    };
    channel.fingerprint = fingerprints.channel(&channel);
    channel
}

/// A time in milliseconds, rounded up: a limit that is told as 0 would be none.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// The names of the types that are written otherwise than they are read, by themselves or by what they refer to.
fn renamed(input: &BTreeMap<String, Schema>, output: &BTreeMap<String, Schema>) -> BTreeSet<String> {
    let mut next = Vec::new();
    let mut users: HashMap<String, Vec<&String>> = HashMap::new();
    for (name, written) in output {
        let Some(read) = input.get(name) else { continue };
        if read != written {
            next.push(name);
        }
        schema::referenced(written.as_value(), &mut |used| users.entry(used.to_owned()).or_default().push(name));
    }
    let mut renamed = BTreeSet::new();
    while let Some(name) = next.pop() {
        if renamed.insert(name.clone()) {
            next.extend(users.get(name).into_iter().flatten());
        }
    }
    renamed
}

pub(super) fn refer_to_outputs(schema: &mut Schema, renamed: &BTreeSet<String>) {
    if renamed.is_empty() {
        return;
    }
    let mut value = std::mem::take(schema).to_value();
    schema::references_mut(&mut value, &mut |reference| {
        if schema::definition(reference).is_some_and(|name| renamed.contains(name.as_ref())) {
            reference.push_str(OUTPUT);
        }
    });
    if let Ok(rewritten) = Schema::try_from(value) {
        *schema = rewritten;
    }
}
