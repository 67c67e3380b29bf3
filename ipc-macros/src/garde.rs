//! Constraints on what travels: `#[garde(range(min = 1), ascii)]`.
//!
//! The derive macro of garde names its own package, which a user of ours need not have, so the rules are read here and
//! become calls of the same functions.

mod check;
mod expand;
mod parse;

use proc_macro2::{Ident, Span};
use syn::{Expr, LitStr};

pub(crate) use check::check;
pub(crate) use expand::{checks, schema};
pub(crate) use parse::parse;

/// One constraint.
pub(crate) struct Rule {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a constraint demands.
pub(crate) enum Kind {
    /// `ascii`, `alphanumeric`, `email`, `url`: rules without arguments.
    Plain(Ident),
    /// An `Option` that holds something.
    Required,
    /// `ip`, `ipv4`, `ipv6`: the variant of garde's `IpKind`.
    Ip(&'static str),
    /// A length, counted in a unit.
    Length(Unit, Bounds),
    /// A number between bounds.
    Range(Bounds),
    /// `contains`, `prefix`, `suffix`: a part of a text.
    Part(Ident, Expr),
    /// A regular expression, written out.
    Pattern(LitStr),
    /// Something that matches texts.
    Matcher(Expr),
    /// The user's own function.
    Custom(Expr),
    /// What each element must be.
    Inner(Vec<Rule>),
    /// The value's own constraints, which are checked whether this stands here or not.
    Dive,
    /// Nothing.
    Skip,
}

/// What a length counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Elements, or the bytes of a text.
    Simple,
    Bytes,
    Chars,
    Utf16,
}

/// The least and the greatest that is allowed.
#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
}
