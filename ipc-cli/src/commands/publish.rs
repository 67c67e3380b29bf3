//! `ipc publish`: an event to all who hear it.

use clap::Args;
use ipc_bridge::AnyRequest;

use crate::arguments::Request;
use crate::catalog::Catalog;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::payload::Target;

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The event's channel.
    channel: String,
    #[command(flatten)]
    event: Request,
}

impl Publish {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let catalog = Catalog::asked(&client).await?;
        let channel = &self.channel;
        if catalog.event(channel)?.is_some_and(|event| !event.shared()) {
            return Err(Failed::usage(format_args!("`{channel}` is published by the server alone"))
                .note("a server lets its peers publish what it declares with `Router::shared_event`"));
        }
        let target = Target { channel, schema: catalog.event_of(channel) };
        let event = target.payload(self.event.read(&target)?)?;
        let request = AnyRequest::new(channel, &event).map_err(Failed::of)?;
        client.invoke_any(request).await.map_err(|error| Failed::of_call(channel, &error))?;
        if output.is_for_people() {
            output.note("published");
        }
        Ok(())
    }
}
