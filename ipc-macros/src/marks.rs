//! `#[ipc(…)]` on a parameter or on a field: `sensitive` keeps its value out of logs and error messages, `bigint` makes its
//! integers exact in TypeScript.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Meta};

use crate::arguments::{self, skip};
use crate::diagnostics::{Diagnostics, expected};

/// What the marks stand on.
#[derive(Clone, Copy)]
pub(crate) enum Bearer {
    /// A parameter of a handler.
    Parameter,
    /// A field of an event.
    Field,
}

impl Bearer {
    const fn name(self) -> &'static str {
        match self {
            Self::Parameter => "a parameter",
            Self::Field => "a field",
        }
    }

    /// What stands in the parentheses there.
    const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Parameter => &["sensitive", "bigint"],
            Self::Field => &["bigint"],
        }
    }

    fn example(self) -> String {
        self.options().iter().map(|option| format!("`#[ipc({option})]`")).collect::<Vec<_>>().join(" or ")
    }
}

/// What `#[ipc(…)]` says; each where it was written.
#[derive(Default)]
pub(crate) struct IpcMarks {
    pub(crate) sensitive: Option<Ident>,
    pub(crate) bigint: Option<Ident>,
}

/// Reads the `#[ipc(…)]` among attributes, and reports each mistake in them.
pub(crate) fn read<'a>(
    attrs: impl IntoIterator<Item = &'a Attribute>,
    bearer: Bearer,
    diagnostics: &mut Diagnostics,
) -> IpcMarks {
    let mut reader = Reader { read: IpcMarks::default(), bearer, diagnostics };
    for attr in attrs.into_iter().filter(|attr| attr.path().is_ident("ipc")) {
        match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                arguments::read_all(list.tokens.clone(), &mut reader);
            }
            other => reader
                .diagnostics
                .report(other, format_args!("`#[ipc(…)]` says nothing here: write {}", bearer.example())),
        }
    }
    reader.read
}

struct Reader<'a> {
    read: IpcMarks,
    bearer: Bearer,
    diagnostics: &'a mut Diagnostics,
}

impl arguments::Reader for Reader<'_> {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found = skip(input);
            self.diagnostics.report(found, format_args!("expected the name of an option: {}", self.bearer.example()));
            return Ok(());
        }
        let name = Ident::parse_any(input)?;
        let value = skip(input);
        let text = name.to_string();
        let option = match text.as_str() {
            // Why it does not stand on a field, is said where that is known.
            "sensitive" => &mut self.read.sensitive,
            "bigint" => &mut self.read.bigint,
            unknown => {
                let (place, expected) = (self.bearer.name(), expected(unknown, self.bearer.options()));
                self.diagnostics.report(&name, format_args!("unknown option `{unknown}` of {place}, {expected}"));
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
