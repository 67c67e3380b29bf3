#[handler("app:quit")]
async fn quit() {
    stop().await;
}
