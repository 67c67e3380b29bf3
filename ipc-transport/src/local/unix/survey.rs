//! What stands at a socket's path.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use rustix::io::Errno;

use super::{Address, probe};
use crate::survey::{EndpointFile, EndpointState, FoundEndpoint};

/// The names of this user's sockets.
pub(crate) fn names() -> io::Result<Vec<String>> {
    let address = Address::of_name("any")?;
    let entries = match fs::read_dir(address.folder()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".sock")).map(str::to_owned));
    }
    // Something that a name cannot be was put there by somebody else.
    names.retain(|name| crate::endpoint::is_name(name));
    Ok(names)
}

pub(crate) fn look(name: Option<String>, address: &Address) -> FoundEndpoint {
    let found = |state, file| FoundEndpoint { name: name.clone(), path: address.path.clone(), state, file };
    let unreachable = |error: io::Error| EndpointState::Unreachable(error.to_string());
    if let Err(error) = address.check() {
        return found(unreachable(error), None);
    }
    match fs::symlink_metadata(&address.path) {
        Ok(there) => {
            let file = Some(EndpointFile { uid: there.uid(), mode: there.mode() & 0o7777 });
            let state = if there.file_type().is_socket() { state(address) } else { EndpointState::NotASocket };
            found(state, file)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => found(EndpointState::Missing, None),
        Err(error) => found(unreachable(error), None),
    }
}

fn state(address: &Address) -> EndpointState {
    match probe::probe(&address.path) {
        Ok(stream) => EndpointState::Live(probe::holder(stream)),
        Err(Errno::AGAIN | Errno::INPROGRESS) => EndpointState::Busy,
        Err(Errno::CONNREFUSED) => EndpointState::Stale,
        Err(Errno::NOENT) => EndpointState::Missing,
        Err(error) => EndpointState::Unreachable(io::Error::from(error).to_string()),
    }
}
