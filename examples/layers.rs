//! Three layers around a register of staff, in a process of its own: one keeps what a peer may not know out of the
//! responses, one refuses requests by what is in them, and one writes down who asked for what, when, and what came of it.
//!
//! ```text
//! cargo run --example layers
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;

use std::collections::HashSet;
use std::convert::Infallible;
use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use ipc_bridge::Failure;
use ipc_bridge::layer::{self, CallLayer, CallRequest, CallResponse, Next, TypedNext};
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_layer::Layer;
use tower_service::Service;

use backend::Backend;

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Person {
    name: String,
    /// For those who signed in alone.
    salary: Option<u32>,
}

/// The connections of those who signed in.
#[derive(Debug, Clone, Default)]
struct SignedIn(Arc<Mutex<HashSet<u64>>>);

impl SignedIn {
    fn holds(&self, peer: &Peer) -> bool {
        peer.connection().is_some_and(|connection| self.0.lock().expect("no holder panics").contains(&connection))
    }
}

/// Signs the peer in. A program of the world would look the badge up.
#[handler("staff:sign_in")]
fn sign_in(signed_in: State<SignedIn>, peer: Peer, #[ipc(sensitive)] badge: String) -> bool {
    let welcome = badge == "1234";
    if let Some(connection) = peer.connection().filter(|_| welcome) {
        signed_in.0.lock().expect("no holder panics").insert(connection);
    }
    welcome
}

/// Everybody whose name begins so.
#[handler("staff:find")]
async fn find(start: String) -> Vec<Person> {
    let staff = [("ann", 3000), ("annabel", 4000), ("bob", 2000)];
    let found = staff.into_iter().filter(|(name, _)| name.starts_with(&start));
    found.map(|(name, salary)| Person { name: name.to_owned(), salary: Some(salary) }).collect()
}

/// Leaves a note on somebody's desk.
#[handler("staff:note")]
async fn note(name: String, text: String) -> String {
    format!("{name} will read {} letters", text.len())
}

/// Whoever has not signed in learns no salary. It sees the types of one channel, and can forget no field.
fn discreet(signed_in: SignedIn) -> impl CallLayer {
    layer::typed(move |request: find, next: TypedNext<find>| {
        let may_know = signed_in.holds(next.call().peer());
        async move {
            let mut found = next.run(request).await?;
            if !may_know {
                found.iter_mut().for_each(|person| person.salary = None);
            }
            Ok(found)
        }
    })
}

/// What looks like the number of a card is not passed on, on whatever channel it comes: twelve digits in a row.
fn no_cards() -> impl CallLayer {
    layer::raw(async |request: CallRequest, next: Next| {
        // What is no JSON, the handler refuses. The text itself may spell a digit in several ways.
        if request.payload().read::<Value>().is_ok_and(|payload| has_card(&payload)) {
            return Err(Failure::new("CARD_NUMBER", "the number of a card does not belong into a message"));
        }
        Ok(next.run(request).await)
    })
}

fn has_card(value: &Value) -> bool {
    let is_card = |text: &str| text.as_bytes().windows(12).any(|digits| digits.iter().all(u8::is_ascii_digit));
    match value {
        Value::String(text) => is_card(text),
        Value::Number(number) => is_card(&number.to_string()),
        Value::Array(values) => values.iter().any(has_card),
        Value::Object(fields) => fields.values().any(has_card),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Writes a line of JSON for each call. It is written out as tower has it, to show that there is no more to it.
#[derive(Debug, Clone)]
struct Audit(Arc<Mutex<File>>);

impl<S> Layer<S> for Audit {
    type Service = Audited<S>;

    fn layer(&self, next: S) -> Audited<S> {
        Audited { audit: self.clone(), next }
    }
}

#[derive(Debug, Clone)]
struct Audited<S> {
    audit: Audit,
    next: S,
}

impl<S> Service<CallRequest> for Audited<S>
where
    S: Service<CallRequest, Response = CallResponse, Error = Infallible, Future: Send + 'static>,
{
    type Response = CallResponse;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<CallResponse, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(cx)
    }

    fn call(&mut self, request: CallRequest) -> Self::Future {
        let mut entry = Entry {
            audit: self.audit.clone(),
            at: SystemTime::now(),
            peer: request.peer().clone(),
            channel: request.channel(),
            // A caller that waits no longer leaves it so.
            outcome: "CANCELLED".to_owned(),
        };
        let answered = self.next.call(request);
        Box::pin(async move {
            let response = answered.await?;
            response.code().unwrap_or("ok").clone_into(&mut entry.outcome);
            Ok(response)
        })
    }
}

/// One line of the audit. It is written when the call is over, however it ends.
struct Entry {
    audit: Audit,
    at: SystemTime,
    peer: Peer,
    channel: &'static str,
    outcome: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { audit, at, peer, channel, outcome } = self;
        let line = json!({
            "at": at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            "pid": peer.pid(),
            "connection": peer.connection(),
            "channel": channel,
            "outcome": outcome,
        });
        let mut file = audit.0.lock().expect("no holder panics");
        if let Err(error) = writeln!(file, "{line}") {
            eprintln!("a call is not in the audit: {error}");
        }
    }
}

