//! `ipc call`: one request, one answer.

use clap::Args;
use ipc_bridge::{AnyData, AnyRequest, Bytes};

use crate::arguments::Request;
use crate::catalog::Catalog;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::payload::Target;
use crate::upload::Upload;

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The channel.
    channel: String,
    #[command(flatten)]
    request: Request,
    #[command(flatten)]
    upload: Upload,
    /// Prints the answer bare: a text without its quotes, binary data as it is, all else as JSON on one line.
    #[arg(long)]
    raw: bool,
}

impl Call {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let catalog = Catalog::asked(&client).await?;
        let channel = &self.channel;
        let described = catalog.handler(channel)?;
        if described.is_some_and(|described| described.item().is_some()) {
            return Err(Failed::usage(format_args!("`{channel}` answers with a stream"))
                .note(format_args!("ipc stream {channel}")));
        }
        let target = Target { channel, schema: catalog.request_of(channel) };
        let payload = target.payload(self.request.read(&target)?)?;
        let mut request = AnyRequest::new(channel, &payload).map_err(Failed::of)?;
        if let Some(items) = self.upload.items(channel, described).await? {
            request = request.upload(items);
        }
        let answer = client.invoke_any(request).await.map_err(|error| Failed::of_call(channel, &error))?;
        print(&answer, self.raw, output)
    }
}

/// Prints data as it came.
pub(super) fn print(data: &AnyData, raw: bool, output: &Output) -> Result<(), Failed> {
    let attachments: Vec<_> = data.attachments().collect();
    if !raw {
        return output.data(data.json(), &attachments);
    }
    if !attachments.is_empty()
        && let Ok(bytes) = data.read::<Bytes>()
    {
        return output.bytes(&bytes);
    }
    match data.read::<String>() {
        Ok(text) => output.bytes(format!("{text}\n").as_bytes()),
        Err(_) => output.compact(data.json(), &attachments),
    }
}
