//! The program that plays every role: it runs the rounds, and is the server and the client of each measurement.

#![expect(clippy::print_stdout, reason = "a program that reports on standard output")]

mod options;

use anyhow::Result;
use ipc_benches::counting;
#[cfg(unix)]
use ipc_benches::floor::{Floor, SplitFloor};
use ipc_benches::framework::{Crowded, Framework};
use ipc_benches::runner;
use ipc_benches::side::{self, Offer};

/// The sides of the comparison; the first is what the others are measured against.
///
/// The floor is written for Unix sockets; elsewhere the framework has only itself beside it.
const OFFERS: &[Offer] = &[
    #[cfg(unix)]
    Offer::of::<Floor>("floor"),
    Offer::of::<Framework>("framework"),
    #[cfg(unix)]
    Offer::of::<SplitFloor>("floor-split").remark("the floor, which writes after every 8 answers of a batch"),
    Offer::of::<Crowded>("framework-crowded").remark("the framework, whose router has 10,000 channels instead of 6"),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if side::serve(arguments.first().map(String::as_str), OFFERS)? {
        return Ok(());
    }
    let report = match arguments.split_first() {
        Some((first, rest)) if first == "instructions" => counting::instructions::run(rest, &side::own(OFFERS)?)?,
        Some((first, rest)) if first == "syscalls" => counting::system_calls::run(rest, side::own(OFFERS)?)?,
        _ => runner::run(&options::plan(&arguments, side::own(OFFERS)?)?)?,
    };
    println!("{report}");
    Ok(())
}
