//! Two processes: a backend with the rooms of a chat, and a frontend whose clients talk to each other there.
//!
//! ```text
//! cargo run --example chat
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipc_bridge::prelude::*;
use ipc_bridge::{AnySubscription, PublishError, garde};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use backend::Backend;

/// Somebody said something. Clients publish it themselves, and the constraints hold for what they publish.
///
/// Who said it is what the client says. Where that must be certain, clients call a handler, which knows the caller, and
/// the server publishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate, Event)]
#[event("chat:said", key = "room")]
struct Said {
    #[garde(length(min = 1, max = 64))]
    room: String,
    #[garde(length(min = 1, max = 64))]
    who: String,
    #[garde(length(min = 1, max = 4096))]
    text: String,
}

/// Who is in a room. Whoever asks for it later gets the last one at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("chat:present", key = "room", retain)]
struct Present {
    room: String,
    names: Vec<String>,
}

/// What a room talks about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("chat:topic", key = "room", retain)]
struct Topic {
    room: String,
    text: String,
}

/// Why somebody is not let into a room.
#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum JoinError {
    #[error("who joins says who it is, and this client does not answer")]
    Nameless,
    #[error("there is a {name} already")]
    NameTaken { name: String },
    #[error("nobody learns of it")]
    #[ipc(internal)]
    Publish(#[from] PublishError),
}

/// Why a room keeps its topic.
#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum TopicError {
    #[error("there is no moderator")]
    NoModerator,
    #[error("the moderator said no")]
    Declined,
    #[error("nobody learns of it")]
    #[ipc(internal)]
    Publish(#[from] PublishError),
}

/// What a client answers when it is asked its name.
#[handler("client:name")]
fn own_name(who: State<Who>) -> String {
    who.name.clone()
}

/// What a client answers when it is asked to decide.
#[handler("client:confirm")]
fn confirm(who: State<Who>, question: String) -> bool {
    println!("  {} is asked: {question}", who.name);
    !question.contains("buy")
}

/// What a client shows while somebody else writes. Nobody waits for an answer.
#[handler("client:typing")]
fn show_typing(who: State<Who>, writer: String) {
    // It fails when the example no longer looks at this client.
    who.writers.send(writer).unwrap_or_default();
}

/// Lets the caller into a room, once it has said its name.
#[handler("chat:join")]
async fn join(rooms: State<Rooms>, caller: Peer, #[garde(length(min = 1))] room: String) -> Result<(), JoinError> {
    // The same connection, the other way round.
    let name = caller.invoke(own_name {}).await.map_err(|_| JoinError::Nameless)?;
    let connection = caller.connection().ok_or(JoinError::Nameless)?;
    rooms.enter(connection, Member { peer: caller.clone(), room, name })?;
    // This handler is long done when the caller goes, so a task of its own waits for that.
    tokio::spawn(async move {
        caller.closed().await;
        if let Err(error) = rooms.leave(connection) {
            eprintln!("nobody learns that somebody left: {error}");
        }
    });
    Ok(())
}

/// Makes the caller the one who is asked.
#[handler("chat:moderate")]
fn moderate(rooms: State<Rooms>, caller: Peer) {
    rooms.lock().moderator = Some(caller);
}

/// Gives a room another topic, if the moderator agrees.
#[handler("chat:set_topic", timeout = "10s")]
async fn set_topic(rooms: State<Rooms>, cx: Context, room: String, text: String) -> Result<(), TopicError> {
    let moderator = rooms.lock().moderator.clone().ok_or(TopicError::NoModerator)?;
    let question = format!("shall {room} talk about {text}?");
    match moderator.invoke(confirm { question }).await {
        Ok(true) => Ok(cx.publish(&Topic { room, text })?),
        Ok(false) => Err(TopicError::Declined),
        Err(_) => Err(TopicError::NoModerator),
    }
}

/// Tells the others in the caller's room that it writes. A notification comes in, and notifications go out.
#[handler("chat:typing")]
async fn typing(rooms: State<Rooms>, caller: Peer) {
    let (writer, others) = rooms.beside(&caller);
    for other in others {
        if let Err(error) = other.notify(show_typing { writer: writer.clone() }).await {
            eprintln!("somebody is not told that {writer} writes: {error}");
        }
    }
}

