//! Times as options give them: `"2s"`.

use std::time::Duration;

use syn::LitStr;

use crate::diagnostics::Diagnostics;

/// The units, and their milliseconds.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

/// Reads a time, and reports what is none.
pub(super) fn read(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<Duration> {
    let value = text.value();
    let (number, unit) = value.split_at(value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len()));
    let Some((_, factor)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
        diagnostics.report(text, "a time is a whole number and a unit, `ms`, `s`, `m` or `h`: `\"2s\"`, `\"500ms\"`");
        return None;
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)) {
        Some(0) => {
            diagnostics.report(text, "no call is answered in no time: give a longer one");
            None
        }
        Some(millis) => Some(Duration::from_millis(millis)),
        None => {
            diagnostics.report(text, "a time is a whole number and a unit, of less than 2⁶⁴ milliseconds: `\"2s\"`");
            None
        }
    }
}
