//! `ipc describe`: what a channel takes and answers.

use clap::Args;
use ipc_bridge::schemars::Schema;
use ipc_bridge::{ChannelDescription, Description, EventDescription};
use serde_json::{Map, Value, json};

use crate::catalog::{kind, required, unknown};
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::style::{DIM, NAME, TITLE, WARNING, WORD, clean, styled};
use crate::output::{Output, Table};
use crate::schema::{View, shown};

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The channel, or the event. Without one, the whole contract as JSON, which `ipc diff` compares.
    channel: Option<String>,
}

impl Describe {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let description = required(&client).await?;
        let Some(name) = &self.channel else {
            let text = serde_json::to_vec(&description).map_err(Failed::of)?;
            return output.data(&text, &[]);
        };
        let (channel, event) = (description.channel(name), description.event(name));
        let Some(document) = document(&description, name) else {
            let names = description.channels().map(|(name, _)| name).chain(description.events().map(|(name, _)| name));
            return Err(unknown("channel", name, names));
        };
        if !output.is_for_people() {
            return output.json(&document);
        }
        match (channel, event) {
            (Some(channel), _) => of_channel(&description, name, channel, output)?,
            (None, Some(event)) => of_event(&description, name, event, output)?,
            (None, None) => {}
        }
        definitions(&document, output)
    }
}

/// The channel as a document of its own, with the definitions that it needs.
fn document(description: &Description, name: &str) -> Option<Value> {
    let (part, schemas) = match (description.channel(name), description.event(name)) {
        (Some(channel), _) => (serde_json::to_value(channel), schemas_of(channel)),
        (None, Some(event)) => (serde_json::to_value(event), vec![event.data()]),
        (None, None) => return None,
    };
    // What was read as JSON can be written so.
    let mut document = Map::from_iter([("channel".to_owned(), Value::from(name))]);
    if let Ok(Value::Object(part)) = part {
        document.extend(part);
    }
    let mut definitions = Map::new();
    for schema in schemas {
        if let Some(Value::Object(needed)) = description.standalone(schema).get("$defs") {
            definitions.extend(needed.clone());
        }
    }
    document.insert("$defs".to_owned(), json!(definitions));
    Some(Value::Object(document))
}

fn schemas_of(channel: &ChannelDescription) -> Vec<&Schema> {
    let answers = [channel.incoming(), channel.response(), channel.item()].into_iter().flatten();
    let details = channel.errors().iter().filter_map(|code| code.details());
    std::iter::once(channel.request()).chain(answers).chain(details).collect()
}

fn of_channel(
    description: &Description,
    name: &str,
    channel: &ChannelDescription,
    output: &Output,
) -> Result<(), Failed> {
    head(name, kind(channel), channel.doc(), channel.deprecated(), output)?;
    fact("permission", channel.permission().unwrap_or(name), output)?;
    payload(description, "request", channel.request(), output)?;
    for (title, schema) in
        [("sent beside it", channel.incoming()), ("answer", channel.response()), ("items", channel.item())]
    {
        if let Some(schema) = schema {
            payload(description, title, schema, output)?;
        }
    }
    if !channel.errors().is_empty() {
        output.line(styled(TITLE, "errors"))?;
        let mut table = Table::default();
        for code in channel.errors() {
            let details = code.details().map(|details| shown(details.as_value())).unwrap_or_default();
            table.row([(NAME, format!("  {}", clean(code.code()))), (WORD, clean(&details)), (DIM, first(code.doc()))]);
        }
        output.table(&table)?;
    }
    Ok(())
}

fn of_event(description: &Description, name: &str, event: &EventDescription, output: &Output) -> Result<(), Failed> {
    let kind = if event.shared() { "shared event" } else { "event" };
    head(name, kind, event.doc(), event.deprecated(), output)?;
    fact("permission", event.permission().unwrap_or(name), output)?;
    if let Some(key) = event.key() {
        fact("key", &shown(key.as_value()), output)?;
    }
    fact("retained", if event.retain() { "yes" } else { "no" }, output)?;
    let lag = serde_json::to_value(event.lag()).map_err(Failed::of)?;
    fact("when slow", lag.as_str().unwrap_or_default(), output)?;
    payload(description, "event", event.data(), output)
}

fn head(name: &str, kind: &str, doc: &str, deprecated: Option<&str>, output: &Output) -> Result<(), Failed> {
    output.line(format_args!("{}  {}", styled(NAME, clean(name)), styled(WORD, kind)))?;
    for line in doc.lines() {
        output.line(format_args!("  {}", clean(line)))?;
    }
    if let Some(note) = deprecated {
        output.line(format_args!("  {} {}", styled(WARNING, "deprecated"), clean(note)))?;
    }
    Ok(())
}

fn fact(title: &str, said: &str, output: &Output) -> Result<(), Failed> {
    output.line(format_args!("{}  {}", styled(TITLE, title), clean(said)))
}

/// A payload: its fields under each other, where it is an object, or what it is.
fn payload(description: &Description, title: &str, schema: &Schema, output: &Output) -> Result<(), Failed> {
    let view = View::of(description, schema.as_value());
    let (fields, required) = (view.fields(), view.required());
    let is_own = schema.get("$ref").is_none() && schema.get("properties").is_some();
    if !is_own || fields.is_empty() {
        return fact(title, &shown(schema.as_value()), output);
    }
    output.line(styled(TITLE, title))?;
    let mut table = Table::default();
    for name in fields {
        let field = schema.get("properties").and_then(|fields| fields.get(name));
        let kind = field.map(shown).unwrap_or_default();
        let doc = field.and_then(|field| field.get("description")).and_then(Value::as_str).unwrap_or_default();
        let optional = if required.contains(&name) { "" } else { "optional" };
        table.row([
            (NAME, format!("  {}", clean(name))),
            (WORD, clean(&kind)),
            (DIM, optional.to_owned()),
            (DIM, first(doc)),
        ]);
    }
    output.table(&table)
}

/// The types that were named.
fn definitions(document: &Value, output: &Output) -> Result<(), Failed> {
    let Some(definitions) = document.get("$defs").and_then(Value::as_object).filter(|all| !all.is_empty()) else {
        return Ok(());
    };
    output.line(styled(TITLE, "types"))?;
    let mut table = Table::default();
    for (name, schema) in definitions {
        table.row([(NAME, format!("  {}", clean(name))), (WORD, clean(&shown(schema)))]);
    }
    output.table(&table)
}

fn first(doc: &str) -> String {
    clean(doc.lines().next().unwrap_or_default())
}
