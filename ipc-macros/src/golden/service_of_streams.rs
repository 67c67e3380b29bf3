/// The lines.
#[service(prefix = "log", events(Progress, job::Logged), shared_events(Said))]
pub trait Log {
    /// Follows a file as it grows.
    #[handler]
    fn tail(&self, path: String) -> impl Stream<Item = Result<Line, TailError>>;

    #[handler]
    async fn search(&self, store: State<Store>, texts: Incoming<String>) -> Result<impl Stream<Item = Line> + Send, SearchError>;

    #[handler]
    async fn count(&self) -> u64;
}
