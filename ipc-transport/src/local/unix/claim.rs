//! Whose a socket's path is: the lock under which it is taken and given up, and the file that goes with its server.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

use super::{Address, own_uid};
use crate::bind::BindError;

/// How often, and after which pause, a server that ends asks for a lock that another has: for as long as a start takes.
const LEAVING_TRIES: u32 = 20;
const LEAVING_PAUSE: Duration = Duration::from_millis(1);

/// The lock beside a socket: two servers that start at once look at the socket one after the other.
///
/// The lock's file goes when its server does. Whoever waited for it until then holds a lock on a file without a name,
/// sees that, and begins anew with the file that stands there now.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits for the lock of the socket at `socket`.
    pub(super) fn of(socket: &Path) -> Result<Self, BindError> {
        let path = socket.with_added_extension("lock");
        let refused = |reason: String| BindError::Lock { path: path.clone(), reason };
        loop {
            let file = open(&path).map_err(|error| refused(error.to_string()))?;
            let found = file.metadata().map_err(|error| refused(error.to_string()))?;
            if !found.is_file() {
                return Err(refused("it is no plain file".to_owned()));
            }
            // Whoever owns it could hold it for good.
            if found.uid() != own_uid() {
                return Err(refused(format!("it belongs to user {}", found.uid())));
            }
            file.lock().map_err(|error| refused(error.to_string()))?;
            let lock = Self { file, path: path.clone() };
            if lock.is_in_place().map_err(|error| refused(error.to_string()))? {
                return Ok(lock);
            }
        }
    }

    /// The lock at `path`, where it is there; `None` where a server that starts has it, and keeps it longer than any does.
    ///
    /// A server that ends does not wait for good: whoever drops it would.
    fn to_leave(path: &Path) -> io::Result<Option<Self>> {
        for _ in 0..LEAVING_TRIES {
            let file = File::options().write(true).custom_flags(not_elsewhere()).open(path)?;
            match file.try_lock() {
                Ok(()) => {
                    let lock = Self { file, path: path.to_owned() };
                    if lock.is_in_place()? {
                        return Ok(Some(lock));
                    }
                }
                Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LEAVING_PAUSE),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether the file that is locked is the one that stands at the path.
    fn is_in_place(&self) -> io::Result<bool> {
        let ours = self.file.metadata()?;
        match fs::symlink_metadata(&self.path) {
            Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes the lock's file, because no server comes of this.
    pub(super) fn give_up(self) {
        let path = self.path.clone();
        if let Err(error) = self.remove() {
            tracing::warn!(path = %path.display(), %error, "the lock beside a socket was not removed");
        }
    }

    /// Removes the lock's file, unless there is something in it: then it is somebody's, who put it there.
    fn remove(self) -> io::Result<()> {
        if self.file.metadata()?.len() > 0 {
            return Ok(());
        }
        fs::remove_file(&self.path)
    }
}

fn open(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).mode(0o600).custom_flags(not_elsewhere()).open(path)
}

/// A link is not followed to what it names, and a pipe without a reader is not waited for.
fn not_elsewhere() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// The file of a listening socket, which is removed when this is dropped: from then on the name is free, whether or not
/// the task that listens has ended already.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    lock: PathBuf,
    /// What tells this file from that of a later server of the same name.
    made: Made,
}

/// Device, inode, and when the inode was last changed: the next file may get the same inode.
type Made = (u64, u64, i64, i64);

fn made(path: &Path) -> io::Result<Made> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino(), found.ctime(), found.ctime_nsec()))
}

impl Claim {
    /// The claim of a socket that was made under `lock`, which is let go.
    pub(super) fn new(address: &Address, lock: Lock) -> io::Result<Self> {
        Ok(Self { path: address.path.clone(), made: made(&address.path)?, lock: lock.path })
    }

    fn release(&self) -> io::Result<()> {
        let lock = match Lock::to_leave(&self.lock) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match made(&self.path) {
            Ok(made) if made == self.made => fs::remove_file(&self.path)?,
            // The listener had ended before, with its runtime, and another server has reclaimed the name.
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        lock.map_or(Ok(()), Lock::remove)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        match self.release() {
            Ok(()) => {}
            // The folder was removed, with all that was in it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %self.path.display(), %error, "the socket's file was not removed"),
        }
    }
}
