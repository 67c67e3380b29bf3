#[handler("math:sum")]
fn sum(#[payload] #[garde(length(min = 1))] numbers: Vec<i64>, cx: Context) -> i64 {
    numbers.iter().sum()
}
