//! `#[ipc(…)]` on a parameter: `sensitive` keeps its value out of logs and error messages, `bigint` makes its integers
//! exact in TypeScript.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Meta};

use crate::arguments::{self, skip};
use crate::diagnostics::{Diagnostics, expected};

/// What stands in the parentheses of `#[ipc(…)]` on a parameter.
const OPTIONS: [&str; 2] = ["sensitive", "bigint"];

/// What `#[ipc(…)]` says of a parameter; each where it was written.
#[derive(Default)]
pub(crate) struct IpcMarks {
    pub(crate) sensitive: Option<Ident>,
    pub(crate) bigint: Option<Ident>,
}

/// Reads the `#[ipc(…)]` among the marks of a parameter, and reports each mistake in them.
pub(super) fn read(marks: &[Attribute], diagnostics: &mut Diagnostics) -> IpcMarks {
    let mut reader = Reader { read: IpcMarks::default(), diagnostics };
    for mark in marks.iter().filter(|mark| mark.path().is_ident("ipc")) {
        match &mark.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                arguments::read_all(list.tokens.clone(), &mut reader);
            }
            other => reader
                .diagnostics
                .report(other, "`#[ipc(…)]` says nothing here: write `#[ipc(sensitive)]` or `#[ipc(bigint)]`"),
        }
    }
    reader.read
}

struct Reader<'a> {
    read: IpcMarks,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found = skip(input);
            self.diagnostics.report(found, "expected the name of an option: `#[ipc(sensitive)]` or `#[ipc(bigint)]`");
            return Ok(());
        }
        let name = Ident::parse_any(input)?;
        let value = skip(input);
        let text = name.to_string();
        let option = match text.as_str() {
            "sensitive" => &mut self.read.sensitive,
            "bigint" => &mut self.read.bigint,
            unknown => {
                let expected = expected(unknown, &OPTIONS);
                self.diagnostics.report(&name, format_args!("unknown option `{unknown}` of a parameter, {expected}"));
                return Ok(());
            }
        };
        let twice = option.replace(name.clone()).is_some();
        if !value.is_empty() {
            self.diagnostics.report(value, format_args!("`{text}` takes no value: write `#[ipc({text})]`"));
        }
        if twice {
            self.diagnostics.report(name, format_args!("`{text}` is given twice: leave one out"));
        }
        Ok(())
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}
