//! Events of a contract.
#![deny(warnings)]

use ipc_bridge::prelude::*;

/// How far a job is.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress", key = "job")]
pub struct Progress {
    pub job: u64,
    pub done: u64,
}

pub mod chat {
    use ipc_bridge::prelude::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
    #[event("chat:said")]
    pub struct HTTPSaid(pub String);
}

/// The jobs.
#[service(prefix = "jobs", events(Progress), shared_events(chat::HTTPSaid))]
pub trait Jobs {
    #[handler]
    fn start(&self, cx: Context, job: u64) -> bool {
        cx.publish(&Progress { job, done: 1 }).is_ok()
    }

    #[handler]
    fn follow(&self, lines: Incoming<u8>) -> impl Stream<Item = Result<u8, IncomingError>> {
        lines
    }
}

/// Nothing but news.
#[service(prefix = "news", events(chat::HTTPSaid))]
pub trait News {}

struct Nothing;

impl Jobs for Nothing {}

impl News for Nothing {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let router = Router::new().service(JobsServer::new(Nothing));
    router.check().unwrap();
    let publisher = router.publisher();
    let jobs = JobsClient::new(&router);
    let mut all = jobs.subscribe_progress().await.unwrap();
    let mut mine = jobs.subscribe_progress().key(&7).await.unwrap();
    let mut said = jobs.subscribe_http_said().await.unwrap();
    assert_eq!(jobs.start(6).await, Ok(true));
    assert_eq!(jobs.start(7).await, Ok(true));
    publisher.publish(&chat::HTTPSaid("hello".to_owned())).unwrap();
    assert_eq!(all.next().await.unwrap().unwrap(), Progress { job: 6, done: 1 });
    assert_eq!(mine.next().await.unwrap().unwrap(), Progress { job: 7, done: 1 });
    assert_eq!(said.next().await.unwrap().unwrap().0, "hello");
    let mut lines = jobs.follow([1, 2].into_iter().collect()).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), 1);

    let router = Router::new().service(NewsServer::new(Nothing));
    let mut news = NewsClient::new(&router).subscribe_http_said().await.unwrap();
    router.publisher().publish(&chat::HTTPSaid("news".to_owned())).unwrap();
    assert_eq!(news.next().await.unwrap().unwrap().0, "news");
}
