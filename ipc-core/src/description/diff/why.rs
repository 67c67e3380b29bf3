//! Whom a difference breaks, and why.

use super::change::{Breaks, ChangeKind};
use super::compare::{Flow, Found};

/// Whom a difference of what travels in this direction breaks.
pub(super) fn breaks(flow: Flow, found: &Found) -> Breaks {
    let holds = found.holds;
    let (sent, got) = ((!holds.old_in_new, !holds.new_in_old), (!holds.new_in_old, !holds.old_in_new));
    let (old_clients, new_clients) = match flow {
        Flow::Input => sent,
        Flow::Output => got,
        Flow::Both => (sent.0 || got.0, sent.1 || got.1),
    };
    Breaks { old_clients, new_clients }
}

/// Why it does, or why it breaks nobody.
pub(super) fn why(flow: Flow, kind: ChangeKind, breaks: Breaks) -> String {
    let old = old_clients(flow, kind);
    let new = new_clients(flow, kind);
    told(breaks, old, new, nobody(flow, kind))
}

/// The sentence, of a reason for each whom a change breaks, or of why it breaks nobody.
pub(super) fn told(breaks: Breaks, old: &str, new: &str, nobody: &str) -> String {
    match (breaks.old_clients, breaks.new_clients) {
        (true, true) => format!("breaks old clients: {old}; breaks new clients at old servers: {new}"),
        (true, false) => format!("breaks old clients: {old}"),
        (false, true) => format!("breaks new clients at old servers: {new}"),
        (false, false) => format!("breaks nobody: {nobody}"),
    }
}

fn old_clients(flow: Flow, kind: ChangeKind) -> &'static str {
    match (flow, kind) {
        (Flow::Input, ChangeKind::FieldAdded) => "they do not send it",
        (Flow::Input, ChangeKind::FieldRequired) => "they may leave it out",
        (Flow::Input, ChangeKind::FieldRemoved) => "what they send there is refused",
        (Flow::Input, ChangeKind::VariantRemoved) => "they may send it",
        (Flow::Input, ChangeKind::Nullable) => "they may send null",
        (Flow::Input, ChangeKind::FurtherFields) => "they may send such",
        (Flow::Input, _) => "they may send what is refused now",
        (Flow::Output, ChangeKind::FieldAdded) => "they do not take it",
        (Flow::Output, ChangeKind::FieldRemoved) => "they read it",
        (Flow::Output, ChangeKind::FieldOptional) => "they count on it",
        (Flow::Output, ChangeKind::VariantAdded) => "they do not know it",
        (Flow::Output, ChangeKind::Nullable) => "they do not take null",
        (Flow::Output, _) => "they may get what they cannot read",
        (Flow::Both, _) => "they may send or get what the other side cannot read",
    }
}

fn new_clients(flow: Flow, kind: ChangeKind) -> &'static str {
    match (flow, kind) {
        (Flow::Input, ChangeKind::FieldAdded) => "they send what those do not know",
        (Flow::Input, ChangeKind::FieldRemoved) => "they do not send what those need",
        (Flow::Input, ChangeKind::FieldOptional) => "they may leave out what those need",
        (Flow::Input, ChangeKind::VariantAdded) => "they may send it",
        (Flow::Input, ChangeKind::Nullable) => "they may send null",
        (Flow::Input, _) => "they may send what those refuse",
        (Flow::Output, ChangeKind::FieldAdded) => "those do not write it",
        (Flow::Output, ChangeKind::FieldRequired) => "those may leave it out",
        (Flow::Output, ChangeKind::VariantRemoved) => "those may still write it",
        (Flow::Output, ChangeKind::Nullable) => "those may write null",
        (Flow::Output, _) => "those may write what these cannot read",
        (Flow::Both, _) => "they may send or get what the other side cannot read",
    }
}

fn nobody(flow: Flow, kind: ChangeKind) -> &'static str {
    match (flow, kind) {
        (
            _,
            ChangeKind::Documentation | ChangeKind::Deprecation | ChangeKind::Sensitivity | ChangeKind::DefaultValue,
        ) => "what travels is the same",
        (Flow::Input, ChangeKind::FieldAdded) => "it may be left out, and old servers ignore it",
        (Flow::Input, ChangeKind::FieldRemoved) => "what old clients send there is ignored",
        (Flow::Output, ChangeKind::FieldAdded) => "old clients ignore it",
        (Flow::Output, ChangeKind::FieldRemoved) => "old clients do without it",
        (Flow::Input, _) => "the server takes what clients send",
        (Flow::Output, _) => "clients read what the server writes",
        (Flow::Both, _) => "each side reads what the other writes",
    }
}
