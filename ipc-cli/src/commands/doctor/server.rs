//! The server that was named, or the only one that runs.

use std::time::Instant;

use ipc_bridge::{Client, ConnectError, Endpoint, INTROSPECT};

use super::endpoints::of_endpoint;
use super::{Finding, Level, protocol};
use crate::connection;
use crate::failure::Failed;
use crate::options::Options;

const SUBJECT: &str = "server";

/// How often a question is asked to see how long an answer takes.
const QUESTIONS: u32 = 5;

/// Looks at the server that is `asked`, or tells why none is.
pub(super) async fn look(options: &Options, asked: Result<(Endpoint, String), Failed>) -> Vec<Finding> {
    let named = options.endpoint.is_some();
    let (place, shown) = match asked {
        Ok(found) => found,
        Err(failed) => {
            return vec![Finding {
                level: Level::Good,
                subject: SUBJECT,
                said: format!("none was looked at: {}", failed.said),
                mend: failed.notes.first().cloned(),
            }];
        }
    };
    let mut findings = Vec::new();
    // One with a name has been looked at with all others, where it is there.
    if named {
        match place.look() {
            Ok(found) if found.name.is_some() && found.is_live() => {}
            Ok(found) => findings.extend(of_endpoint(&found)),
            Err(error) => findings.push(Finding::bad(SUBJECT, error.to_string(), "name another with --endpoint")),
        }
    }
    let answer = match connection::reach(options, &place).await {
        Ok(answer) => answer,
        Err(failed) => {
            findings.push(of_failed(failed));
            return findings;
        }
    };
    match answer {
        Ok(_) | Err(ConnectError::Version(_)) => findings.push(protocol::of_answer(&shown, &answer)),
        Err(_) => {}
    }
    match answer {
        Ok(client) => findings.extend(of_client(&client, &shown).await),
        // That is all there is to say of it.
        Err(ConnectError::Version(_)) => {}
        Err(error) => findings.push(of_failed(connection::no_connection(&error, &shown))),
    }
    findings
}

fn of_failed(failed: Failed) -> Finding {
    let mend = failed.notes.into_iter().next().unwrap_or_else(|| "see the log of the server".to_owned());
    Finding::bad(SUBJECT, failed.said, mend)
}

async fn of_client(client: &Client, shown: &str) -> Vec<Finding> {
    let hello = client.server();
    let mut findings = vec![Finding::good(SUBJECT, format!("{shown} is {}", hello.agent))];
    let own = concat!("ipc-bridge/", env!("CARGO_PKG_VERSION"));
    if hello.agent != own {
        let said = format!("the server is {}, and this program is {own}", hello.agent);
        findings.push(Finding::warning("version", said, "what the older one does not know, it says so of"));
    }
    findings.push(match hello.grants.as_deref() {
        Some([]) => {
            Finding::warning("grants", "you are granted nothing", "a token grants more: --token-file, IPC_TOKEN")
        }
        Some(grants) => Finding::good("grants", grants.join(", ")),
        None => Finding::good("grants", "the server does not say what you are granted"),
    });
    let mut shortest = None;
    for _ in 0..QUESTIONS {
        let begun = Instant::now();
        let told = client.describe().await;
        let taken = begun.elapsed();
        match told {
            Ok(_) => {}
            Err(error) if error.code() == Some("DENIED") => {
                let said = format!("you may not be told what there is: {INTROSPECT} is not granted");
                findings.push(Finding::warning("contract", said, "arguments are guessed then; a token may grant it"));
                return findings;
            }
            Err(error) if error.code() == Some("UNKNOWN_CHANNEL") => {
                let said = "the server tells nobody what there is";
                findings.push(Finding::warning(
                    "contract",
                    said,
                    "it was built with `introspection(false)`, or is older",
                ));
                return findings;
            }
            Err(error) => {
                findings.push(Finding::bad("contract", error.to_string(), "see the log of the server"));
                return findings;
            }
        }
        shortest = Some(shortest.map_or(taken, |shortest: std::time::Duration| shortest.min(taken)));
    }
    let fingerprint = hello.fingerprint.as_deref().unwrap_or("none");
    findings.push(Finding::good("contract", format!("its fingerprint is {fingerprint}")));
    if let Some(shortest) = shortest {
        findings.push(Finding::good("clock", format!("it tells what it has within {shortest:.1?}")));
    }
    findings
}
