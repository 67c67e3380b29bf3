use ipc_bridge::prelude::*;
use ipc_bridge::Stream;

struct Line;

#[handler("data:tail")]
fn tail(lines: State<fn() -> Lines>) -> impl Stream<Item = Line> {
    lines()
}

struct Lines;

impl Stream for Lines {
    type Item = Line;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Line>> {
        std::task::Poll::Ready(None)
    }
}

fn main() {}
