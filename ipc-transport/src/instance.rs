//! The number by which a peer knows that this process was restarted.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

/// 128 random bits in hexadecimal, drawn once in the life of the process. They tell two instances apart and protect
/// nothing, so the randomness that the standard library keeps for its hash maps is enough.
pub(crate) fn id() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| {
        let (one, other) = (RandomState::new(), RandomState::new());
        format!("{:016x}{:016x}", one.hash_one(std::process::id()), other.hash_one(std::time::SystemTime::now()))
    });
    &ID
}
