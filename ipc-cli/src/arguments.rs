//! What stands behind a channel on the command line: `id=7`, `filter.name=ann`, `tags:=["a"]`, `'{"id":7}'`, `@file`, `-`.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use clap::Args;

use crate::failure::Failed;
use crate::payload::Target;

/// The request, on the command line.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The request: `name=value`, `a.b=value`, `name:=JSON`, `name=@FILE`; or the whole as JSON, from a file with
    /// `@FILE`, from standard input with `-`.
    #[arg(value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
}

impl Request {
    /// Reads the arguments, and the files that they name. Without any, a request that needs something is read from
    /// standard input, where that is no terminal.
    ///
    /// # Errors
    ///
    /// What is no argument, and what cannot be read.
    pub(crate) fn read(&self, target: &Target<'_>) -> Result<Vec<Argument>, Failed> {
        if self.arguments.is_empty() && target.needs_something() && !io::stdin().is_terminal() {
            let text = standard_input()?;
            if !text.trim().is_empty() {
                return Ok(vec![Argument::Whole(Given::Json(text))]);
            }
        }
        read(&self.arguments)
    }
}

/// One argument, with what it has from files.
#[derive(Debug, PartialEq)]
pub(crate) enum Argument {
    /// A field gets a value.
    Field { path: Vec<String>, value: Given },
    /// All of the request.
    Whole(Given),
}

/// A value as it was given.
#[derive(Debug, PartialEq)]
pub(crate) enum Given {
    /// A text, which becomes what its place takes.
    Text(String),
    /// JSON.
    Json(String),
    /// What a file has.
    File(Vec<u8>),
}

/// Reads the arguments, and the files that they name.
fn read(arguments: &[String]) -> Result<Vec<Argument>, Failed> {
    let read: Vec<_> = arguments.iter().map(|argument| one(argument)).collect::<Result<_, _>>()?;
    if read.len() > 1 && read.iter().any(|argument| matches!(argument, Argument::Whole(_))) {
        return Err(Failed::usage(
            "the request is given as a whole, or field by field with `name=value`, and not both",
        ));
    }
    Ok(read)
}

fn one(argument: &str) -> Result<Argument, Failed> {
    if argument == "-" {
        return Ok(Argument::Whole(Given::Json(standard_input()?)));
    }
    if let Some(path) = argument.strip_prefix('@') {
        return Ok(Argument::Whole(Given::Json(text_file(Path::new(path))?)));
    }
    if argument.starts_with(['{', '[', '"']) {
        return Ok(Argument::Whole(Given::Json(argument.to_owned())));
    }
    let Some((name, value)) = argument.split_once('=') else {
        return Ok(Argument::Whole(Given::Text(argument.to_owned())));
    };
    let (name, value) = match (name.strip_suffix(':'), value.strip_prefix('@')) {
        (Some(name), Some(path)) => (name, Given::Json(text_file(Path::new(path))?)),
        (Some(name), None) => (name, Given::Json(value.to_owned())),
        (None, Some(path)) => (name, Given::File(file(Path::new(path))?)),
        (None, None) => (name, Given::Text(value.to_owned())),
    };
    let path: Vec<_> = name.split('.').map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        return Err(Failed::usage(format_args!("`{argument}` names no field: `name=value`, or `a.b=value`")));
    }
    Ok(Argument::Field { path, value })
}

/// All of standard input.
pub(crate) fn standard_input() -> Result<String, Failed> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(|error| Failed::file("standard input", error))?;
    Ok(text)
}

fn file(path: &Path) -> Result<Vec<u8>, Failed> {
    std::fs::read(path).map_err(|error| Failed::file(path.display(), error))
}

/// All of a file, which is text.
pub(crate) fn text_file(path: &Path) -> Result<String, Failed> {
    String::from_utf8(file(path)?).map_err(|error| Failed::file(path.display(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &[&str], value: Given) -> Argument {
        Argument::Field { path: path.iter().map(|part| (*part).to_owned()).collect(), value }
    }

    #[test]
    fn an_argument_is_a_field_or_the_whole() {
        let text = |text: &str| Given::Text(text.to_owned());
        let json = |text: &str| Given::Json(text.to_owned());
        for (argument, expected) in [
            ("id=7", field(&["id"], text("7"))),
            ("a.b=x=y", field(&["a", "b"], text("x=y"))),
            ("empty=", field(&["empty"], text(""))),
            ("tags:=[1]", field(&["tags"], json("[1]"))),
            (r#"{"id":7}"#, Argument::Whole(json(r#"{"id":7}"#))),
            ("hello", Argument::Whole(text("hello"))),
        ] {
            assert_eq!(one(argument).expect(argument), expected);
        }
        for argument in ["=7", "a..b=7", ".=7", "id=@/no/such/file", "@/no/such/file"] {
            assert!(one(argument).is_err(), "{argument}");
        }
        assert!(read(&["{}".to_owned(), "id=7".to_owned()]).is_err(), "one or the other");
    }
}
