//! Constraints that can be read and make no sense.

use syn::{Expr, ExprLit, Lit};

use super::{Bounds, Kind, Rule};
use crate::diagnostics::Diagnostics;

/// Reports the rules that no value could ever satisfy, or that cannot be checked.
pub(crate) fn check(rules: &[Rule], diagnostics: &mut Diagnostics) {
    for rule in rules {
        match &rule.kind {
            Kind::Pattern(pattern) => {
                if let Err(error) = regex::Regex::new(&pattern.value()) {
                    let error = error.to_string();
                    let reason = error.lines().last().unwrap_or_default();
                    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                    diagnostics.report(pattern, format_args!("this is no regular expression: {reason}"));
                }
            }
            Kind::Length(_, bounds) | Kind::Range(bounds) => self::bounds(bounds, diagnostics),
            Kind::Inner(rules) => {
                for rule in rules {
                    if let Kind::Dive = rule.kind {
                        diagnostics.report_at(
                            rule.span,
                            "`dive` stands on the parameter itself: it goes into each element by itself",
                        );
                    }
                }
                check(rules, diagnostics);
            }
            _ => {}
        }
    }
}

fn bounds(bounds: &Bounds, diagnostics: &mut Diagnostics) {
    let (Some(min), Some(max)) = (&bounds.min, &bounds.max) else { return };
    if let (Some(least), Some(greatest)) = (integer(min), integer(max))
        && least > greatest
    {
        diagnostics.report(min, format_args!("nothing is at least {least} and at most {greatest}: exchange the two"));
    }
}

/// The integer that an expression writes out.
pub(super) fn integer(value: &Expr) -> Option<i128> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => literal.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => integer(&unary.expr)?.checked_neg(),
        Expr::Group(group) => integer(&group.expr),
        _ => None,
    }
}
