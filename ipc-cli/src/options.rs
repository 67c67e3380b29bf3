//! What stands on the command line for every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// Looks at IPC Bridge servers, calls them, listens to them and watches them.
#[derive(Debug, Parser)]
#[command(name = "ipc", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 it went well; 1 the call failed, or something is wrong; 2 the command line is wrong; \
                        3 there is no connection."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for every command.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the server listens: a name, or the path of a socket or a pipe. Without it, the only server that runs.
    #[arg(long, short, global = true, env = "IPC_ENDPOINT", value_name = "NAME|PATH")]
    pub(crate) endpoint: Option<String>,
    /// Shows the server the token in this file. The environment variable IPC_TOKEN has one, too.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// How long an answer may take: 500ms, 2s, 1m. A stream has ended by then.
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Writes JSON, one value a line, as it does into a pipe; errors too.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Whether to write for people, in colours: `always` does so into a pipe as well.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When to write for people, in colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// For people on a terminal, and never in colours.
    Never,
}

/// A time with its unit; a number alone has seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("a time is a number with `ms`, `s`, `m` or `h` behind it: 500ms, 2s".to_owned()),
    };
    let time = number.parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number * seconds).ok());
    time.filter(|time| !time.is_zero()).ok_or_else(|| "a time is a number above 0: 500ms, 2s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        for (text, millis) in [("500ms", 500), ("2s", 2000), ("2", 2000), ("1.5m", 90_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "2d", "-1s", "0", "1e9h", "two", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