/// Who is where.
struct Rooms {
    publisher: Publisher,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    /// By the number of the connection.
    members: BTreeMap<u64, Member>,
    moderator: Option<Peer>,
}

struct Member {
    peer: Peer,
    room: String,
    name: String,
}

impl Rooms {
    fn new(publisher: Publisher) -> Self {
        Self { publisher, inside: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, connection: u64, member: Member) -> Result<(), JoinError> {
        let mut inside = self.lock();
        if inside.members.values().any(|other| other.name == member.name) {
            return Err(JoinError::NameTaken { name: member.name });
        }
        let room = member.room.clone();
        inside.members.insert(connection, member);
        Ok(self.tell(&inside, room)?)
    }

    fn leave(&self, connection: u64) -> Result<(), PublishError> {
        let mut inside = self.lock();
        let Some(left) = inside.members.remove(&connection) else { return Ok(()) };
        self.tell(&inside, left.room)
    }

    /// Publishes who is in a room, under the lock, so that the last event is the last that happened. It waits for nobody.
    fn tell(&self, inside: &Inside, room: String) -> Result<(), PublishError> {
        let here = inside.members.values().filter(|member| member.room == room);
        let mut names: Vec<String> = here.map(|member| member.name.clone()).collect();
        names.sort_unstable();
        self.publisher.publish(&Present { room, names })
    }

    /// The caller's name, and the others in its room.
    fn beside(&self, caller: &Peer) -> (String, Vec<Peer>) {
        let inside = self.lock();
        let Some(own) = caller.connection() else { return Default::default() };
        let Some(member) = inside.members.get(&own) else { return Default::default() };
        let others = inside.members.iter().filter(|(other, at)| **other != own && at.room == member.room);
        (member.name.clone(), others.map(|(_, at)| at.peer.clone()).collect())
    }
}

fn router() -> Router {
    let router = Router::new();
    let rooms = Rooms::new(router.publisher());
    router
        .state(rooms)
        .handle::<join>()
        .handle::<moderate>()
        .handle::<set_topic>()
        .handle::<typing>()
        .shared_event::<Said>()
        .event::<Present>()
        .event::<Topic>()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint] => {
            backend::serve_until_asked_to_finish(Server::bind(endpoint).serve(router()).await?).await
        }
        _ => frontend(&format!("chat-{}", std::process::id())).await,
    }
}

/// A client, as its own handlers know it.
struct Who {
    name: String,
    writers: UnboundedSender<String>,
}

/// Connects a client that can be asked, and what it is told of those who write.
async fn connect(endpoint: &str, name: &str) -> Result<(Client, UnboundedReceiver<String>), Box<dyn Error>> {
    let (writers, told) = unbounded_channel();
    let who = Who { name: name.to_owned(), writers };
    let router = Router::new().state(who).handle::<own_name>().handle::<confirm>().handle::<show_typing>();
    Ok((Client::builder().router(router).connect(endpoint).await?, told))
}

