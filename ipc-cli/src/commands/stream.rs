//! `ipc stream`: one request, many items.

use std::pin::pin;

use clap::Args;
use ipc_bridge::AnyRequest;

use super::call::print;
use super::interrupted;
use crate::arguments::Request;
use crate::catalog::Catalog;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::payload::Target;
use crate::upload::Upload;

#[derive(Debug, Args)]
pub(crate) struct Stream {
    /// The channel.
    channel: String,
    #[command(flatten)]
    request: Request,
    #[command(flatten)]
    upload: Upload,
    /// Ends after this many items.
    #[arg(long, value_name = "ITEMS")]
    limit: Option<u64>,
    /// Prints items bare: a text without its quotes, binary data as it is, all else as JSON on one line.
    #[arg(long)]
    raw: bool,
}

impl Stream {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let catalog = Catalog::asked(&client).await?;
        let channel = &self.channel;
        let described = catalog.handler(channel)?;
        if described.is_some_and(|described| described.item().is_none()) {
            return Err(
                Failed::usage(format_args!("`{channel}` answers once")).note(format_args!("ipc call {channel}"))
            );
        }
        let target = Target { channel, schema: catalog.request_of(channel) };
        let payload = target.payload(self.request.read(&target)?)?;
        let mut request = AnyRequest::new(channel, &payload).map_err(Failed::of)?;
        if let Some(items) = self.upload.items(channel, described).await? {
            request = request.upload(items);
        }
        let mut items = client.stream_any(request).await.map_err(|error| Failed::of_call(channel, &error))?;
        // One for all: a signal that came between two would be lost.
        let mut interrupted = pin!(interrupted());
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            let next = tokio::select! {
                next = items.next() => next,
                () = &mut interrupted => return Ok(()),
            };
            match next {
                Some(Ok(item)) => print(&item, self.raw, output)?,
                Some(Err(error)) => return Err(Failed::of_call(channel, &error)),
                None => return Ok(()),
            }
            left -= 1;
        }
        Ok(())
    }
}
