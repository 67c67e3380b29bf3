//! Makes a socket that nobody can connect to who may not: from the moment at which it stands at its path.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, lchown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{GenericFilePath, ListenerNonblockingMode, ListenerOptions};
use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
use interprocess::os::unix::uds_local_socket::Listener as SocketListener;

use super::Address;
use crate::admission::Reach;
use crate::bind::BindError;

/// Where a socket can be given its mode before it is bound, by `fchmod`. Other kernels refuse that, or pass over it.
const MODE_BEFORE_BIND: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Listens at `address`, where there is nothing. The caller holds the lock.
pub(super) fn listener(address: &Address, reach: Reach) -> Result<UnixListener, BindError> {
    let listener = match reach {
        Reach::Owner if MODE_BEFORE_BIND => made_with_its_mode(&address.path).map_err(|error| address.failed(error)),
        _ => staged(address, reach),
    }?;
    listener.set_nonblocking(true).map_err(|error| address.failed(error))?;
    Ok(listener)
}

fn made_with_its_mode(path: &Path) -> io::Result<UnixListener> {
    let name = path.to_fs_name::<GenericFilePath>()?;
    // The file is removed by the claim: removed by a listener that ends late, it could be a later server's.
    let options = ListenerOptions::new().name(name).mode(0o600).reclaim_name(false);
    let options = options.nonblocking(ListenerNonblockingMode::Both);
    Ok(options.create_sync_as::<SocketListener>()?.into())
}

/// Makes the socket in a folder beside its path that only this user can enter, and moves it to its path when its mode and
/// its group are what they should be. A mode that is set after `bind`, or by the process's mask, has a moment at which it
/// is another, or is another thread's too.
fn staged(address: &Address, reach: Reach) -> Result<UnixListener, BindError> {
    let staging = Staging::beside(address).map_err(|error| address.failed(error))?;
    let staged = staging.socket();
    let listener = UnixListener::bind(&staged).map_err(|error| address.failed(error))?;
    if let Reach::Group(gid) = reach {
        lchown(&staged, None, Some(gid)).map_err(|error| BindError::Group {
            path: address.path.clone(),
            gid,
            error,
        })?;
    }
    let mode = match reach {
        Reach::Owner => 0o600,
        Reach::Group(_) => 0o660,
        Reach::Everybody => 0o666,
    };
    fs::set_permissions(&staged, Permissions::from_mode(mode))
        .and_then(|()| fs::rename(&staged, &address.path))
        .map_err(|error| address.failed(error))?;
    Ok(listener)
}

/// A folder for one socket, until that is moved away.
struct Staging(PathBuf);

impl Staging {
    fn beside(address: &Address) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            // Short, because a socket's path must be.
            let name = format!(".{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = address.folder().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                // A process of this number died as it was here.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn socket(&self) -> PathBuf {
        self.0.join("s")
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let removed = match fs::remove_file(self.socket()) {
            // It was moved to its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_dir(&self.0),
            Err(error) => Err(error),
            Ok(()) => fs::remove_dir(&self.0),
        };
        if let Err(error) = removed {
            tracing::warn!(path = %self.0.display(), %error, "a folder for a socket was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    /// Whatever this platform does by itself, the other way is tested as well.
    #[test]
    fn a_staged_socket_has_its_mode_and_leaves_no_folder_behind() {
        let folder = std::env::temp_dir().join(format!("ipc-bridge-staged-{}", std::process::id()));
        fs::create_dir(&folder).expect("the folder is this test's own");
        let address = Address::of_path(&folder.join("s.sock"));
        let group = fs::metadata(&folder).expect("it is there").gid();
        for (reach, mode) in [(Reach::Owner, 0o600), (Reach::Group(group), 0o660), (Reach::Everybody, 0o666)] {
            let listener = staged(&address, reach).expect("it can be made");
            let found = fs::metadata(&address.path).expect("it is at its path");
            assert_eq!(found.mode() & 0o777, mode, "{reach:?}");
            let _client = std::os::unix::net::UnixStream::connect(&address.path).expect("it listens");
            listener.accept().expect("the client has come");
            fs::remove_file(&address.path).expect("it is there");
            assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "{reach:?}");
        }
        fs::remove_dir(&folder).expect("it is empty");
    }
}