/// The first process: several clients of the second.
async fn frontend(endpoint: &str) -> Result<(), Box<dyn Error>> {
    let backend = Backend::start(&["--backend", endpoint]).await?;

    // An observer, which need not know the types of what it sees, and is there before anybody else.
    let observer = Client::connect(endpoint).await?;
    let mut all = observer.subscribe_any("chat:*").await?;

    let (ada, _) = connect(endpoint, "ada").await?;
    let (bob, mut told_bob) = connect(endpoint, "bob").await?;
    let (cleo, _) = connect(endpoint, "cleo").await?;
    ada.invoke(join { room: "rust".to_owned() }).await?;
    bob.invoke(join { room: "rust".to_owned() }).await?;
    cleo.invoke(join { room: "tea".to_owned() }).await?;
    let (second, _) = connect(endpoint, "ada").await?;
    let taken = second.invoke(join { room: "tea".to_owned() }).await;
    assert_eq!(taken, Err(InvokeError::Handler(JoinError::NameTaken { name: "ada".to_owned() })));
    let nameless = observer.invoke(join { room: "tea".to_owned() }).await;
    assert_eq!(nameless, Err(InvokeError::Handler(JoinError::Nameless)));
    println!("three joined, and each was asked its name; two were not let in");

    // Retained: it was published before anybody asked.
    let mut present = ada.subscribe::<Present>().key("rust").await?;
    assert_eq!(next(&mut present).await?.names, ["ada", "bob"]);
    println!("who asks later learns who is in the room");

    // Each hears its own room and no other.
    let mut at_rust = bob.subscribe::<Said>().key("rust").await?;
    let mut at_tea = cleo.subscribe::<Said>().key("tea").await?;
    let said = |room: &str, who: &str, text: &str| Said { room: room.into(), who: who.into(), text: text.into() };
    ada.publish(&said("rust", "ada", "what borrows what?")).await?;
    cleo.publish(&said("tea", "cleo", "who pours?")).await?;
    ada.publish(&said("rust", "ada", "and for how long?")).await?;
    assert_eq!(next(&mut at_rust).await?.text, "what borrows what?");
    assert_eq!(next(&mut at_rust).await?.text, "and for how long?");
    assert_eq!(next(&mut at_tea).await?.text, "who pours?");
    println!("what is said in one room is heard there");

    let empty = ada.publish(&said("rust", "ada", "")).await.err().ok_or("an empty text was published")?;
    assert_eq!(empty.code(), Some("INVALID_INPUT"));
    let foreign = Topic { room: "rust".to_owned(), text: "mine".to_owned() };
    let foreign = ada.publish(&foreign).await.err().ok_or("a client published the server's event")?;
    assert_eq!(foreign.code(), Some("DENIED"));
    println!("refused: {empty}\nrefused: {foreign}");

    // The server asks one client before it does what another wants.
    let topic = |text: &str| set_topic { room: "rust".to_owned(), text: text.to_owned() };
    assert_eq!(ada.invoke(topic("lifetimes")).await, Err(InvokeError::Handler(TopicError::NoModerator)));
    cleo.invoke(moderate {}).await?;
    ada.invoke(topic("lifetimes")).await?;
    assert_eq!(ada.invoke(topic("what to buy")).await, Err(InvokeError::Handler(TopicError::Declined)));
    let mut topics = bob.subscribe::<Topic>().key("rust").await?;
    assert_eq!(next(&mut topics).await?.text, "lifetimes");
    println!("the moderator agreed once, and declined once");

    ada.notify(typing {}).await?;
    assert_eq!(told_bob.recv().await.as_deref(), Some("ada"));
    println!("bob was told that ada writes");

    // A client that goes need not say so.
    drop((bob, at_rust, topics));
    assert_eq!(next(&mut present).await?.names, ["ada"]);
    println!("bob left");

    println!("\nwhat the observer saw:");
    let expected = [
        r#"chat:present {"room":"rust","names":["ada"]}"#,
        r#"chat:present {"room":"rust","names":["ada","bob"]}"#,
        r#"chat:present {"room":"tea","names":["cleo"]}"#,
        r#"chat:said {"room":"rust","who":"ada","text":"what borrows what?"}"#,
        r#"chat:said {"room":"tea","who":"cleo","text":"who pours?"}"#,
        r#"chat:said {"room":"rust","who":"ada","text":"and for how long?"}"#,
        r#"chat:topic {"room":"rust","text":"lifetimes"}"#,
        r#"chat:present {"room":"rust","names":["ada"]}"#,
    ];
    for expected in expected {
        let event = next_any(&mut all).await?;
        println!("  {event}");
        assert_eq!(event, expected);
    }

    backend.stop().await
}

/// The next event of a subscription that goes on.
async fn next<E: Event + for<'de> Deserialize<'de>>(events: &mut Subscription<E>) -> Result<E, Box<dyn Error>> {
    Ok(events.next().await.ok_or("the subscription ended")??)
}

/// The next event, as text.
async fn next_any(events: &mut AnySubscription) -> Result<String, Box<dyn Error>> {
    let event = events.next().await.ok_or("the subscription ended")??;
    Ok(format!("{} {}", event.channel(), String::from_utf8_lossy(event.json())))
}
