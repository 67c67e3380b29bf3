//! What stands at a pipe's name.

use std::fs;
use std::io;

use super::{Address, PIPE_BUSY, PIPES_HERE, open};
use crate::bind::Holder;
use crate::survey::{EndpointState, FoundEndpoint};

/// The names of this user's pipes.
pub(crate) fn names() -> io::Result<Vec<String>> {
    let own = Address::of_name("")?;
    let [pipes, _] = PIPES_HERE;
    let Some(prefix) = own.pipe.strip_prefix(pipes) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in fs::read_dir(pipes)? {
        let name = entry?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_prefix(prefix)).map(str::to_owned));
    }
    names.retain(|name| crate::endpoint::is_name(name));
    // A pipe stands there once for each of its instances, on some systems.
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

pub(crate) fn look(name: Option<String>, address: &Address) -> FoundEndpoint {
    let state = match address.check().and_then(|()| open(address)) {
        Ok(pipe) => EndpointState::Live(match pipe.peer_process_id() {
            Ok(pid) => Some(Holder::new(pid, None)),
            Err(error) => {
                tracing::debug!(%error, "the process that listens is not known");
                None
            }
        }),
        Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => EndpointState::Busy,
        Err(error) if error.kind() == io::ErrorKind::NotFound => EndpointState::Missing,
        Err(error) => EndpointState::Unreachable(error.to_string()),
    };
    FoundEndpoint { name, path: address.pipe.clone().into(), state, file: None }
}
