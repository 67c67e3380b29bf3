//! One channel for each type: it answers the value that a seed stands for, and tells whether a value is that.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use ipc_bridge::IpcError;

/// The value came back as another one.
#[derive(Debug, thiserror::Error, IpcError)]
pub(crate) enum Mismatch {
    /// What was sent is not what the seed stands for.
    #[error("{value} is not what seed {seed} stands for: {expected}")]
    Mismatch { seed: u32, expected: String, value: String },
}

/// The bytes from which a value is made, at most.
const ENTROPY: usize = 512;

/// The value that a seed stands for: the same on every machine.
fn sample<T: for<'a> Arbitrary<'a>>(seed: u32) -> T {
    // SplitMix64, which needs nothing but its number.
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let bytes: Vec<u8> = (0..ENTROPY / 8).flat_map(|_| next().to_le_bytes()).collect();
    T::arbitrary(&mut Unstructured::new(&bytes)).expect("a value can be made of any bytes")
}

/// The value that a seed stands for, if those that are given are that.
pub(super) fn answer<T: for<'a> Arbitrary<'a> + PartialEq + Debug>(seed: u32, given: &[T]) -> Result<T, Mismatch> {
    let expected: T = sample(seed);
    match given.iter().find(|value| **value != expected) {
        None => Ok(expected),
        Some(value) => Err(Mismatch::Mismatch { seed, expected: format!("{expected:?}"), value: format!("{value:?}") }),
    }
}

/// Writes the channels, and the function that adds them to a router.
macro_rules! sampled {
    ($($channel:literal $name:ident: $type:ty;)*) => {
        $(
            /// The value that a seed stands for, if those that are given are that.
            #[handler($channel)]
            pub(crate) fn $name(seed: u32, given: Vec<$type>) -> Result<$type, Mismatch> {
                answer(seed, &given)
            }
        )*

        fn add_samples(router: Router) -> Router {
            router$(.handle::<$name>())*
        }
    };
}
pub(super) use sampled;
