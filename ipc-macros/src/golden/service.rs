/// The items.
#[service(prefix = "data")]
pub trait Data {
    /// Fetches one item.
    #[handler]
    async fn fetch(&self, #[garde(range(min = 1))] id: u64) -> Result<Item, FetchError>;

    #[handler("data:all", blocking)]
    fn all(&self, cx: Context, #[payload] filter: Filter) -> Vec<Item> {
        self.helper()
    }

    fn helper(&self) -> Vec<Item>;
}
