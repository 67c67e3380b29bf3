#[handler("data:next")]
fn next(#[ipc(bigint)] number: u64, step: u64) -> u64 {
    number + step
}