fn router(audit: File) -> Router {
    let signed_in = SignedIn::default();
    Router::new()
        .state(signed_in.clone())
        .handle::<sign_in>()
        .handle_with::<find, _>(discreet(signed_in))
        .handle::<note>()
        .layer(no_cards())
        // The last is the first to see a request, so what the others refuse is written down too.
        .layer(Audit(Arc::new(Mutex::new(audit))))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint, audit] => {
            let server = Server::bind(endpoint).serve(router(File::create(audit)?)).await?;
            backend::serve_until_asked_to_finish(server).await
        }
        _ => frontend().await,
    }
}

async fn frontend() -> Result<(), Box<dyn Error>> {
    let endpoint = format!("layers-{}", std::process::id());
    let audit = std::env::temp_dir().join(format!("{endpoint}.jsonl"));
    let backend = Backend::start(&["--backend", &endpoint, &audit.to_string_lossy()]).await?;

    let (boss, intern) = (Client::connect(&endpoint).await?, Client::connect(&endpoint).await?);
    check(boss.invoke(sign_in { badge: "1234".to_owned() }).await?, "the boss signs in")?;
    let asked = || find { start: "ann".to_owned() };
    let known = boss.invoke(asked()).await?;
    println!("the boss learns:   {}", serde_json::to_string(&known)?);
    check(known.iter().all(|person| person.salary.is_some()), "the boss learns salaries")?;
    let found = intern.invoke(asked()).await?;
    println!("the intern learns: {}", serde_json::to_string(&found)?);
    check(found.len() == 2 && found.iter().all(|person| person.salary.is_none()), "the intern learns names alone")?;

    let text = "lunch? my card is 4111111111111111".to_owned();
    match intern.invoke(note { name: "ann".to_owned(), text }).await {
        Err(InvokeError::Refused(failure)) if failure.code() == "CARD_NUMBER" => println!("refused: {failure}"),
        other => return Err(format!("a card was passed on: {other:?}").into()),
    }
    let noted = intern.invoke(note { name: "ann".to_owned(), text: "lunch?".to_owned() }).await?;
    println!("passed on: {noted}");

    drop((boss, intern));
    backend.stop().await?;
    check_audit(&audit)?;
    std::fs::remove_file(&audit)?;
    Ok(())
}

/// Who, what, and what came of it, in the order in which it happened.
fn check_audit(path: &Path) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    println!("the audit:\n{text}");
    let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let told: Vec<_> = lines.iter().map(|line| (line["channel"].as_str(), line["outcome"].as_str())).collect();
    let expected = [
        ("staff:sign_in", "ok"),
        ("staff:find", "ok"),
        ("staff:find", "ok"),
        ("staff:note", "CARD_NUMBER"),
        ("staff:note", "ok"),
    ];
    check(told == expected.map(|(channel, outcome)| (Some(channel), Some(outcome))), "the audit has every call")?;
    check(!text.contains("badge") && !text.contains("lunch"), "the audit has nothing of what was sent")
}

fn check(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("this does not hold: {what}").into()) }
}
