#[handler("math:add")]
pub fn add(left: i64, mut right: i64) -> i64 {
    right += left;
    right
}
