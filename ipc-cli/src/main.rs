//! The program `ipc`: looks at IPC Bridge servers, calls them, listens to them and watches them.
//!
//! One file for each command, in `commands`; what they have in common stands beside it. It uses the package `ipc-bridge`
//! and nothing below it, as any program could. `docs/cli.md` is the guide.

mod arguments;
mod catalog;
mod commands;
mod connection;
mod failure;
mod options;
mod output;
mod payload;
mod schema;
mod suggestion;
mod upload;

use std::process::ExitCode;

use clap::Parser as _;

use crate::options::Arguments;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.options.json, arguments.options.color);
    let ran = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let ran = runtime.block_on(commands::run(arguments, &output));
            // A thread that waits for standard input would be waited for.
            runtime.shutdown_background();
            ran
        }
        Err(error) => Err(failure::Failed::of(format_args!("there are no threads to work with: {error}"))),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => output.failed(&failed),
    }
}
