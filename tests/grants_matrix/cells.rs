//! What must happen, for every kind of frame and every state of a peer's grants.

use serde_json::json;

use super::Rights::{All, None as Nothing, Only};
use super::Step::{self, Entered, Grant, Notes, Open, Publish, See, Send};
use super::support::raw::{CANCEL, CREDIT, END, ITEM, NOTIFICATION, SUBSCRIBE, UNSUBSCRIBE, UPSTREAM, frame, request};
use super::{Cell, Rights, Seen};

const QUIET: Step = Step::Nothing;

fn ask(channel: &str) -> Step {
    Send(request(1, channel, &json!({})))
}

fn publish(channel: &str) -> Step {
    Send(request(1, channel, &json!({ "number": 1 })))
}

fn subscribe(pattern: &str) -> Step {
    Send(frame(SUBSCRIBE, 0, 1, pattern.as_bytes(), b""))
}

fn item(number: u64) -> Step {
    Send(frame(ITEM, 0, 1 | UPSTREAM, b"", number.to_string().as_bytes()))
}

fn end() -> Step {
    Send(frame(END, 0, 1 | UPSTREAM, b"", b""))
}

fn plain(kind: u8) -> Step {
    Send(frame(kind, 0, 1, b"", b""))
}

fn credit() -> Step {
    Send(frame(CREDIT, 0, 1, b"", &1000_u32.to_le_bytes()))
}

fn success() -> Step {
    See(Seen::Success(1))
}

fn failure(code: &str) -> Step {
    See(Seen::Failure(1, code.to_owned()))
}

fn denied() -> Step {
    failure("DENIED")
}

fn event(channel: &str) -> Step {
    See(Seen::Event(1, channel.to_owned()))
}

fn ended(code: Option<&str>) -> Step {
    See(Seen::End(1, code.map(str::to_owned)))
}

fn an_item() -> Step {
    See(Seen::Item(1))
}

struct Row {
    name: &'static str,
    cells: Vec<Cell>,
}

impl Row {
    fn of(name: &'static str) -> Self {
        Self { name, cells: Vec::new() }
    }

    /// What happens with these rights. Nothing else does.
    fn with(mut self, rights: Rights, steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = steps.into_iter().chain([QUIET]).collect();
        self.cells.push(Cell { name: self.name, rights, steps });
        self
    }
}

pub(super) fn all() -> Vec<Cell> {
    [calls(), streams(), uploads(), notifications(), subscriptions(), publishing(), what_is_not_there(), both_ways()]
        .into_iter()
        .flatten()
        .flat_map(|row| row.cells)
        .collect()
}

fn calls() -> Vec<Row> {
    vec![
        Row::of("a request that is answered at once")
            .with(All, [ask("use:call"), success()])
            .with(Nothing, [ask("use:call"), denied()])
            .with(Only(&["secret:wait"]), [ask("use:call"), denied()])
            .with(All, [ask("use:call"), success(), Grant(Nothing), ask("use:call"), denied()]),
        Row::of("a request that is answered later")
            .with(All, [ask("use:wait"), Entered, Open, success()])
            .with(Nothing, [ask("use:wait"), denied()])
            // It was granted when it began.
            .with(All, [ask("use:wait"), Entered, Grant(Nothing), QUIET, Open, success(), ask("use:wait"), denied()]),
        Row::of("a cancel")
            .with(All, [ask("use:wait"), Entered, plain(CANCEL), failure("CANCELLED")])
            .with(Nothing, [ask("use:wait"), denied(), plain(CANCEL)])
            .with(All, [ask("use:wait"), Entered, Grant(Nothing), plain(CANCEL), failure("CANCELLED")])
            .with(All, [ask("use:items"), an_item(), Grant(Nothing), denied(), plain(CANCEL)]),
    ]
}

