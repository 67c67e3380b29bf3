//! The commands, one in each file.

mod bench;
mod call;
mod completions;
mod describe;
mod diff;
mod doctor;
mod export;
mod list;
mod publish;
mod stream;
mod subscribe;
mod tap;

use clap::Subcommand;

use crate::failure::Failed;
use crate::options::Arguments;
use crate::output::Output;

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists what a server has, and you may use.
    List(list::List),
    /// Says what a channel or an event takes and answers; without one, the whole contract.
    Describe(describe::Describe),
    /// Calls a channel, and prints the answer.
    Call(call::Call),
    /// Calls a channel that answers with a stream, and prints its items.
    Stream(stream::Stream),
    /// Prints events as they are published.
    Subscribe(subscribe::Subscribe),
    /// Publishes an event that the server shares with its peers.
    Publish(publish::Publish),
    /// Writes the contract for a frontend, for tools or for people.
    Export(export::Export),
    /// Says what is different between two contracts, and whom that breaks.
    Diff(diff::Diff),
    /// Calls a channel again and again, and tells how fast it answers.
    Bench(bench::Bench),
    /// Prints what passes through a server that lets you watch.
    Tap(tap::Tap),
    /// Looks for what is wrong: with endpoints, with a server, with versions.
    Doctor(doctor::Doctor),
    /// Writes what completes command lines in a shell.
    Completions(completions::Completions),
}

pub(crate) async fn run(arguments: Arguments, output: &Output) -> Result<(), Failed> {
    let Arguments { options, command } = arguments;
    match command {
        Command::List(list) => list.run(&options, output).await,
        Command::Describe(describe) => describe.run(&options, output).await,
        Command::Call(call) => call.run(&options, output).await,
        Command::Stream(stream) => stream.run(&options, output).await,
        Command::Subscribe(subscribe) => subscribe.run(&options, output).await,
        Command::Publish(publish) => publish.run(&options, output).await,
        Command::Export(export) => export.run(&options, output).await,
        Command::Diff(diff) => diff.run(&options, output).await,
        Command::Bench(bench) => bench.run(&options, output).await,
        Command::Tap(tap) => tap.run(&options, output).await,
        Command::Doctor(doctor) => doctor.run(&options, output).await,
        Command::Completions(completions) => completions.run(output),
    }
}

/// Done when the user has had enough.
async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        // Then it ends as any program does that is interrupted.
        drop(error);
        std::future::pending::<()>().await;
    }
}
