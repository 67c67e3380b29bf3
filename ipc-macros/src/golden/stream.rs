/// Follows a file as it grows.
#[handler("log:tail", timeout = "1h")]
fn tail(path: String) -> impl Stream<Item = Result<Line, TailError>> {
    follow(path)
}

#[handler("log:search")]
async fn search(index: State<Index>, text: String) -> Result<impl Stream<Item = Line> + Send, SearchError> {
    index.search(text).await
}

#[handler("log:ticks")]
async fn ticks() -> impl Stream<Item = u64> {
    ticker().await
}
