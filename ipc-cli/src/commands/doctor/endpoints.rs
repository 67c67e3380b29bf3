//! The folder of the endpoints, and what stands in it.

use ipc_bridge::{Endpoint, EndpointFile, EndpointState, FoundEndpoint};

use super::{Finding, protocol};

const SUBJECT: &str = "endpoint";

/// Looks at all endpoints, and asks those that have a server for its version, but for the one that is asked by itself.
pub(super) async fn look(asked: Option<&str>) -> Vec<Finding> {
    let mut findings: Vec<_> = folder().into_iter().collect();
    match Endpoint::all() {
        Ok(found) if found.is_empty() => findings.push(Finding::good(SUBJECT, "no server of this user has a name")),
        Ok(found) => {
            let spoken = protocol::of_all(&found, asked).await;
            findings
                .extend(found.iter().zip(spoken).flat_map(|(one, spoken)| of_endpoint(one).into_iter().chain(spoken)));
        }
        Err(error) => findings.push(Finding::bad(SUBJECT, error.to_string(), "see who owns the folder, and its mode")),
    }
    findings
}

pub(super) fn of_endpoint(found: &FoundEndpoint) -> Vec<Finding> {
    let path = found.path.display();
    let name = found.name.as_ref().map_or_else(|| path.to_string(), |name| format!("{name} ({path})"));
    let state = match &found.state {
        EndpointState::Live(Some(holder)) => Finding::good(SUBJECT, format!("{name}: {holder} listens")),
        EndpointState::Live(None) => Finding::good(SUBJECT, format!("{name}: a server listens")),
        EndpointState::Busy => Finding::warning(
            SUBJECT,
            format!("{name}: a server is there, and takes no connection now"),
            "it is stopped, or overwhelmed: look at its process",
        ),
        EndpointState::Stale => Finding::warning(
            SUBJECT,
            format!("{name}: the socket of a server that is gone"),
            format!("start the server again, which takes its name over, or: rm {path}"),
        ),
        EndpointState::Missing => Finding::bad(
            SUBJECT,
            format!("{name}: nothing is there"),
            "start the server, or name another with --endpoint",
        ),
        EndpointState::NotASocket => Finding::bad(
            SUBJECT,
            format!("{name}: that is no socket, and no server takes its place"),
            "move it away, or choose another path",
        ),
        EndpointState::Unreachable(reason) => Finding::bad(
            SUBJECT,
            format!("{name}: it cannot be looked at: {reason}"),
            "see who owns it and its folder, and their modes",
        ),
        _ => Finding::good(SUBJECT, name.clone()),
    };
    let mode = found.file.filter(|_| found.is_live()).and_then(|file| of_file(&name, file));
    std::iter::once(state).chain(mode).collect()
}

#[cfg(unix)]
fn of_file(name: &str, EndpointFile { uid, mode, .. }: EndpointFile) -> Option<Finding> {
    let own = rustix::process::geteuid().as_raw();
    if uid != own {
        let said = format!("{name}: the socket belongs to user {uid}, and you are {own}");
        let mend =
            "a client does not trust it, unless it says `allow_server_uid`; ask that user's server to run as you";
        return Some(Finding::warning(SUBJECT, said, mend));
    }
    (mode & 0o077 != 0).then(|| {
        let said = format!("{name}: its mode is {mode:03o}, which lets others connect");
        Finding::warning(SUBJECT, said, "right for a server that allows others; every other makes it 600")
    })
}

#[cfg(not(unix))]
fn of_file(_: &str, _: EndpointFile) -> Option<Finding> {
    None
}

/// The folder of the names.
#[cfg(unix)]
fn folder() -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;

    const SUBJECT: &str = "folder";
    let found = Endpoint::from("any").look().ok()?;
    let folder = found.folder()?;
    let shown = folder.display();
    let there = match std::fs::symlink_metadata(folder) {
        Ok(there) => there,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Some(Finding::good(SUBJECT, format!("{shown} is not there yet: the first server makes it")));
        }
        Err(error) => return Some(Finding::bad(SUBJECT, format!("{shown}: {error}"), "see the folders above it")),
    };
    let (own, mode) = (rustix::process::geteuid().as_raw(), there.mode() & 0o7777);
    Some(if !there.is_dir() {
        Finding::bad(SUBJECT, format!("{shown} is no folder"), format!("move it away: mv {shown} {shown}.old"))
    } else if there.uid() != own {
        let said = format!("{shown} belongs to user {}, and you are {own}", there.uid());
        Finding::bad(SUBJECT, said, "set XDG_RUNTIME_DIR to a folder of your own, or run as that user")
    } else if mode & 0o077 != 0 {
        Finding::bad(
            SUBJECT,
            format!("{shown} has mode {mode:03o}, which lets others in"),
            format!("chmod 700 {shown}"),
        )
    } else {
        Finding::good(SUBJECT, format!("{shown} is yours alone (mode {mode:03o})"))
    })
}

/// Pipes have no folder.
#[cfg(not(unix))]
fn folder() -> Option<Finding> {
    None
}
