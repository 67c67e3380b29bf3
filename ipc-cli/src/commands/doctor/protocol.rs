//! The version of the protocol: which one this program speaks, and which the servers do.

use std::time::Duration;

use futures_util::future::join_all;
use ipc_bridge::{Client, ConnectError, Endpoint, EndpointState, FoundEndpoint, Limits, PROTOCOL_VERSION};

use super::Finding;
use crate::connection;

const SUBJECT: &str = "protocol";

/// How long a server that was not asked for may take to say hello: longer than a busy machine takes, and no longer than
/// somebody waits for what is only looked at in passing.
const GREETING: Duration = Duration::from_secs(2);

/// What each of these servers speaks, in their order; nothing of one that is not there to be asked, or is asked by
/// itself. They are shown no token.
pub(super) async fn of_all(found: &[FoundEndpoint], by_itself: Option<&str>) -> Vec<Option<Finding>> {
    join_all(found.iter().map(|one| of_found(one, by_itself))).await
}

async fn of_found(found: &FoundEndpoint, by_itself: Option<&str>) -> Option<Finding> {
    let (name, EndpointState::Live(_)) = (found.name.as_deref()?, &found.state) else { return None };
    if by_itself == Some(name) {
        return None;
    }
    let limits = Limits::default().handshake(GREETING);
    let answer = Client::builder().limits(limits).connect(&Endpoint::from(name)).await;
    Some(of_answer(name, &answer))
}

/// What a server said of itself when this program said hello, or why that is not known.
pub(super) fn of_answer(shown: &str, answer: &Result<Client, ConnectError>) -> Finding {
    let error = match answer {
        Ok(client) => return of_version(shown, client.server().protocol),
        Err(ConnectError::Version(version)) => return of_version(shown, *version),
        Err(error) => error,
    };
    match error {
        ConnectError::Refused(failure) if failure.code() == "PROTOCOL_ERROR" => {
            let said = format!("{shown} does not take the hello of this program: {}", failure.message());
            Finding::bad(SUBJECT, said, "the two are of different versions: update the older one")
        }
        ConnectError::Refused(failure) => {
            let said = format!("{shown} refused this program before it told its version: {failure}");
            let mend = match failure.code() {
                "DENIED" => format!("a token may open it: --endpoint {shown} --token-file FILE"),
                _ => "ask again when it takes connections".to_owned(),
            };
            Finding::warning(SUBJECT, said, mend)
        }
        ConnectError::NotIpcBridge(_) => {
            let said = format!("{shown} speaks another protocol: {error}");
            Finding::warning(SUBJECT, said, "another program has this place: name the server's with --endpoint")
        }
        other => {
            let said = format!("it is not known what {shown} speaks: {other}");
            Finding::warning(SUBJECT, said, format!("`ipc doctor --endpoint {shown}` looks closer"))
        }
    }
}

fn of_version(shown: &str, theirs: u16) -> Finding {
    let differs = format!("{shown} speaks version {theirs}, and this program version {PROTOCOL_VERSION}");
    match connection::mend(theirs) {
        Some(mend) => Finding::bad(SUBJECT, format!("{differs}: they do not come together"), mend),
        None => Finding::good(SUBJECT, format!("{shown} speaks version {theirs}, as this program does")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Level;

    #[test]
    fn the_older_side_is_to_be_updated() {
        let newer = of_version("demo", PROTOCOL_VERSION + 1);
        assert_eq!(newer.level, Level::Bad);
        assert!(newer.mend.unwrap().starts_with("this program is the older one: "));
        let older = of_version("demo", PROTOCOL_VERSION - 1);
        assert_eq!(older.level, Level::Bad);
        assert!(older.mend.unwrap().starts_with("the server is the older one: "));
        let same = of_version("demo", PROTOCOL_VERSION);
        assert_eq!((same.level, same.mend), (Level::Good, None));
    }
}
