//! `ipc export`: what a contract becomes for a frontend, for tools and for people.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ipc_bridge::Description;
use ipc_bridge::export::{self, AsyncApiInfo, TypeScript};

use crate::catalog::described;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What it becomes.
    format: Format,
    /// Takes the description from this file, or from standard input with `-`, and not from a server.
    #[arg(long, value_name = "FILE|-")]
    from: Option<PathBuf>,
    /// Writes to this file, and not to standard output; with --each, to this folder.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Writes nothing, and fails where the file of --output is not what would be written.
    #[arg(long, requires = "output")]
    check: bool,
    /// schema: a file for each channel.
    #[arg(long, requires = "output")]
    each: bool,
    /// asyncapi, html: what the application is called.
    #[arg(long, default_value = "IPC contract", value_name = "TEXT")]
    title: String,
    /// asyncapi: the version of the application's interface.
    #[arg(long, default_value = "0.0.0", value_name = "VERSION")]
    api_version: String,
    /// ts: every integer of 64 bits is a `bigint`.
    #[arg(long)]
    bigint: bool,
    /// ts: what the runtime is imported from, in the place of `ipc-bridge/bindings`.
    #[arg(long, value_name = "MODULE")]
    runtime: Option<String>,
    /// ts: the module of the validators that check what is sent and received.
    #[arg(long, value_name = "MODULE")]
    validators: Option<String>,
}

/// What a contract becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// TypeScript: types, and a client of them.
    Ts,
    /// JSON Schema 2020-12.
    Schema,
    /// AsyncAPI 3.
    Asyncapi,
    /// A page for people.
    Html,
}

impl Export {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let description = described(self.from.as_deref(), options, output).await?;
        if self.each && self.format != Format::Schema {
            return Err(Failed::usage("--each is for `ipc export schema`: all else is one file"));
        }
        let files = self.files(&description)?;
        match &self.output {
            None => files.values().try_for_each(|text| output.bytes(text.as_bytes())),
            Some(place) if self.check => self.compare(place, &files),
            Some(place) => self.write(place, &files),
        }
    }

    /// What is written, by the names within the folder; by an empty one where it is one file.
    fn files(&self, description: &Description) -> Result<BTreeMap<String, String>, Failed> {
        let text = match self.format {
            Format::Ts => self.typescript(description)?,
            Format::Schema if self.each => {
                let all = export::json_schemas(description).into_iter();
                return Ok(all.map(|(name, schema)| (name, format!("{schema:#}\n"))).collect());
            }
            Format::Schema => format!("{:#}\n", export::json_schema(description)),
            Format::Asyncapi => {
                let info = AsyncApiInfo::new(&self.title, &self.api_version);
                format!("{:#}\n", export::asyncapi(description, &info))
            }
            Format::Html => export::html(description, &self.title),
        };
        Ok([(String::new(), text)].into())
    }

    fn typescript(&self, description: &Description) -> Result<String, Failed> {
        let mut bindings = TypeScript::new().bigint(self.bigint);
        if let Some(module) = &self.runtime {
            bindings = bindings.runtime(module);
        }
        if let Some(module) = &self.validators {
            bindings = bindings.validators(module);
        }
        bindings.write(description).map_err(|error| {
            let failed = Failed::of("TypeScript has no types for this contract");
            error.problems().iter().fold(failed, |failed, problem| failed.note(problem))
        })
    }

    fn write(&self, place: &Path, files: &BTreeMap<String, String>) -> Result<(), Failed> {
        let failed = |path: &Path, error| Failed::of(format_args!("{}: {error}", path.display()));
        if self.each {
            fs::create_dir_all(place).map_err(|error| failed(place, error))?;
        }
        for (name, text) in files {
            let path = file(place, name);
            fs::write(&path, text).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }

    fn compare(&self, place: &Path, files: &BTreeMap<String, String>) -> Result<(), Failed> {
        for (name, text) in files {
            let path = file(place, name);
            // One that cannot be read is none that is right.
            let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
            if there != *text {
                return Err(Failed::of(format_args!("{} is not what the contract says", path.display()))
                    .note("the same command without --check writes it anew"));
            }
        }
        Ok(())
    }
}

fn file(place: &Path, name: &str) -> PathBuf {
    if name.is_empty() { place.to_owned() } else { place.join(name) }
}
