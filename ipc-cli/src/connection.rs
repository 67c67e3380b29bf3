//! The way to a server: which endpoint, and what mends it where there is none.

use std::cmp::Ordering;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ipc_bridge::{Client, ConnectError, Endpoint, FoundEndpoint, PROTOCOL_VERSION, ReadTokenError, Token};

use crate::failure::Failed;
use crate::options::Options;

/// The environment variable of a token.
const TOKEN: &str = "IPC_TOKEN";

/// The endpoint that was named, and how it is called in messages.
pub(crate) fn endpoint(options: &Options) -> Result<(Endpoint, String), Failed> {
    if let Some(named) = &options.endpoint {
        return Ok((parse(named), named.clone()));
    }
    let live: Vec<_> = found()?.into_iter().filter(FoundEndpoint::is_live).filter_map(|found| found.name).collect();
    match live.as_slice() {
        [only] => Ok((Endpoint::from(only), only.clone())),
        [] => Err(Failed::no_connection("no server runs that has a name, and none was named")
            .note("--endpoint, or IPC_ENDPOINT, says where it listens: a name, or a path")),
        several => Err(Failed::usage("several servers run: which one?")
            .note(format_args!("--endpoint, or IPC_ENDPOINT, is one of {}", several.join(", ")))),
    }
}

/// A path has something of a path in it.
fn parse(text: &str) -> Endpoint {
    if text.contains(['/', '\\']) { Endpoint::from(Path::new(text)) } else { Endpoint::from(text) }
}

fn found() -> Result<Vec<FoundEndpoint>, Failed> {
    Endpoint::all().map_err(Failed::no_connection)
}

/// Connects to the server that was named.
pub(crate) async fn connect(options: &Options) -> Result<Client, Failed> {
    let (endpoint, shown) = endpoint(options)?;
    reach(options, &endpoint).await?.map_err(|error| no_connection(&error, &shown))
}

/// Connects to this server, and tells apart what is wrong with the command line from what the server says to it.
pub(crate) async fn reach(options: &Options, endpoint: &Endpoint) -> Result<Result<Client, ConnectError>, Failed> {
    let mut builder = Client::builder();
    if let Some(token) = token(options)? {
        builder = builder.token(token);
    }
    let connecting = builder.connect(endpoint);
    Ok(match options.timeout {
        None => connecting.await,
        Some(waited) => match tokio::time::timeout(waited, connecting).await {
            Ok(connected) => connected.map(|client| client.timeout(waited)),
            Err(_) => Err(ConnectError::Timeout { waited }),
        },
    })
}

/// The token that was given, if one was.
fn token(options: &Options) -> Result<Option<Token>, Failed> {
    if let Some(path) = &options.token_file {
        let file = File::open(path).map_err(|error| Failed::file(path.display(), error))?;
        // Whoever wrote it by hand may have ended its line, or not.
        return Token::read_from(file.chain(&b"\n"[..])).map(Some).map_err(|error| Failed::file(path.display(), error));
    }
    match Token::from_env(TOKEN) {
        Ok(token) => Ok(Some(token)),
        Err(ReadTokenError::NotSet { .. }) => Ok(None),
        Err(error) => Err(Failed::usage(error)),
    }
}

/// Why there is no connection to the server that is called `shown`.
pub(crate) fn no_connection(error: &ConnectError, shown: &str) -> Failed {
    match error {
        ConnectError::Name(error) => Failed::usage(error),
        ConnectError::NotRunning { .. } => {
            let failed = Failed::no_connection(format_args!("no server at `{shown}`; is it running?"));
            failed.note(others(shown))
        }
        ConnectError::Refused(failure) => {
            Failed { exit: crate::failure::Exit::NoConnection, ..Failed::of_answer(shown, failure) }
        }
        ConnectError::Version(version) => {
            let failed = Failed::no_connection(error);
            mend(*version).into_iter().fold(failed, Failed::note)
        }
        ConnectError::NotIpcBridge(_) | ConnectError::Timeout { .. } | ConnectError::Io(_) => {
            Failed::no_connection(error).note(format_args!("`ipc doctor --endpoint {shown}` looks closer"))
        }
        other => Failed::no_connection(other),
    }
}

/// Which side is to be updated for a server that speaks this version; nothing where both speak the same.
pub(crate) fn mend(theirs: u16) -> Option<String> {
    match theirs.cmp(&PROTOCOL_VERSION) {
        Ordering::Equal => None,
        Ordering::Greater => Some(format!(
            "this program is the older one: update it (cargo install ipc-cli) to one that speaks version {theirs}"
        )),
        Ordering::Less => Some(format!(
            "the server is the older one: build it anew with ipc-bridge {} or later, which speaks version {PROTOCOL_VERSION}",
            env!("CARGO_PKG_VERSION")
        )),
    }
}

/// The endpoints that there are instead.
fn others(shown: &str) -> String {
    let Ok(found) = Endpoint::all() else { return "the endpoints of this user cannot be seen".to_owned() };
    let live: Vec<_> = found.iter().filter(|one| one.is_live()).filter_map(|one| one.name.as_deref()).collect();
    if found.iter().any(|one| one.name.as_deref() == Some(shown)) && !live.contains(&shown) {
        return "the server that had this name is gone, and left its socket: start it again".to_owned();
    }
    if live.is_empty() {
        "there is no endpoint here".to_owned()
    } else {
        format!("endpoints here: {}", live.join(", "))
    }
}
