//! What a server has, as it tells this program.

use std::path::Path;

use ipc_bridge::{ChannelDescription, Client, Description, EventDescription};

use serde_json::Value;

use crate::arguments::{standard_input, text_file};
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::suggestion::instead;

/// What the server tells, where it does.
pub(crate) struct Catalog(Option<Description>);

impl Catalog {
    /// Asks the server; one that does not tell is used all the same.
    pub(crate) async fn asked(client: &Client) -> Result<Self, Failed> {
        match required(client).await {
            Ok(description) => Ok(Self(Some(description))),
            Err(failed) if matches!(failed.code.as_deref(), Some("DENIED" | "UNKNOWN_CHANNEL")) => Ok(Self(None)),
            Err(failed) => Err(failed),
        }
    }

    /// What a handler's request must be, by its schema.
    pub(crate) fn request_of(&self, channel: &str) -> Option<(&Description, &Value)> {
        let description = self.0.as_ref()?;
        Some((description, description.channel(channel)?.request().as_value()))
    }

    /// What an event must be, by its schema.
    pub(crate) fn event_of(&self, channel: &str) -> Option<(&Description, &Value)> {
        let description = self.0.as_ref()?;
        Some((description, description.event(channel)?.data().as_value()))
    }

    /// The handler on this channel, where the server tells what there is.
    ///
    /// # Errors
    ///
    /// It tells that there is none.
    pub(crate) fn handler(&self, channel: &str) -> Result<Option<&ChannelDescription>, Failed> {
        let Some(description) = &self.0 else { return Ok(None) };
        if let Some(found) = description.channel(channel) {
            return Ok(Some(found));
        }
        if description.event(channel).is_some() {
            return Err(Failed::usage(format_args!("`{channel}` is an event, and is not called"))
                .note(format_args!("ipc subscribe {channel} hears it, and ipc publish {channel} says it")));
        }
        Err(unknown("channel", channel, description.channels().map(|(name, _)| name)))
    }

    /// The event on this channel, where the server tells what there is.
    ///
    /// # Errors
    ///
    /// It tells that there is none.
    pub(crate) fn event(&self, channel: &str) -> Result<Option<&EventDescription>, Failed> {
        let Some(description) = &self.0 else { return Ok(None) };
        if let Some(found) = description.event(channel) {
            return Ok(Some(found));
        }
        if description.channel(channel).is_some() {
            return Err(Failed::usage(format_args!("`{channel}` is no event: it is called"))
                .note(format_args!("ipc call {channel}")));
        }
        Err(unknown("event", channel, description.events().map(|(name, _)| name)))
    }
}

/// What the server has, which it must tell.
pub(crate) async fn required(client: &Client) -> Result<Description, Failed> {
    client.describe().await.map_err(|error| {
        let failed = Failed::of_call("ipc:introspect", &error);
        match error.code() {
            Some("UNKNOWN_CHANNEL") => Failed {
                said: "the server tells nobody what there is: it was built with `introspection(false)`, or is an older one"
                    .to_owned(),
                ..failed
            },
            _ => failed,
        }
    })
}

/// There is no such channel.
pub(crate) fn unknown<'a>(what: &str, name: &str, names: impl IntoIterator<Item = &'a str>) -> Failed {
    let names: Vec<_> = names.into_iter().collect();
    let failed = Failed::of(format_args!("there is no {what} `{name}`, or it is not granted"));
    let failed = Failed { code: Some("UNKNOWN_CHANNEL".to_owned()), ..failed };
    match instead(name, names) {
        Some(note) => failed.note(note),
        None => failed,
    }
}

/// How a channel is called.
pub(crate) fn kind(channel: &ChannelDescription) -> &'static str {
    match (channel.incoming(), channel.item()) {
        (None, None) => "call",
        (None, Some(_)) => "stream",
        (Some(_), None) => "upload",
        (Some(_), Some(_)) => "duplex",
    }
}

/// The description in a file, or in standard input with `-`; without either, what the server has.
pub(crate) async fn described(from: Option<&Path>, options: &Options, output: &Output) -> Result<Description, Failed> {
    let Some(path) = from else {
        let client = connect(options).await?;
        let description = required(&client).await?;
        let is_all = client.server().grants.as_deref().is_some_and(|grants| grants.iter().any(|grant| grant == "*"));
        if !is_all {
            output.note("what you may not use of this server is not in it: a token grants more");
        }
        return Ok(description);
    };
    let shown = path.display();
    let text = if path.as_os_str() == "-" { standard_input()? } else { text_file(path)? };
    serde_json::from_str(&text).map_err(|error| {
        Failed::usage(format_args!("{shown} is no description: {error}"))
            .note("`ipc describe` writes one, and so does `Router::description`")
    })
}
