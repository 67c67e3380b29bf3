//! Two processes: a backend that stores what is sent to it in chunks, and a frontend that sends files.
//!
//! ```text
//! cargo run --example upload
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;

use std::error::Error;
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt as _};
use ipc_bridge::PublishError;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use backend::Backend;

/// The bytes of one chunk.
const CHUNK: usize = 64 * 1024;

/// The most bytes that the backend stores of one file.
const LARGEST: u64 = 8 * 1024 * 1024;

/// What has been stored.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Stored {
    bytes: u64,
    /// The 64-bit FNV-1a hash of the bytes.
    checksum: u64,
}

/// How far an upload has come. Whoever shows it needs the latest number alone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("upload:progress", key = "id", lag = "keep_latest")]
struct Progress {
    id: u64,
    bytes: u64,
}

/// An upload did not come to its end, and nothing of it is left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("upload:abandoned", key = "id")]
struct Abandoned {
    id: u64,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum UploadError {
    #[error("the file has {bytes} bytes, and {limit} are stored at most")]
    FileTooLarge { bytes: u64, limit: u64 },
    #[error("{announced} bytes were announced, and {sent} sent")]
    WrongSize { announced: u64, sent: u64 },
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
    #[error("the file cannot be stored")]
    #[ipc(internal)]
    Io(#[from] std::io::Error),
    #[error("nobody learns how far the upload has come")]
    #[ipc(internal)]
    Publish(#[from] PublishError),
}

/// Where the backend stores what it gets.
struct Store(PathBuf);

/// Stores a file.
///
/// The size is announced, so that too much is refused before it is sent. The number tells this upload from others; the
/// sender chooses it.
#[handler("upload:put")]
async fn put(
    store: State<Store>,
    publisher: Publisher,
    id: u64,
    #[garde(pattern(r"^[a-z0-9_-]+\.bin$"))] name: String,
    bytes: u64,
    mut chunks: Incoming<Bytes>,
) -> Result<Stored, UploadError> {
    if bytes > LARGEST {
        return Err(UploadError::FileTooLarge { bytes, limit: LARGEST });
    }
    let mut partial = Partial::create(store.0.join(format!("{id}.part")), id, publisher.clone()).await?;
    // The next chunk is asked for when this one is written: a slow disk slows the sender, and fills no memory.
    while let Some(chunk) = chunks.next().await {
        partial.append(&chunk?).await?;
        if partial.bytes > bytes {
            break;
        }
        publisher.publish(&Progress { id, bytes: partial.bytes })?;
    }
    if partial.bytes != bytes {
        return Err(UploadError::WrongSize { announced: bytes, sent: partial.bytes });
    }
    Ok(partial.keep(&store.0.join(name)).await?)
}

/// A file that is not whole yet. Unless it is kept, it goes with this.
///
/// A handler whose caller went away is dropped where it waits, so there is no line of code that would be run then; what
/// it holds is dropped with it.
struct Partial {
    path: PathBuf,
    /// `None` when the file has been kept.
    file: Option<File>,
    bytes: u64,
    checksum: Fnv,
    id: u64,
    publisher: Publisher,
}

impl Partial {
    async fn create(path: PathBuf, id: u64, publisher: Publisher) -> std::io::Result<Self> {
        let file = Some(File::create_new(&path).await?);
        Ok(Self { path, file, bytes: 0, checksum: Fnv::default(), id, publisher })
    }

    async fn append(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(chunk).await?;
            file.flush().await?;
        }
        self.bytes += chunk.len() as u64;
        self.checksum.add(chunk);
        Ok(())
    }

    async fn keep(mut self, path: &Path) -> std::io::Result<Stored> {
        if let Some(file) = &mut self.file {
            file.sync_all().await?;
        }
        fs::rename(&self.path, path).await?;
        self.file = None;
        Ok(Stored { bytes: self.bytes, checksum: self.checksum.0 })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Closed first, which some systems ask for.
        let Some(file) = self.file.take() else { return };
        drop(file);
        if let Err(error) = std::fs::remove_file(&self.path) {
            eprintln!("{} is left: {error}", self.path.display());
        } else if let Err(error) = self.publisher.publish(&Abandoned { id: self.id }) {
            eprintln!("nobody learns that upload {} is abandoned: {error}", self.id);
        }
    }
}

/// The 64-bit FNV-1a hash: a few lines that give the same number in every process.
#[derive(Debug, Clone, Copy)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint, folder] => {
            let router =
                Router::new().state(Store(folder.into())).handle::<put>().event::<Progress>().event::<Abandoned>();
            backend::serve_until_asked_to_finish(Server::bind(endpoint).serve(router).await?).await
        }
        _ => {
            let name = format!("ipc-bridge-upload-{}", std::process::id());
            let folder = std::env::temp_dir().join(&name);
            fs::create_dir(&folder).await?;
            let sent = frontend(&name, &folder).await;
            fs::remove_dir_all(&folder).await?;
            sent
        }
    }
}

