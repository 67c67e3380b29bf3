//! What is written: for people on a terminal, as lines of JSON into a pipe.

mod json;
pub(crate) mod style;
mod table;

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use ipc_bridge::Bytes;
use serde::Serialize;

use crate::failure::Failed;
use crate::options::Color;

pub(crate) use table::Table;

/// Where a command writes.
pub(crate) struct Output {
    json: bool,
    color: ColorChoice,
    for_people: bool,
}

impl Output {
    pub(crate) fn new(json: bool, color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let for_people = !json && (color == Color::Always || io::stdout().is_terminal());
        Self { json, color: choice, for_people }
    }

    /// Whether a person reads it.
    pub(crate) fn is_for_people(&self) -> bool {
        self.for_people
    }

    /// Writes a line, with styles.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn line(&self, line: impl std::fmt::Display) -> Result<(), Failed> {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        written(writeln!(out, "{line}").and_then(|()| out.flush()))
    }

    /// Writes one value as a line of JSON.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Failed> {
        let mut line = serde_json::to_vec(value).map_err(|error| Failed::of(format_args!("no JSON: {error}")))?;
        line.push(b'\n');
        self.bytes(&line)
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failed> {
        let mut out = io::stdout().lock();
        written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes data as it travelled, with base64 in the place of binary data: over lines and in colours for people, on one
    /// line otherwise.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn data(&self, text: &[u8], attachments: &[Bytes]) -> Result<(), Failed> {
        if self.for_people { self.line(json::pretty(text, attachments)) } else { self.compact(text, attachments) }
    }

    /// Writes data on one line.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn compact(&self, text: &[u8], attachments: &[Bytes]) -> Result<(), Failed> {
        let mut line = json::compact(text, attachments);
        line.push('\n');
        self.bytes(line.as_bytes())
    }

    /// Data on one line, as JSON.
    pub(crate) fn plain(text: &[u8], attachments: &[Bytes]) -> String {
        json::compact(text, attachments)
    }

    /// Data on one line, in colours.
    pub(crate) fn colored(text: &[u8], attachments: &[Bytes]) -> String {
        json::colored(text, attachments)
    }

    /// Writes a table for people.
    ///
    /// # Errors
    ///
    /// Nobody reads any more, or the disk is full.
    pub(crate) fn table(&self, table: &Table) -> Result<(), Failed> {
        table.lines().into_iter().try_for_each(|line| self.line(line))
    }

    /// Says something beside what the command writes.
    pub(crate) fn note(&self, said: impl std::fmt::Display) {
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        // Where nobody reads errors, there is nobody to tell.
        drop(writeln!(err, "{}{said}{:#}", style::DIM, style::DIM));
    }

    /// Tells why a command did not go well.
    pub(crate) fn failed(&self, failed: &Failed) -> ExitCode {
        if failed.is_silent() {
            return ExitCode::SUCCESS;
        }
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        let told = if self.json {
            writeln!(err, "{}", failed.to_json())
        } else {
            let (error, dim) = (style::ERROR, style::DIM);
            let first = writeln!(err, "{error}error:{error:#} {}", style::clean(&failed.said));
            let notes = failed.notes.iter().map(|note| style::clean(note));
            notes.fold(first, |told, note| told.and_then(|()| writeln!(err, "  {dim}{note}{dim:#}")))
        };
        // Where nobody reads errors, the exit code is left.
        drop(told);
        failed.exit.into()
    }
}

fn written(result: io::Result<()>) -> Result<(), Failed> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failed::nobody_reads(),
        _ => Failed::of(format_args!("the output cannot be written: {error}")),
    })
}
