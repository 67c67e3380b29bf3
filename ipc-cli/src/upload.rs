//! What is sent beside a request: lines of JSON, or the bytes of a file.

use std::path::PathBuf;

use clap::Args;
use futures_util::stream;
use ipc_bridge::{Bytes, ChannelDescription, Incoming};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::failure::Failed;

/// The bytes that are read at once of what is sent as bytes.
const CHUNK: usize = 64 * 1024;

/// What is sent beside the request.
#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Sends what this file has beside the request, or standard input with `-`: one JSON value a line; where the channel
    /// takes binary data, the bytes.
    #[arg(long, value_name = "FILE|-")]
    upload: Option<PathBuf>,
}

/// An item on its way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Sent {
    Bytes(Bytes),
    Json(Value),
}

type Source = Box<dyn AsyncBufRead + Send + Unpin>;

impl Upload {
    /// The items for a channel, if there are any.
    ///
    /// # Errors
    ///
    /// The channel takes none, or the file cannot be read.
    pub(crate) async fn items(
        &self,
        channel: &str,
        described: Option<&ChannelDescription>,
    ) -> Result<Option<Incoming<Sent>>, Failed> {
        let takes = described.map(ChannelDescription::incoming);
        let Some(path) = &self.upload else {
            return match takes {
                Some(Some(_)) => Err(Failed::usage(format_args!("`{channel}` takes a stream beside its request"))
                    .note("--upload FILE sends one, --upload - that of standard input")),
                _ => Ok(None),
            };
        };
        if takes == Some(None) {
            return Err(Failed::usage(format_args!(
                "`{channel}` takes no stream beside its request: leave --upload out"
            )));
        }
        let is_binary = takes.flatten().is_some_and(|schema| schema.get("x-ipc-binary") == Some(&Value::Bool(true)));
        let source: Source = if path.as_os_str() == "-" {
            Box::new(BufReader::with_capacity(CHUNK, tokio::io::stdin()))
        } else {
            let file = tokio::fs::File::open(path).await.map_err(|error| Failed::file(path.display(), error))?;
            Box::new(BufReader::with_capacity(CHUNK, file))
        };
        Ok(Some(if is_binary { Incoming::try_new(chunks(source)) } else { Incoming::try_new(lines(source)) }))
    }
}

fn chunks(source: Source) -> impl futures_util::Stream<Item = Result<Sent, String>> + Send {
    stream::unfold(Some(source), |source| async move {
        let mut source = source?;
        let mut chunk = Vec::with_capacity(CHUNK);
        match (&mut source).take(CHUNK as u64).read_to_end(&mut chunk).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(Sent::Bytes(chunk.into())), Some(source))),
            Err(error) => Some((Err(error.to_string()), None)),
        }
    })
}

fn lines(source: Source) -> impl futures_util::Stream<Item = Result<Sent, String>> + Send {
    stream::unfold(Some((source, 0_u64)), |state| async move {
        let (mut source, mut number) = state?;
        loop {
            let mut line = String::new();
            number += 1;
            match source.read_line(&mut line).await {
                Ok(0) => return None,
                Ok(_) if line.trim().is_empty() => {}
                Ok(_) => {
                    return Some(match serde_json::from_str(&line) {
                        Ok(value) => (Ok(Sent::Json(value)), Some((source, number))),
                        Err(error) => (Err(format!("line {number} is no JSON: {error}")), None),
                    });
                }
                Err(error) => return Some((Err(error.to_string()), None)),
            }
        }
    })
}
