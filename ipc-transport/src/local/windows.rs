//! Named pipes: every instance owned by this user alone, remote clients refused.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use interprocess::ConnectWaitMode;
use interprocess::local_socket::tokio::Listener as PipeListener;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::{GenericFilePath, ListenerOptions};
use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::named_pipe::tokio::DuplexPipeStream;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use ipc_core::Peer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::bind::BindError;
use crate::connect::ConnectError;
use crate::transport::Transport;

/// The owner of the pipe may do everything, and nobody else anything: a protected list with one entry.
const OWNER_ONLY: &str = "D:P(A;;GA;;;OW)";

/// What Windows answers when a pipe of this name was made by another process: ERROR_ACCESS_DENIED.
const ACCESS_DENIED: i32 = 5;

/// What Windows answers when all instances of a pipe are in use: ERROR_PIPE_BUSY.
const PIPE_BUSY: i32 = 231;

/// The pause before a pipe is asked for again whose instances are all in use.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// The name of a pipe.
#[derive(Debug)]
pub(crate) struct Address {
    pipe: String,
}

impl Address {
    /// The pipe of this name of this user.
    pub(crate) fn of_name(name: &str) -> Self {
        let user = std::env::var("USERNAME").unwrap_or_else(|_| "user".to_owned());
        Self { pipe: format!(r"\\.\pipe\ipc-bridge-{user}-{name}") }
    }

    pub(crate) fn of_path(path: &Path) -> Self {
        Self { pipe: path.display().to_string() }
    }
}

/// What keeps a pipe's name: the listener itself, on this system.
#[derive(Debug)]
pub(crate) struct Claim;

/// A listening pipe.
#[derive(Debug)]
pub(crate) struct Listener(PipeListener);

impl Listener {
    pub(crate) fn bind(address: &Address) -> Result<(Self, Claim), BindError> {
        let failed = |error: io::Error| match error.raw_os_error() {
            Some(ACCESS_DENIED | PIPE_BUSY) => BindError::InUse { endpoint: address.pipe.clone() },
            _ => BindError::Io { endpoint: address.pipe.clone(), error },
        };
        let name = address.pipe.as_str().to_fs_name::<GenericFilePath>().map_err(failed)?;
        let text = widestring::U16CString::from_str_truncate(OWNER_ONLY);
        let descriptor = SecurityDescriptor::deserialize(&text).map_err(failed)?;
        let listener =
            ListenerOptions::new().name(name).security_descriptor(descriptor).create_tokio().map_err(failed)?;
        Ok((Self(listener), Claim))
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<Transport> {
        let stream = self.0.accept().await?;
        let pid = stream.peer_creds()?.pid();
        Ok(transport(stream, pid))
    }
}

/// Connects to the server at `address`.
///
/// A server that has no instance of its pipe free makes the next in a moment, unless it is going. The wait is this
/// future's: one that the operating system does would hold a thread after the future is dropped, for as long as the pipe
/// is busy, and the end of the runtime with it.
pub(crate) async fn connect(address: &Address) -> Result<Transport, ConnectError> {
    let at_once = ConnectWaitMode::Timeout(Duration::ZERO);
    loop {
        match DuplexPipeStream::<Bytes>::connect_by_path_with_wait_mode(address.pipe.as_str(), at_once).await {
            Ok(stream) => {
                let pid = stream.peer_process_id().map_err(ConnectError::Io)?;
                return Ok(transport(stream, Some(pid)));
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ConnectError::NotRunning { endpoint: address.pipe.clone() });
            }
            Err(error) => return Err(ConnectError::Io(error)),
        }
    }
}

fn transport<S>(stream: S, pid: Option<u32>) -> Transport
where
    S: Send + Sync + 'static,
    for<'a> &'a S: AsyncRead + AsyncWrite + Unpin,
{
    let mut peer = Peer::unknown();
    if let Some(pid) = pid {
        peer = peer.with_pid(pid);
    }
    let stream = Arc::new(stream);
    Transport::new(Half(Arc::clone(&stream)), Half(stream)).with_peer(peer)
}

/// One direction of a pipe, which reads and writes by a shared reference.
struct Half<S>(Arc<S>);

impl<S> AsyncRead for Half<S>
where
    for<'a> &'a S: AsyncRead + Unpin,
{
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.0).poll_read(cx, buffer)
    }
}

impl<S> AsyncWrite for Half<S>
where
    for<'a> &'a S: AsyncWrite + Unpin,
{
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.0).poll_shutdown(cx)
    }
}
