//! What an error may not be.

use syn::{Data, DeriveInput};

use super::code;
use super::model::{Code, Error, Travels, Variant};
use crate::diagnostics::Diagnostics;
use crate::hygiene::{text, wire_name};
use crate::words::screaming_snake;

/// Reports everything that keeps the type from travelling.
pub(crate) fn check(error: &Error, input: &DeriveInput, diagnostics: &mut Diagnostics) {
    if let Data::Union(data) = &input.data {
        diagnostics.report(
            data.union_token,
            "a union does not know which of its fields it holds, so it cannot travel: make it an enum",
        );
    }
    for parameter in &input.generics.params {
        diagnostics.report(
            parameter,
            "an error that travels cannot be generic, because its codes and details are fixed: name the type",
        );
    }
    let mut codes: Vec<(&Code, &Variant)> = Vec::new();
    for variant in &error.variants {
        options(variant, diagnostics);
        marks(variant, diagnostics);
        match &variant.travels {
            Travels::Whole(code) => {
                self::code(code, diagnostics);
                if let Some((_, first)) = codes.iter().find(|(known, _)| known.text == code.text) {
                    let (text, first, second) = (&code.text, &first.name, &variant.name);
                    diagnostics.report_at(
                        code.span,
                        format_args!("`{first}` and `{second}` have the same code {text}: give one of them another with `#[ipc(code = \"…\")]`"),
                    );
                }
                codes.push((code, variant));
                causes(variant, diagnostics);
            }
            Travels::Transparent => transparent(variant, diagnostics),
            Travels::Internal => {}
        }
    }
}

fn options(variant: &Variant, diagnostics: &mut Diagnostics) {
    let options = &variant.options;
    if let (Some(code), Some(_)) = (&options.code, options.internal) {
        diagnostics
            .report(code, "an internal error has the code INTERNAL and no other: leave `code` or `internal` out");
    }
    if let (Some(code), Some(_)) = (&options.code, options.transparent) {
        diagnostics
            .report(code, "a transparent error has the code of the error in it: leave `code` or `transparent` out");
    }
    if let (Some(transparent), Some(_)) = (options.transparent, options.internal) {
        diagnostics.report_at(
            transparent,
            "`transparent` shows the error to the client and `internal` hides it: leave one of them out",
        );
    }
}

fn code(code: &Code, diagnostics: &mut Diagnostics) {
    let text = &code.text;
    if !code::is_code(text) {
        let mend = if code.is_written {
            let suggestion = screaming_snake(&text.replace(['-', ' ', '.'], "_"));
            if code::is_code(&suggestion) {
                format!("write `{suggestion}`")
            } else {
                "write it like `NOT_FOUND`".to_owned()
            }
        } else {
            "give the variant one with `#[ipc(code = \"…\")]`".to_owned()
        };
        diagnostics.report_at(
            code.span,
            format_args!("{text:?} is no code, which is made of A-Z, 0-9 and single `_`: {mend}"),
        );
    } else if code::STANDARD.contains(&text.as_str()) {
        let mend =
            if code.is_written { "choose another" } else { "give the variant another with `#[ipc(code = \"…\")]`" };
        diagnostics.report_at(
            code.span,
            format_args!("the code {text} is the framework's own, and a client could not tell the two apart: {mend}"),
        );
    }
}

/// What does not travel has no form in TypeScript.
fn marks(variant: &Variant, diagnostics: &mut Diagnostics) {
    for field in &variant.fields {
        let Some(bigint) = field.bigint else { continue };
        let reason = match &variant.travels {
            _ if field.skipped => "a field that is skipped does not travel: leave `bigint` or `skip` out",
            Travels::Whole(_) => continue,
            Travels::Internal => "nothing of an internal error travels: leave `bigint` out",
            Travels::Transparent => "a transparent error says itself what travels of it: mark the fields there",
        };
        diagnostics.report_at(bigint, reason);
    }
}

/// An error of another crate has no form in which it could travel.
fn causes(variant: &Variant, diagnostics: &mut Diagnostics) {
    for field in variant.details() {
        if let Some(cause) = &field.cause {
            let ty = text(&field.ty);
            diagnostics.report(
                cause,
                format_args!(
                    "`{ty}` would travel to the client: add `#[ipc(internal)]` to the variant to keep it in the log, `#[ipc(transparent)]` to answer with it, or `#[ipc(skip)]` to the field to leave it out"
                ),
            );
        }
    }
}

fn transparent(variant: &Variant, diagnostics: &mut Diagnostics) {
    if variant.fields.len() != 1 {
        let name = wire_name(&variant.name);
        diagnostics.report(
            &variant.name,
            format_args!(
                "`transparent` answers with the error in it, so `{name}` has exactly one field, not {}",
                variant.fields.len()
            ),
        );
    } else if let Some(field) = variant.fields.first()
        && field.skipped
    {
        diagnostics
            .report(&field.member, "`transparent` answers with this field, so it cannot be skipped: leave `skip` out");
    }
}
