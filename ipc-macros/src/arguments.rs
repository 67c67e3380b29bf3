//! What stands in the parentheses of an attribute: arguments between commas.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::handler::channel;

/// What reads the arguments of one attribute.
pub(crate) trait Reader {
    /// Reads one argument, up to the comma behind it.
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()>;

    /// Where mistakes are reported.
    fn diagnostics(&mut self) -> &mut Diagnostics;
}

/// Reads every argument, and reports what cannot be read. Answers whether all that stands there are arguments.
pub(crate) fn read_all(args: TokenStream, reader: &mut impl Reader) -> bool {
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = reader.read(input) {
                reader.diagnostics().push(error);
                skip(input);
            }
            if input.parse::<Option<Token![,]>>()?.is_none() {
                let rest: TokenStream = input.parse()?;
                if !rest.is_empty() {
                    reader.diagnostics().report(rest, "expected `,` before this");
                }
            }
        }
        Ok(())
    })
    .parse2(args);
    match parsed {
        Ok(()) => true,
        Err(error) => {
            reader.diagnostics().push(error);
            false
        }
    }
}

/// Reads what stands behind `crate`.
pub(crate) fn krate(name: &Ident, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<Option<Path>> {
    let malformed = "`crate` takes the path under which this package is found: `crate = my_name_for_it`";
    if !input.peek(Token![=]) {
        skip(input);
        diagnostics.report(name, malformed);
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    let value = skip(input);
    let path = syn::parse2::<Path>(value.clone());
    if path.is_err() {
        if value.is_empty() {
            diagnostics.report(name, malformed);
        } else {
            diagnostics.report(value, malformed);
        }
    }
    Ok(path.ok())
}

/// Reads what stands behind `permission`, or another option that takes one. What is no permission is reported.
pub(crate) fn permission(
    name: &Ident,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<LitStr>> {
    let given = input.parse::<Option<Token![=]>>()?;
    let value = skip(input);
    match syn::parse2::<LitStr>(value.clone()) {
        Ok(text) if given.is_some() => match channel::permission_mistake(&text.value()) {
            None => return Ok(Some(text)),
            Some(mistake) => diagnostics.report(text, mistake),
        },
        _ => {
            let malformed = format!("`{name}` takes the permission that a caller needs: `{name} = \"data:read\"`");
            if value.is_empty() {
                diagnostics.report(name, malformed);
            } else {
                diagnostics.report(value, malformed);
            }
        }
    }
    Ok(None)
}

/// Takes everything up to the next comma.
pub(crate) fn skip(input: ParseStream<'_>) -> TokenStream {
    let mut taken = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => taken.extend([token]),
            Err(_) => break,
        }
    }
    taken
}
