//! Named pipes: every instance owned by this user alone, remote clients refused, both ends known by their process.

mod half;
mod survey;
mod user;

use std::fs::File;
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::OwnedHandle;
use std::path::Path;
use std::time::Duration;

use interprocess::os::windows::named_pipe::PipeListenerOptions;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::named_pipe::tokio::{DuplexPipeStream, PipeListener};
use ipc_core::Peer;

use crate::admission::Admission;
use crate::bind::{BindError, Holder};
use crate::connect::ConnectError;
use crate::transport::Transport;

pub(crate) use half::Half;
pub(crate) use survey::{look, names};

type Pipe = DuplexPipeStream<Bytes>;

/// Where the pipes of this machine are. Those of another would be at its name in the place of the dot.
const PIPES_HERE: [&str; 2] = [r"\\.\pipe\", r"\\?\pipe\"];

/// What Windows answers when a pipe of this name was made by another process: ERROR_ACCESS_DENIED.
const ACCESS_DENIED: i32 = 5;

/// What Windows answers when all instances of a pipe are in use: ERROR_PIPE_BUSY.
const PIPE_BUSY: i32 = 231;

/// FILE_FLAG_OVERLAPPED: what is asked of the pipe goes on beside what else is done.
const OVERLAPPED: u32 = 0x4000_0000;

/// SECURITY_IDENTIFICATION: whoever has the pipe may learn who connects, and may not act in that user's name.
const IDENTIFICATION: u32 = 0x0001_0000;

/// The pause before a pipe is asked for again whose instances are all in use.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// A pipe has no user of a number: it is its owner's alone, and the system refuses all others.
pub(crate) const fn own_user() -> Option<u32> {
    None
}

/// The name of a pipe.
#[derive(Debug)]
pub(crate) struct Address {
    pipe: String,
}

impl Address {
    /// The pipe of this name of this user.
    pub(crate) fn of_name(name: &str) -> io::Result<Self> {
        Ok(Self { pipe: format!(r"\\.\pipe\ipc-bridge-{}-{name}", user::own()?) })
    }

    pub(crate) fn of_path(path: &Path) -> Self {
        Self { pipe: path.display().to_string() }
    }

    /// Whether it is a pipe of this machine, and not a file, or another machine's.
    fn check(&self) -> io::Result<()> {
        let begins =
            |prefix: &str| self.pipe.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
        if PIPES_HERE.into_iter().any(begins) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, r"the path of a pipe begins with `\\.\pipe\`"))
    }
}

/// What keeps a pipe's name: the listener itself, on this system.
#[derive(Debug)]
pub(crate) struct Claim;

/// A listening pipe.
#[derive(Debug)]
pub(crate) struct Listener(PipeListener<Bytes, Bytes>);

impl Listener {
    /// Listens at `address`, which no process may have yet. Nobody but this user reaches it.
    pub(crate) fn bind(address: &Address, _: &Admission) -> Result<(Self, Claim), BindError> {
        let failed = |error| BindError::Io { endpoint: address.pipe.clone(), error };
        address.check().map_err(failed)?;
        let descriptor = user::own().and_then(|own| user::owner_only(&own)).map_err(failed)?;
        // The first instance of a pipe is made as such: whoever had one before would share its clients.
        let options = PipeListenerOptions::new()
            .path(address.pipe.as_str())
            .security_descriptor(Some(descriptor))
            .accept_remote(false)
            .inheritable(false);
        match options.create_tokio_duplex::<Bytes>() {
            Ok(listener) => Ok((Self(listener), Claim)),
            Err(error) if matches!(error.raw_os_error(), Some(ACCESS_DENIED | PIPE_BUSY)) => {
                Err(BindError::InUse { endpoint: address.pipe.clone(), holder: holder(address) })
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<Transport> {
        transport(self.0.accept().await?)
    }
}

/// The process that has the pipe, where it has an instance free, and lets this user open it.
fn holder(address: &Address) -> Option<Holder> {
    match open(address).and_then(|pipe| pipe.peer_process_id()) {
        Ok(pid) => Some(Holder::new(pid, None)),
        // That the name is taken is what matters; by whom is told where it can be.
        Err(error) => {
            tracing::debug!(%error, "the process that listens is not known");
            None
        }
    }
}

/// Connects to the server at `address`, where the pipe is this user's own.
///
/// A server that has no instance of its pipe free makes the next in a moment, unless it is going. The wait is this
/// future's: one that the operating system does would hold a thread after the future is dropped, for as long as the pipe
/// is busy, and the end of the runtime with it.
pub(crate) async fn connect(address: &Address) -> Result<Transport, ConnectError> {
    address.check().map_err(ConnectError::Io)?;
    let pipe = loop {
        match open(address) {
            Ok(pipe) => break pipe,
            Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ConnectError::NotRunning { endpoint: address.pipe.clone() });
            }
            Err(error) => return Err(ConnectError::Io(error)),
        }
    };
    let owner = user::owner(&pipe).map_err(ConnectError::Io)?;
    if owner.as_ref() != Some(&user::own().map_err(ConnectError::Io)?) {
        let owner = owner.unwrap_or_else(|| "nobody".to_owned());
        return Err(ConnectError::WrongOwner { endpoint: address.pipe.clone(), owner });
    }
    transport(pipe).map_err(ConnectError::Io)
}

/// Opens an instance of a pipe, and waits for none.
fn open(address: &Address) -> io::Result<Pipe> {
    let mut options = File::options();
    options.read(true).write(true).custom_flags(OVERLAPPED).security_qos_flags(IDENTIFICATION);
    let pipe = Pipe::try_from(OwnedHandle::from(options.open(&address.pipe)?))?;
    // Nothing was written yet that would have to arrive before the pipe is closed.
    pipe.assume_flushed();
    Ok(pipe)
}

fn transport(pipe: Pipe) -> io::Result<Transport> {
    let peer = Peer::unknown().with_pid(pipe.peer_process_id()?);
    let (reader, writer) = Half::both(pipe);
    Ok(Transport::local(reader, writer, peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_process_that_has_a_pipe_is_found() {
        let address = Address::of_name(&format!("holder-{}", std::process::id())).expect("this process has a user");
        assert_eq!(holder(&address), None);
        let (_listener, _claim) = Listener::bind(&address, &Admission::default()).expect("nobody has the pipe");
        assert_eq!(holder(&address), Some(Holder::new(std::process::id(), None)));
    }
}
