//! The events of a router: what is wrong with them, and how they are described.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Router, RouterProblem};
use crate::answer::{Answer, Once, now};
use crate::channel::ChannelNameError;
use crate::context::{Context, FromContext as _};
use crate::event::publisher::Publisher;
use crate::event::tests::{Line, Progress, Said, Status, router};
use crate::event::{Event, Lag};
use crate::failure::Failure;
use crate::handler::{Handler, HandlerDoc, HandlerItem, Request};
use crate::peer::Peer;
use crate::state::Requirements;
use crate::validation::Issues;

/// A handler on the channel of an event.
#[derive(Serialize, serde::Deserialize, JsonSchema)]
struct Intruder {}

impl Request for Intruder {
    const CHANNEL: &'static str = "status:changed";
    type Response = ();
    type Error = std::convert::Infallible;
}

impl Handler for Intruder {
    const ITEM: HandlerItem = HandlerItem::new("app::intruder", "app.rs", 9);
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    type Output = Once<Self>;

    fn requirements(_: &mut Requirements) {}

    fn validate(&self, _: &mut Issues) {}

    fn call(self, (): &(), _: &Context) -> Result<impl Answer<Self::Output> + use<>, Failure> {
        Ok(now(Ok(())))
    }
}

#[derive(Serialize, JsonSchema)]
struct Misnamed;

impl Event for Misnamed {
    const CHANNEL: &'static str = "Misnamed";
    const ITEM: HandlerItem = HandlerItem::new("app::Misnamed", "app.rs", 9);
    const DOC: HandlerDoc = HandlerDoc::new("", None);

    fn validate(&self, _: &mut Issues) {}
}

#[test]
fn a_channel_has_one_event_or_one_handler() {
    let event = HandlerItem::new("app::Status", "app.rs", 7);
    let channel = "status:changed";
    let taken = RouterProblem::HandlerAndEvent { channel, handler: Intruder::ITEM, event };
    for router in
        [Router::new().handle::<Intruder>().event::<Status>(), Router::new().event::<Status>().handle::<Intruder>()]
    {
        assert_eq!(router.check().expect_err("a duplicate channel").problems(), std::slice::from_ref(&taken));
    }
    assert_eq!(
        taken.to_string(),
        "the channel `status:changed` has the handler `app::intruder` (app.rs:9) and the event `app::Status` (app.rs:7): \
         give one of them another name"
    );
    let twice = Router::new().event::<Status>().shared_event::<Status>().check().expect_err("a duplicate channel");
    assert_eq!(twice.problems(), [RouterProblem::DuplicateEvent { channel, first: event, second: event }]);
}

#[test]
fn an_event_without_a_channel_is_named() {
    let error = Router::new().event::<Misnamed>().check().expect_err("a bad name");
    let reason = ChannelNameError::Character { name: "Misnamed".to_owned(), found: 'M' };
    assert_eq!(error.problems(), [RouterProblem::EventName { event: Misnamed::ITEM, reason }]);
}

#[test]
fn every_event_says_what_is_published() {
    let description = router().description().expect("a description");
    let names: Vec<_> = description.events().map(|(name, _)| name).collect();
    assert_eq!(names, ["chat:said", "job:progress", "log:line", "screen:picture", "status:changed"]);
    let progress = description.event("job:progress").expect("the event");
    assert_eq!(progress.doc(), "An event of `job:progress`.");
    assert_eq!(progress.data().as_value(), &json!({"$ref": "#/$defs/Progress"}));
    assert_eq!(progress.key().expect("a key").as_value()["maximum"], json!(u64::MAX));
    assert_eq!((progress.retain(), progress.lag(), progress.shared()), (true, Lag::KeepLatest, false));
    let said = description.event("chat:said").expect("the event");
    assert_eq!((said.retain(), said.lag(), said.shared()), (false, Lag::Disconnect, true));
    assert_eq!(said.key(), None);
    assert!(description.definition("Said").is_some());
    let document = serde_json::to_value(&description).expect("JSON");
    assert_eq!(document["events"]["log:line"]["lag"], "wait");
    assert_eq!(serde_json::from_value::<crate::Description>(document).expect("a description"), description);
}

#[test]
fn a_description_without_events_does_not_mention_them() {
    let router = Router::new().handle::<Intruder>();
    let text = serde_json::to_string(&router.description().expect("a description")).expect("JSON");
    assert!(!text.contains("events"), "{text}");
}

#[test]
fn the_contract_changes_with_its_events() {
    let fingerprint = |router: Router| router.fingerprint().expect("a fingerprint").to_owned();
    let without = fingerprint(Router::new());
    let own = fingerprint(Router::new().event::<Said>());
    let shared = fingerprint(Router::new().shared_event::<Said>());
    let other = fingerprint(Router::new().event::<Line>());
    let both = fingerprint(Router::new().event::<Line>().event::<Said>());
    let all = [&without, &own, &shared, &other, &both];
    assert!(all.iter().enumerate().all(|(place, one)| !all[..place].contains(one)), "{all:?}");
    assert_eq!(both, fingerprint(Router::new().event::<Said>().event::<Line>()));
    // That of no channels at all, before there were events.
    assert_eq!(without, "ebace08056ba607c");
}

#[tokio::test]
async fn a_handler_publishes_through_its_context() {
    let router = router();
    let cx = router.context(Peer::unknown());
    cx.publish(&Status { online: true }).expect("a declared event");
    cx.publish_and_wait(&Line { number: 7 }).await.expect("a declared event");
    let publisher = Publisher::from_context(&cx).expect("a publisher");
    publisher.publish(&Progress { job: 7, percent: 1 }).expect("a declared event");
    let mut status = router.subscribe::<Status>().await.expect("a subscription");
    assert_eq!(status.next().await, Some(Ok(Status { online: true })));
}

#[derive(Serialize, JsonSchema)]
struct Mispermitted;

impl Event for Mispermitted {
    const CHANNEL: &'static str = "status:other";
    const ITEM: HandlerItem = HandlerItem::new("app::Mispermitted", "app.rs", 9);
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    const PERMISSION: Option<&'static str> = Some("status");
    const PUBLISH_PERMISSION: Option<&'static str> = Some("status:*");

    fn validate(&self, _: &mut Issues) {}
}

#[test]
fn a_permission_that_is_none_is_named() {
    let error = Router::new().event::<Mispermitted>().check().expect_err("two bad names");
    let said: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
    let expected = [
        "`app::Mispermitted` (app.rs:9) names no permission: `status:*` holds '*'; a permission is made of a-z, 0-9, `_`, \
         `.`, `-` and `:`",
        "`app::Mispermitted` (app.rs:9) names no permission: `status` is not of the form `data:read`",
    ];
    assert_eq!(said, expected);
}

#[test]
fn an_event_says_what_it_takes_to_read_it_and_to_write_it() {
    #[derive(Serialize, serde::Deserialize, JsonSchema, ipc_macros::Event)]
    #[event("data:changed", permission = "data:read", publish_permission = "data:write", crate = crate)]
    struct Changed;

    let description = Router::new().shared_event::<Changed>().event::<Line>().description().expect("a description");
    let event = description.event("data:changed").expect("the event");
    assert_eq!((event.permission(), event.publish_permission()), (Some("data:read"), Some("data:write")));
    let line = description.event("log:line").expect("the event");
    assert_eq!((line.permission(), line.publish_permission()), (None, None));
    let document = serde_json::to_value(&description).expect("JSON");
    assert_eq!(document["events"]["data:changed"]["publish_permission"], "data:write");
    assert!(document["events"]["log:line"].get("permission").is_none());
}
