//! `ipc list`: what there is.

use clap::Args;
use serde_json::json;

use crate::catalog::{kind, required};
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::style::{DIM, NAME, WORD, clean};
use crate::output::{Output, Table};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what begins so: `data:*`, or `data`.
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
}

/// A line of the list.
struct Line<'a> {
    channel: &'a str,
    kind: &'static str,
    doc: &'a str,
    permission: Option<&'a str>,
    deprecated: bool,
}

impl List {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let description = required(&client).await?;
        let channels = description.channels().map(|(channel, described)| Line {
            channel,
            kind: kind(described),
            doc: described.doc(),
            permission: described.permission(),
            deprecated: described.deprecated().is_some(),
        });
        let events = description.events().map(|(channel, described)| Line {
            channel,
            kind: if described.shared() { "shared event" } else { "event" },
            doc: described.doc(),
            permission: described.permission(),
            deprecated: described.deprecated().is_some(),
        });
        let prefix = self.pattern.as_deref().map(|pattern| pattern.strip_suffix('*').unwrap_or(pattern));
        let mut lines: Vec<_> = channels
            .chain(events)
            .filter(|line| prefix.is_none_or(|prefix| line.channel.starts_with(prefix)))
            .collect();
        lines.sort_unstable_by_key(|line| line.channel);
        if output.is_for_people() {
            people(&lines, output)
        } else {
            lines.iter().try_for_each(|line| output.json(&line.json()))
        }
    }
}

impl Line<'_> {
    fn summary(&self) -> String {
        let first = clean(self.doc.lines().next().unwrap_or_default());
        if self.deprecated { format!("deprecated: {first}") } else { first }
    }

    fn json(&self) -> serde_json::Value {
        let Self { channel, kind, doc, permission, deprecated } = self;
        json!({"channel": channel, "kind": kind, "doc": doc, "permission": permission, "deprecated": deprecated})
    }
}

fn people(lines: &[Line<'_>], output: &Output) -> Result<(), Failed> {
    if lines.is_empty() {
        output.note("there is nothing that you may use");
    }
    let mut table = Table::default();
    for line in lines {
        table.row([(NAME, clean(line.channel)), (WORD, line.kind.to_owned()), (DIM, line.summary())]);
    }
    output.table(&table)
}
