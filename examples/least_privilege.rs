//! Three processes: a main process that may do everything, and two windows that may do little.
//!
//! ```text
//! cargo run --example least_privilege
//! ```
//!
//! The main process serves, and gives each window a token: the window of the settings by its environment, the viewer by
//! its standard input. Each window tries more than it may; the viewer loses its token while it reads.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{ConnectError, Grants, Token, TokenOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

type Failed = Box<dyn Error>;

/// The settings, as the main process keeps them.
#[derive(Default)]
struct Settings(Mutex<BTreeMap<String, String>>);

impl Settings {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> T {
        work(&mut self.0.lock().expect("nothing panics while it holds the settings"))
    }
}

/// One setting. Its permission is the channel's name.
#[handler("settings:read")]
fn read(settings: State<Settings>, key: String) -> Option<String> {
    settings.with(|settings| settings.get(&key).cloned())
}

/// Changes a setting.
#[handler("settings:write")]
fn write(settings: State<Settings>, key: String, value: String) -> bool {
    settings.with(|settings| settings.insert(key, value).is_some())
}

/// Forgets all settings. Nobody has this permission without a grant that names it.
#[handler("settings:reset", permission = "settings:reset")]
fn reset(settings: State<Settings>) -> usize {
    settings.with(|settings| std::mem::take(settings).len())
}

/// Opens a document.
#[handler("document:open", permission = "document:read")]
async fn open(name: String) -> Result<String, Infallible> {
    Ok(format!("the text of {name}"))
}

/// A document was changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Event)]
#[event("document:changed", permission = "document:read", retain)]
struct Changed {
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--settings", endpoint] => settings_window(endpoint).await,
        ["--viewer", endpoint] => viewer(endpoint).await,
        _ => main_process().await,
    }
}

/// The first process: it serves, may do everything, and decides what the others may.
async fn main_process() -> Result<(), Failed> {
    let endpoint = format!("least-privilege-{}", std::process::id());
    let router = Router::new().state(Settings::default());
    let router = router.handle::<read>().handle::<write>().handle::<reset>().handle::<open>().event::<Changed>();
    // Whoever shows no token gets nothing, though it be of the same user.
    let server = Server::bind(&endpoint).grants(Grants::none()).serve(router).await?;
    server.publish(&Changed { name: "letter".to_owned() })?;

    let everything = server.issue_token(Grants::all())?;
    let own = Client::builder().token(everything).connect(&endpoint).await?;
    own.invoke(write { key: "colour".to_owned(), value: "green".to_owned() }).await?;
    println!("main: may use {:?}", own.server().grants.clone().unwrap_or_default());

    // A window of the settings: its token is in its environment, and of use once, and soon.
    let grants = Grants::none().allow("settings:*").deny("settings:reset");
    let token = server.issue_token(TokenOptions::new(grants).one_use().expires_in(Duration::from_secs(30)))?;
    let mut command = window("--settings", &endpoint)?;
    token.to_env(command.as_std_mut());
    let (mut child, mut said) = start(&mut command)?;
    while let Some(line) = said.next_line().await? {
        println!("settings window: {line}");
    }
    ended_well(&mut child).await?;
    let changed = own.invoke(read { key: "colour".to_owned() }).await?;
    expect(changed.as_deref() == Some("blue"), "the window changed a setting, as it may")?;
    refused(Client::builder().token(token).connect(&endpoint).await, "a token of one use opens one connection")?;

    // A viewer of documents: its token goes where no other program can read it.
    let token = server.issue_token(Grants::none().allow("document:read"))?;
    let mut command = window("--viewer", &endpoint)?;
    let (mut child, mut said) = start(command.stdin(Stdio::piped()))?;
    let mut input = child.stdin.take().ok_or("the viewer has no input")?;
    tokio::io::AsyncWriteExt::write_all(&mut input, format!("{}\n", token.expose()).as_bytes()).await?;
    while let Some(line) = said.next_line().await? {
        println!("viewer: {line}");
        if line == "waiting" {
            // It is in the midst of reading.
            println!("main: takes the viewer's token back");
            expect(server.revoke(&token.id()), "the token was there")?;
        }
    }
    ended_well(&mut child).await?;
    refused(Client::builder().token(token).connect(&endpoint).await, "a token that was revoked opens nothing")?;

    expect(own.invoke(reset {}).await? == 1, "the main process may do everything")?;
    server.shutdown().await;
    Ok(())
}

/// The second process: it changes settings, and may do nothing else.
async fn settings_window(endpoint: &str) -> Result<(), Failed> {
    let token = Token::from_env(Token::ENV)?;
    let client = Client::builder().token(token).connect(endpoint).await?;
    println!("may use {:?}", client.server().grants.clone().unwrap_or_default());
    let colour = client.invoke(read { key: "colour".to_owned() }).await?;
    println!("the colour is {}", colour.ok_or("there is no colour")?);
    client.invoke(write { key: "colour".to_owned(), value: "blue".to_owned() }).await?;

    let refused = client.invoke(open { name: "letter".to_owned() }).await.err().ok_or("it opened a document")?;
    println!("{refused}");
    expect(refused.code() == Some("DENIED"), "what is not granted is denied")?;
    let refused = client.invoke(reset {}).await.err().ok_or("it reset the settings")?;
    expect(refused.code() == Some("DENIED"), "what is denied is denied, whatever grants it")
}

/// The third process: it reads documents until it may no more.
async fn viewer(endpoint: &str) -> Result<(), Failed> {
    let token = tokio::task::spawn_blocking(|| Token::read_from(std::io::stdin())).await??;
    let client = Client::builder().token(token).connect(endpoint).await?;
    let mut changes = client.subscribe::<Changed>().await?;
    let changed = changes.next().await.ok_or("no document changed")??;
    println!("{}", client.invoke(open { name: changed.name }).await?);

    println!("waiting");
    match changes.next().await {
        Some(Err(SubscriptionError::Ended(failure))) => println!("the subscription ended: {failure}"),
        other => return Err(format!("the subscription did not end: {other:?}").into()),
    }
    let refused = client.invoke(open { name: "letter".to_owned() }).await.err().ok_or("it opened a document")?;
    println!("{refused}");
    expect(refused.code() == Some("DENIED"), "what was taken back is denied")?;
    expect(!client.is_closed(), "the connection stays")
}

/// This program, in the role of a window.
fn window(role: &str, endpoint: &str) -> Result<Command, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([role, endpoint]).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

fn start(command: &mut Command) -> Result<(Child, Lines<BufReader<ChildStdout>>), Failed> {
    let mut child = command.spawn()?;
    let output = child.stdout.take().ok_or("the window has no output")?;
    Ok((child, BufReader::new(output).lines()))
}

async fn ended_well(child: &mut Child) -> Result<(), Failed> {
    let status = child.wait().await?;
    if status.success() { Ok(()) } else { Err(format!("a window did not end well: {status}").into()) }
}

fn refused(connected: Result<Client, ConnectError>, because: &str) -> Result<(), Failed> {
    match connected {
        Err(ConnectError::Refused(failure)) if failure.code() == "DENIED" => {
            println!("main: {because}: {failure}");
            Ok(())
        }
        other => Err(format!("{because}, and did: {other:?}").into()),
    }
}

fn expect(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(format!("it is not so: {what}").into()) }
}
