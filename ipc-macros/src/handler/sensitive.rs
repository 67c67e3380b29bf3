//! `#[ipc(sensitive)]` on a parameter: its value stays out of logs and error messages.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Meta};

use crate::arguments::{self, skip};
use crate::diagnostics::{Diagnostics, expected};

/// What stands in the parentheses of `#[ipc(…)]` on a parameter.
const OPTIONS: [&str; 1] = ["sensitive"];

/// Reads the `#[ipc(…)]` among the marks of a parameter, and reports each mistake in them.
pub(super) fn read(marks: &[Attribute], diagnostics: &mut Diagnostics) -> Option<Ident> {
    let mut reader = Reader { sensitive: None, diagnostics };
    for mark in marks.iter().filter(|mark| mark.path().is_ident("ipc")) {
        match &mark.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                arguments::read_all(list.tokens.clone(), &mut reader);
            }
            other => reader.diagnostics.report(other, "`#[ipc(…)]` says nothing here: write `#[ipc(sensitive)]`"),
        }
    }
    reader.sensitive
}

struct Reader<'a> {
    sensitive: Option<Ident>,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found = skip(input);
            self.diagnostics.report(found, "expected the name of an option: `#[ipc(sensitive)]`");
            return Ok(());
        }
        let name = Ident::parse_any(input)?;
        let value = skip(input);
        if name != "sensitive" {
            let unknown = name.to_string();
            let expected = expected(&unknown, &OPTIONS);
            self.diagnostics.report(&name, format_args!("unknown option `{unknown}` of a parameter, {expected}"));
            return Ok(());
        }
        if !value.is_empty() {
            self.diagnostics.report(value, "`sensitive` takes no value: write `#[ipc(sensitive)]`");
        }
        if self.sensitive.replace(name.clone()).is_some() {
            self.diagnostics.report(name, "`sensitive` is given twice: leave one out");
        }
        Ok(())
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diagnostics
    }
}