fn streams() -> Vec<Row> {
    vec![
        Row::of("a request that is answered with a stream")
            .with(All, [ask("use:items"), an_item(), QUIET])
            .with(Nothing, [ask("use:items"), denied()])
            .with(All, [ask("use:items"), an_item(), Grant(Nothing), denied(), ask("use:items"), denied()])
            // What is granted still is not touched.
            .with(
                All,
                [
                    ask("use:items"),
                    an_item(),
                    Grant(Only(&["secret:items"])),
                    QUIET,
                    plain(CANCEL),
                    failure("CANCELLED"),
                ],
            )
            .with(
                All,
                [ask("use:items"), an_item(), Grant(Nothing), denied(), Grant(All), ask("use:items"), an_item()],
            ),
        Row::of("credit for a stream")
            .with(All, [ask("use:items"), an_item(), credit()])
            .with(Nothing, [ask("use:items"), denied(), credit()])
            .with(All, [ask("use:items"), an_item(), Grant(Nothing), denied(), credit()]),
    ]
}

fn uploads() -> Vec<Row> {
    vec![
        Row::of("a request that comes with a stream")
            .with(All, [ask("use:sum"), item(3), item(4), end(), success()])
            .with(Nothing, [ask("use:sum"), denied(), item(3), end()])
            .with(All, [ask("use:sum"), item(3), QUIET, Grant(Nothing), denied(), ask("use:sum"), denied()])
            .with(All, [ask("use:sum"), item(3), QUIET, Grant(Only(&["secret:sum"])), end(), success()]),
        Row::of("an item")
            .with(All, [ask("use:sum"), item(3), QUIET])
            .with(Nothing, [ask("use:sum"), denied(), item(3)])
            .with(All, [ask("use:sum"), item(3), QUIET, Grant(Nothing), denied(), item(4)]),
        Row::of("the end of what comes with a request")
            .with(All, [ask("use:sum"), end(), success()])
            .with(Nothing, [ask("use:sum"), denied(), end()])
            .with(All, [ask("use:sum"), QUIET, Grant(Nothing), denied(), end()]),
    ]
}

fn notifications() -> Vec<Row> {
    let notify = || Send(frame(NOTIFICATION, 0, 0, b"use:note", b"{}"));
    let row = Row::of("a notification")
        .with(All, [notify(), Notes(1)])
        .with(Nothing, [notify(), QUIET, Notes(0)])
        .with(All, [notify(), Notes(1), Grant(Nothing), notify(), QUIET, Notes(1)]);
    vec![row]
}

