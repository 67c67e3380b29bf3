//! A backend with a channel for each thing that the program can do.

use std::collections::BTreeMap;

use futures_util::stream;
use ipc_bridge::prelude::*;
use ipc_bridge::tap::TapOptions;
use ipc_bridge::{Grants, ServerBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use super::Folder;
use super::program::Program;

/// Something that can be fetched.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Item {
    /// Its number.
    id: u64,
    name: String,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    /// There is none of this number.
    #[error("no item {id}")]
    NotFound { id: u64 },
}

/// Fetches one item by its id.
///
/// Items have numbers up to a hundred.
#[handler("data:fetch")]
fn fetch(#[garde(range(min = 1))] id: u64) -> Result<Item, FetchError> {
    if id > 100 { Err(FetchError::NotFound { id }) } else { Ok(Item { id, name: format!("item {id}") }) }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    Newest,
    Oldest,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Filter {
    name: Option<String>,
    at_least: Option<f64>,
}

/// What was understood of a search.
#[handler("data:search")]
fn search(text: String, filter: Filter, tags: Vec<String>, order: Option<Order>, deep: Option<bool>) -> String {
    format!("{text:?} {filter:?} {tags:?} {order:?} {deep:?}")
}

/// The text again.
#[handler("text:echo")]
fn echo(#[payload] text: String) -> String {
    text
}

/// Signs in.
#[handler("user:login")]
fn login(
    #[garde(length(min = 3))] user: String,
    #[ipc(sensitive)]
    #[garde(length(min = 8))]
    password: String,
) -> bool {
    user.len() < password.len()
}

/// Counts up to a number, and fails above five.
#[handler("count:to")]
fn count_to(to: u32) -> impl Stream<Item = Result<u32, FetchError>> {
    stream::iter((1..=to).map(|at| if at > 5 { Err(FetchError::NotFound { id: 6 }) } else { Ok(at) }))
}

/// Counts for ever.
#[handler("count:ever")]
fn count_ever() -> impl Stream<Item = u64> {
    stream::iter(0..)
}

/// Says one thing, and then nothing for ever.
#[handler("count:once")]
fn count_once() -> impl Stream<Item = u64> {
    stream::StreamExt::chain(stream::iter([1]), stream::pending())
}

/// The sum of what is sent.
#[handler("sum:all")]
async fn sum_all(mut numbers: Incoming<u32>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
    }
    Ok(sum)
}

/// How many bytes are sent, in how many pieces.
#[handler("bytes:count")]
async fn count_bytes(mut pieces: Incoming<Bytes>) -> Result<(usize, usize), IncomingError> {
    let mut counted = (0, 0);
    while let Some(piece) = pieces.next().await {
        counted = (counted.0 + piece?.len(), counted.1 + 1);
    }
    Ok(counted)
}

/// The bytes, the last one first.
#[handler("bytes:reverse")]
fn reverse(bytes: Bytes) -> Bytes {
    bytes.iter().rev().copied().collect()
}

/// The bytes by their names.
#[handler("bytes:named")]
fn named(name: String) -> BTreeMap<String, Bytes> {
    [(name, Bytes::from(vec![1, 2, 3]))].into()
}

/// The largest numbers that there are.
#[handler("big:numbers")]
#[deprecated(note = "they are too large")]
fn big() -> (u64, u128, f64) {
    (u64::MAX, u128::MAX, 0.1)
}

/// What few may do.
#[handler("vault:open", permission = "vault:use")]
fn open() -> bool {
    true
}

/// The backend went on or off line. Clients may say so too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", retain)]
struct StatusChanged {
    online: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job", retain)]
struct JobProgress {
    job: u32,
    percent: u32,
}

/// The server alone says it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("time:passed")]
struct TimePassed {}

pub(crate) fn router() -> Router {
    Router::new()
        .handle::<fetch>()
        .handle::<search>()
        .handle::<echo>()
        .handle::<login>()
        .handle::<count_to>()
        .handle::<count_ever>()
        .handle::<count_once>()
        .handle::<sum_all>()
        .handle::<count_bytes>()
        .handle::<reverse>()
        .handle::<named>()
        .handle::<big>()
        .handle::<open>()
        .shared_event::<StatusChanged>()
        .shared_event::<JobProgress>()
        .event::<TimePassed>()
        .tap(TapOptions::new().payloads(true))
}

/// The name of the backends.
pub(crate) const NAME: &str = "demo";

/// A server in this process, in a folder of its own.
pub(crate) struct Backend {
    pub(crate) runtime: Runtime,
    pub(crate) server: Option<Server>,
    pub(crate) folder: Folder,
    endpoint: String,
}

impl Backend {
    /// A server of all that there is.
    pub(crate) fn start() -> Self {
        Self::start_with(router(), |server| server)
    }

    /// A server that grants this to all of the same user.
    pub(crate) fn granting(grants: Grants) -> Self {
        Self::start_with(router(), |server| server.grants(grants))
    }

    pub(crate) fn start_with(router: Router, prepare: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let folder = Folder::new();
        let (place, endpoint) = place(&folder, NAME);
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(prepare(Server::bind(place)).serve(router)).unwrap();
        Self { runtime, server: Some(server), folder, endpoint }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// The program, which finds this server without being told.
    pub(crate) fn ipc(&self, arguments: &[&str]) -> Program {
        Program::new(self.folder.path(), &self.endpoint, arguments)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }
}

/// Where a server of this name listens, and what the program is told of it: nothing, where the folder does.
#[cfg(unix)]
pub(crate) fn place(folder: &Folder, name: &str) -> (ipc_bridge::Endpoint, String) {
    use std::os::unix::fs::DirBuilderExt as _;

    let own = folder.path().join("ipc-bridge");
    if !own.exists() {
        std::fs::DirBuilder::new().mode(0o700).create(&own).unwrap();
    }
    (own.join(format!("{name}.sock")).into(), String::new())
}

#[cfg(windows)]
pub(crate) fn place(folder: &Folder, name: &str) -> (ipc_bridge::Endpoint, String) {
    let unique = folder.path().file_name().unwrap().to_string_lossy();
    let endpoint = format!("{name}-{unique}");
    ((&endpoint).into(), endpoint)
}
