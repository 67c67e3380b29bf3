//! What every fuzzer has in common: a bound of the memory that one input may take.
#![forbid(unsafe_code)]

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Whatever a peer sends: what the limits of `fuzzing/connection.rs` let a connection hold in both directions, in buffers
/// of twice the size, and the largest frames of the corpus.
const MOST_BYTES: usize = 8 << 20;

/// Runs a target, which must come out with no more memory than that at any time.
pub fn bounded(target: fn(&[u8]), data: &[u8]) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    target(data);
    let held = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(held <= MOST_BYTES, "{held} bytes were held at one time, and {MOST_BYTES} may be");
}