fn subscriptions() -> Vec<Row> {
    let of_key = || Send(frame(SUBSCRIBE, 0, 1, b"event:keyed", br#"{"key":1}"#));
    let two = Only(&["secret:one", "secret:two"]);
    vec![
        Row::of("a subscription to one channel")
            .with(All, [subscribe("event:one"), success(), Publish(1), event("")])
            .with(Nothing, [subscribe("event:one"), denied(), Publish(1)])
            .with(Only(&["secret:two"]), [subscribe("event:one"), denied(), Publish(1)])
            .with(
                All,
                [
                    subscribe("event:one"),
                    success(),
                    Publish(1),
                    event(""),
                    Grant(Nothing),
                    ended(Some("DENIED")),
                    Publish(2),
                ],
            )
            .with(All, [subscribe("event:one"), success(), Grant(Only(&["secret:one"])), QUIET, Publish(1), event("")])
            // Nothing of it comes back by itself.
            .with(
                All,
                [subscribe("event:one"), success(), Grant(Nothing), ended(Some("DENIED")), Grant(All), Publish(1)],
            ),
        Row::of("a subscription to several channels")
            .with(two, [subscribe("event:*"), success(), Publish(1), event("event:one"), event("event:two")])
            .with(Only(&["secret:two"]), [subscribe("event:*"), success(), Publish(1), event("event:two")])
            .with(Only(&["secret:two"]), [subscribe("*"), success(), Publish(1), event("event:two")])
            .with(All, [subscribe("event:o*"), success(), Publish(1), event("event:one")])
            .with(Nothing, [subscribe("event:*"), denied(), Publish(1)])
            .with(Nothing, [subscribe("*"), denied(), Publish(1)])
            // What is left goes on, and ends with the last.
            .with(
                two,
                [
                    subscribe("event:*"),
                    success(),
                    Grant(Only(&["secret:two"])),
                    Publish(1),
                    event("event:two"),
                    Grant(Nothing),
                    ended(Some("DENIED")),
                    Publish(2),
                ],
            )
            // What it began with is what it has: another is subscribed to anew.
            .with(Only(&["secret:two"]), [subscribe("event:*"), success(), Grant(two), Publish(1), event("event:two")])
            .with(
                two,
                [subscribe("event:*"), success(), Grant(Nothing), ended(Some("DENIED")), Grant(two), Publish(1)],
            ),
        Row::of("a subscription to one key")
            .with(All, [of_key(), success(), Publish(1), event(""), Publish(2)])
            .with(Nothing, [of_key(), denied(), Publish(1)])
            .with(All, [of_key(), success(), Publish(1), event(""), Grant(Nothing), ended(Some("DENIED")), Publish(1)]),
        Row::of("an unsubscribe")
            .with(All, [subscribe("event:one"), success(), plain(UNSUBSCRIBE), ended(None), Publish(1)])
            .with(Nothing, [subscribe("event:one"), denied(), plain(UNSUBSCRIBE)])
            .with(All, [subscribe("event:one"), success(), Grant(Nothing), ended(Some("DENIED")), plain(UNSUBSCRIBE)]),
        Row::of("credit for a subscription")
            .with(All, [subscribe("event:one"), success(), credit(), Publish(1), event("")])
            .with(Nothing, [subscribe("event:one"), denied(), credit()])
            .with(All, [subscribe("event:one"), success(), Grant(Nothing), ended(Some("DENIED")), credit()]),
    ]
}

fn publishing() -> Vec<Row> {
    let row = Row::of("an event that the peer publishes")
        .with(All, [publish("event:shared"), success()])
        .with(Nothing, [publish("event:shared"), denied()])
        // Who may read may not write, and who may write may not read.
        .with(Only(&["secret:shared"]), [publish("event:shared"), denied()])
        .with(Only(&["secret:publish"]), [publish("event:shared"), success()])
        .with(Only(&["secret:publish"]), [subscribe("event:shared"), denied()])
        .with(Only(&["secret:shared"]), [subscribe("event:shared"), success(), Publish(1), event("")])
        .with(All, [publish("event:shared"), success(), Grant(Nothing), publish("event:shared"), denied()])
        // Nobody but the server publishes it, which is nobody's affair who could not if it were otherwise.
        .with(All, [publish("event:one"), denied()])
        .with(Nothing, [publish("event:one"), denied()]);
    vec![row]
}

fn what_is_not_there() -> Vec<Row> {
    vec![
        Row::of("a request to a channel that is not there")
            // Whoever has a whole namespace, and the names in it, learns what is not in it.
            .with(All, [ask("secret:nothing"), failure("UNKNOWN_CHANNEL")])
            .with(All, [ask("use:nothing"), denied()])
            .with(Nothing, [ask("use:nothing"), denied()])
            .with(
                All,
                [ask("secret:nothing"), failure("UNKNOWN_CHANNEL"), Grant(Nothing), ask("secret:nothing"), denied()],
            ),
        Row::of("a subscription to an event that is not there")
            .with(All, [subscribe("secret:nothing"), failure("UNKNOWN_CHANNEL")])
            .with(All, [subscribe("secret:*"), failure("UNKNOWN_CHANNEL")])
            .with(Nothing, [subscribe("event:nothing"), denied()])
            .with(Nothing, [subscribe("nothing:*"), denied()])
            .with(All, [Grant(Nothing), subscribe("secret:nothing"), denied()]),
    ]
}

/// What belongs to no channel needs no grant.
fn both_ways() -> Vec<Row> {
    let row = Row::of("a ping").with(All, [QUIET]).with(Nothing, [QUIET]).with(All, [Grant(Nothing), QUIET]);
    vec![row]
}
