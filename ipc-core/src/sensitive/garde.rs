//! The constraints on a sensitive value are those on what it holds, and what is said of it does not tell it.

use garde::error::{Error, Path, Report};
use garde::rules::AsStr;
use garde::rules::length::bytes::HasBytes;
use garde::rules::length::chars::HasChars;
use garde::rules::length::simple::HasSimpleLength;
use garde::rules::length::utf16::HasUtf16CodeUnits;
use garde::rules::range::{Bounds, OutOfBounds};
use zeroize::Zeroize;

use super::{INVALID, Sensitive};

impl<T: Zeroize + garde::Validate> garde::Validate for Sensitive<T> {
    type Context = T::Context;

    fn validate_into(&self, context: &T::Context, parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        let mut found = Report::new();
        self.expose().validate_into(context, parent, &mut found);
        for (path, _) in found.into_inner() {
            report.append(path, Error::new(INVALID));
        }
    }
}

impl<T: Zeroize + AsStr> AsStr for Sensitive<T> {
    fn as_str(&self) -> &str {
        self.expose().as_str()
    }
}

impl<T: Zeroize + Bounds> Bounds for Sensitive<T> {
    type Size = T::Size;

    const MIN: T::Size = T::MIN;
    const MAX: T::Size = T::MAX;

    fn validate_bounds(&self, lower: T::Size, upper: T::Size) -> Result<(), OutOfBounds> {
        self.expose().validate_bounds(lower, upper)
    }
}

macro_rules! lengths {
    ($($name:ident::$method:ident,)*) => {
        $(impl<T: Zeroize + $name> $name for Sensitive<T> {
            fn $method(&self) -> usize {
                self.expose().$method()
            }
        })*
    };
}

lengths! {
    HasSimpleLength::length,
    HasBytes::num_bytes,
    HasChars::num_chars,
    HasUtf16CodeUnits::num_code_units,
}