/// The first process: it sends files to the second.
async fn frontend(endpoint: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let store = folder.join("store");
    fs::create_dir(&store).await?;
    // Six MiB and a bit, no two chunks of which are alike.
    let picture: Vec<u8> = (0..6_400_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let source = folder.join("picture.bin");
    fs::write(&source, &picture).await?;
    let total = picture.len() as u64;

    let backend =
        Backend::start(&["--backend", endpoint, store.to_str().ok_or("the folder's name is no text")?]).await?;
    let client = Client::connect(endpoint).await?;

    // The whole file, and how far it has come.
    let id = upload_id(1);
    let mut progress = client.subscribe::<Progress>().key(&id).await?;
    let chunks = Incoming::try_new(chunks_of(File::open(&source).await?));
    let sending = client.invoke(put { id, name: "picture.bin".to_owned(), bytes: total, chunks });
    let (stored, seen) = tokio::join!(sending, until(&mut progress, total));
    let mut checksum = Fnv::default();
    checksum.add(&picture);
    assert_eq!(stored?, Stored { bytes: total, checksum: checksum.0 });
    assert_eq!(fs::read(store.join("picture.bin")).await?, picture);
    println!("a file of {total} bytes: stored, and the checksum is right");
    println!("  the last progress came, and {} before it", seen? - 1);

    // Half of it. The call is dropped, and that is all it takes: the handler over there is dropped where it waits.
    let id = upload_id(2);
    let mut progress = client.subscribe::<Progress>().key(&id).await?;
    let mut abandoned = client.subscribe::<Abandoned>().key(&id).await?;
    let half = total / 2;
    let some = half as usize / CHUNK + 1;
    let chunks = Incoming::try_new(chunks_of(File::open(&source).await?).take(some).chain(stream::pending()));
    tokio::select! {
        answer = client.invoke(put { id, name: "half.bin".to_owned(), bytes: total, chunks }) => {
            return Err(format!("half a file was answered: {answer:?}").into());
        }
        seen = until(&mut progress, half) => { seen?; }
    }
    assert_eq!(abandoned.next().await.transpose()?, Some(Abandoned { id }));
    assert_eq!(names_in(&store).await?, ["picture.bin"]);
    println!("an upload that was cancelled half-way: nothing of it is left");

    // More than the backend stores, which it says before anything is sent.
    let chunks = Incoming::new(stream::pending());
    let answer =
        client.invoke(put { id: upload_id(3), name: "large.bin".to_owned(), bytes: LARGEST + 1, chunks }).await;
    assert!(
        matches!(answer, Err(InvokeError::Handler(UploadError::FileTooLarge { limit: LARGEST, .. }))),
        "{answer:?}"
    );
    println!("a file that is too large: {}", answer.err().ok_or("it was stored")?);

    // More than was announced, which ends the upload while it is being sent.
    let chunks = Incoming::try_new(chunks_of(File::open(&source).await?));
    let answer = client.invoke(put { id: upload_id(4), name: "more.bin".to_owned(), bytes: 100_000, chunks }).await;
    assert!(
        matches!(answer, Err(InvokeError::Handler(UploadError::WrongSize { announced: 100_000, .. }))),
        "{answer:?}"
    );
    println!("a file that is larger than announced: {}", answer.err().ok_or("it was stored")?);
    assert_eq!(names_in(&store).await?, ["picture.bin"]);

    backend.stop().await
}

/// A number that no other upload has, of this process or another.
fn upload_id(number: u16) -> u64 {
    u64::from(std::process::id()) << 16 | u64::from(number)
}

/// The file in chunks, each read when it is sent.
fn chunks_of(file: File) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    stream::try_unfold(file, |file| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut part = file.take(CHUNK as u64);
        let read = part.read_to_end(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.into(), part.into_inner())))
    })
}

/// Waits until an upload has come as far as this; answers how many times it was told of.
async fn until(progress: &mut Subscription<Progress>, bytes: u64) -> Result<u64, Box<dyn Error>> {
    let mut seen = 0;
    while let Some(next) = progress.next().await {
        match next {
            Ok(progress) => {
                seen += 1;
                if progress.bytes >= bytes {
                    return Ok(seen);
                }
            }
            // Numbers that were out of date before they could be shown.
            Err(SubscriptionError::Missed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err("nobody tells of the upload any more".into())
}

async fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
