//! `ipc doctor`: what is wrong, and what mends it.

mod endpoints;
mod protocol;
mod server;
mod versions;

use anstyle::Style;
use clap::Args;
use serde::Serialize;

use crate::connection;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::output::style::{DIM, ERROR, GOOD, WARNING, clean, styled};

#[derive(Debug, Args)]
pub(crate) struct Doctor {}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Good,
    /// It works, and may surprise.
    Warning,
    /// It does not work.
    Bad,
}

/// What was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    level: Level,
    /// What it is about.
    subject: &'static str,
    said: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn good(subject: &'static str, said: impl Into<String>) -> Self {
        Self { level: Level::Good, subject, said: said.into(), mend: None }
    }

    fn warning(subject: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { level: Level::Warning, subject, said: said.into(), mend: Some(mend.into()) }
    }

    fn bad(subject: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { level: Level::Bad, subject, said: said.into(), mend: Some(mend.into()) }
    }

    fn line(&self) -> String {
        let (style, sign): (Style, _) = match self.level {
            Level::Good => (GOOD, "ok"),
            Level::Warning => (WARNING, "!!"),
            Level::Bad => (ERROR, "no"),
        };
        format!("{} {:<8} {}", styled(style, sign), self.subject, clean(&self.said))
    }
}

impl Doctor {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        // The endpoint that is asked for, or the only one, is connected to with its token, and once.
        let asked = connection::endpoint(options);
        let mut findings = endpoints::look(asked.as_ref().ok().map(|(_, shown)| shown.as_str())).await;
        findings.extend(server::look(options, asked).await);
        findings.extend(versions::look());
        for finding in &findings {
            if !output.is_for_people() {
                output.json(finding)?;
                continue;
            }
            output.line(finding.line())?;
            if let Some(mend) = &finding.mend {
                output.line(format_args!("            {}", styled(DIM, clean(mend))))?;
            }
        }
        match findings.iter().filter(|finding| finding.level == Level::Bad).count() {
            0 => Ok(()),
            1 => Err(Failed::of("one thing is wrong")),
            several => Err(Failed::of(format_args!("{several} things are wrong"))),
        }
    }
}
