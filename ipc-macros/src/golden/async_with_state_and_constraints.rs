/// Fetches one item by its id.
#[handler("data:fetch")]
async fn fetch(
    store: State<Store>,
    /// The item's number.
    #[garde(range(min = 1))]
    id: u64,
    #[garde(length(max = 20), pattern("^[a-z]+$"), custom(check))] r#type: Option<String>,
    #[garde(inner(ascii))] tags: Vec<String>,
) -> Result<Item, FetchError> {
    store.get(id)
}
