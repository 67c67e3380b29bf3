//! Channels, their codes and their permissions.

use ipc_core::diff::{ChangeKind, Subject};
use ipc_core::{Handler, Router};

use crate::case::{Both, Breaks, NewClients, Nobody, OldClients};

/// Judges two routers, whose first change is of this kind, at this place, in these words.
fn judged(old: &Router, new: &Router, breaks: Breaks, kind: ChangeKind, place: &str, what: &str) {
    let descriptions = [old, new].map(|router| router.description().expect("a description"));
    let [old, new] = &descriptions;
    let changes = old.diff(new);
    let first = changes.iter().next().expect("a change");
    assert_eq!((first.kind(), first.place(), first.what()), (kind, place, what), "{changes}");
    assert_eq!(Breaks::of(changes.clone()), breaks, "{changes}");
    assert_eq!(changes.is_breaking(), matches!(breaks, OldClients | Both));
    assert_eq!(first.subject(), Subject::Channel);
}

fn one<H: Handler>() -> Router {
    Router::new().handle::<H>()
}

mod plain {
    error!(Error { "NOT_FOUND" "": u8, "BUSY" "" });
    channel!("data:fetch" fetch { id: u64 } -> u8 | Error);
    channel!("data:list" list {} -> u8);
}

mod more_codes {
    error!(Error { "NOT_FOUND" "": u8, "BUSY" "", "GONE" "": u8 });
    channel!("data:fetch" fetch { id: u64 } -> u8 | Error);
}

mod no_details {
    error!(Error { "NOT_FOUND" "", "BUSY" "" });
    channel!("data:fetch" fetch { id: u64 } -> u8 | Error);
}

mod wider_details {
    error!(Error { "NOT_FOUND" "": u16, "BUSY" "" });
    channel!("data:fetch" fetch { id: u64 } -> u8 | Error);
}

mod documented {
    error!(Error { "NOT_FOUND" "": u8, "BUSY" "Try again." });
    channel!("data:fetch" fetch { id: u64 } -> u8 | Error; "Fetches." "ask `data:get`");
}

#[test]
fn a_channel_that_is_new_or_gone() {
    let both = one::<plain::fetch>().handle::<plain::list>();
    let kind = ChangeKind::ChannelAdded;
    judged(&one::<plain::fetch>(), &both, Nobody, kind, "", "the channel is new");
    let kind = ChangeKind::ChannelRemoved;
    judged(&both, &one::<plain::fetch>(), OldClients, kind, "", "the channel is gone");
}

#[test]
fn a_code_that_is_new_or_gone() {
    let (old, new) = (one::<plain::fetch>(), one::<more_codes::fetch>());
    judged(&old, &new, Nobody, ChangeKind::CodeAdded, "errors.GONE", "the code is new");
    judged(&new, &old, Nobody, ChangeKind::CodeRemoved, "errors.GONE", "the code is gone");
}

#[test]
fn details_of_a_code_that_are_gone_or_new() {
    let (old, new) = (one::<plain::fetch>(), one::<no_details::fetch>());
    let (kind, place) = (ChangeKind::Details, "errors.NOT_FOUND.details");
    judged(&old, &new, OldClients, kind, place, "the error has no details any more");
    judged(&new, &old, NewClients, kind, place, "the error has details now");
}

#[test]
fn details_of_a_code_are_got_by_clients() {
    let what = "it is a `uint16` and was a `uint8`";
    let (kind, place) = (ChangeKind::Type, "errors.NOT_FOUND.details");
    judged(&one::<plain::fetch>(), &one::<wider_details::fetch>(), OldClients, kind, place, what);
}

#[test]
fn documentation_and_deprecation_break_nobody() {
    let descriptions = [one::<plain::fetch>(), one::<documented::fetch>()].map(|router| router.description().unwrap());
    let [old, new] = &descriptions;
    let changes = old.diff(new);
    let said: Vec<_> = changes.iter().map(|change| (change.place(), change.kind(), change.what())).collect();
    let expected = [
        ("", ChangeKind::Documentation, "the documentation is another"),
        ("", ChangeKind::Deprecation, "it is deprecated: ask `data:get`"),
        ("errors.BUSY", ChangeKind::Documentation, "the documentation is another"),
    ];
    assert_eq!(said, expected);
    assert!(!changes.is_breaking());
    assert_eq!(changes.old_fingerprint(), changes.new_fingerprint());
}

mod permissions {
    pub(crate) mod none {
        #[ipc_core::handler("data:read", crate = ipc_core)]
        pub(crate) fn read() {}
    }
    pub(crate) mod named {
        #[ipc_core::handler("data:read", permission = "data:some", crate = ipc_core)]
        pub(crate) fn read() {}
    }
    pub(crate) mod other {
        #[ipc_core::handler("data:read", permission = "data:all", crate = ipc_core)]
        pub(crate) fn read() {}
    }
}

#[test]
fn a_permission_that_is_needed_breaks_who_has_no_grant() {
    let none = one::<permissions::none::read>();
    let named = one::<permissions::named::read>();
    let other = one::<permissions::other::read>();
    let kind = ChangeKind::Permission;
    judged(&none, &named, OldClients, kind, "", "calling it needs the permission `data:some`");
    judged(&named, &none, NewClients, kind, "", "calling it needs the permission `data:some` no more");
    let what = "calling it needs the permission `data:all` and needed `data:some`";
    judged(&named, &other, Both, kind, "", what);
}

mod once {
    #[ipc_core::handler("log:tail", crate = ipc_core)]
    pub(crate) fn tail() -> u8 {
        0
    }
}

mod many {
    use ipc_core::Stream;

    #[ipc_core::handler("log:tail", crate = ipc_core)]
    pub(crate) fn tail() -> impl Stream<Item = u8> {
        Nothing::<u8>(std::marker::PhantomData)
    }

    #[ipc_core::handler("log:wide", crate = ipc_core)]
    pub(crate) fn wide() -> impl Stream<Item = u8> {
        Nothing::<u8>(std::marker::PhantomData)
    }

    pub(crate) struct Nothing<T>(pub(crate) std::marker::PhantomData<fn() -> T>);

    impl<T> Stream for Nothing<T> {
        type Item = T;

        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(None)
        }
    }
}

mod many_wider {
    use ipc_core::Stream;

    #[ipc_core::handler("log:wide", crate = ipc_core)]
    pub(crate) fn wide() -> impl Stream<Item = u16> {
        super::many::Nothing::<u16>(std::marker::PhantomData)
    }
}

mod uploads {
    use ipc_core::Incoming;

    #[ipc_core::handler("log:tail", crate = ipc_core)]
    pub(crate) async fn tail(_lines: Incoming<u8>) -> u8 {
        0
    }
}

mod uploads_wider {
    use ipc_core::Incoming;

    #[ipc_core::handler("log:tail", crate = ipc_core)]
    pub(crate) async fn tail(_lines: Incoming<u16>) -> u8 {
        0
    }
}

#[test]
fn another_kind_of_exchange() {
    let (once, many, uploads) = (one::<once::tail>(), one::<many::tail>(), one::<uploads::tail>());
    let kind = ChangeKind::ChannelKind;
    judged(&once, &many, Both, kind, "", "it answers with a stream and answered once");
    judged(&many, &once, Both, kind, "", "it answers once and answered with a stream");
    judged(&once, &uploads, Both, kind, "", "it takes a stream beside the request now");
    judged(&uploads, &once, Both, kind, "", "it takes no stream beside the request any more");
}

#[test]
fn items_are_judged_by_the_side_that_sends_them() {
    let what = "it is a `uint16` and was a `uint8`";
    let (old, new) = (one::<many::wide>(), one::<many_wider::wide>());
    judged(&old, &new, OldClients, ChangeKind::Type, "item", what);
    let (old, new) = (one::<uploads::tail>(), one::<uploads_wider::tail>());
    judged(&old, &new, NewClients, ChangeKind::Type, "incoming", what);
}

mod event {
    use ipc_core::Event;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, JsonSchema, Event)]
    #[event("log:tail", crate = ipc_core)]
    pub(crate) struct Tail {
        line: u8,
    }
}

#[test]
fn a_channel_that_is_an_event_is_another_thing() {
    let event = Router::new().event::<event::Tail>().description().expect("a description");
    let handler = one::<once::tail>().description().expect("a description");
    for (old, new, subject) in [(&event, &handler, Subject::Channel), (&handler, &event, Subject::EventChannel)] {
        let changes: Vec<_> = old.diff(new).into_iter().collect();
        let [change] = changes.as_slice() else { panic!("one change: {changes:?}") };
        assert_eq!((change.kind(), change.subject()), (ChangeKind::ChannelKind, subject));
        assert_eq!(Breaks::of(changes), Both);
    }
}

/// The same channel, which is answered on other terms.
mod terms {
    macro_rules! save {
        ($module:ident $(, $($terms:tt)*)?) => {
            pub(crate) mod $module {
                #[ipc_core::handler("data:save" $(, $($terms)*)?, crate = ipc_core)]
                pub(crate) async fn save(id: u64) -> u64 {
                    id
                }
            }
        };
    }
    save!(plain);
    save!(within_five, timeout = "5s");
    save!(within_less, timeout = "1500ms");
    save!(detached, detached);
}

#[test]
fn an_answer_that_may_take_less_time_or_more() {
    let [plain, five, less] =
        [one::<terms::plain::save>(), one::<terms::within_five::save>(), one::<terms::within_less::save>()];
    let judged = |old: &Router, new: &Router, what: &str| judged(old, new, Nobody, ChangeKind::Timeout, "", what);
    judged(&five, &less, "it may take at most 1.5s, and before at most 5s");
    judged(&less, &five, "it may take at most 5s, and before at most 1.5s");
    judged(&plain, &less, "it may take at most 1.5s, and before as long as it takes");
    judged(&less, &plain, "it may take as long as it takes, and before at most 1.5s");
    let described = [five, less].map(|router| router.description().expect("a description"));
    let [five, less] = &described;
    assert_eq!(five.fingerprint(), less.fingerprint());
    let changes = five.diff(less);
    let said: Vec<_> = changes.iter().map(|change| change.why()).collect();
    assert_eq!(
        said,
        ["breaks nobody: a call that takes longer is answered `TIMEOUT`, which every client must be ready for"]
    );
}

#[test]
fn a_handler_that_is_stopped_or_not_when_nobody_waits() {
    let (plain, detached) = (one::<terms::plain::save>(), one::<terms::detached::save>());
    let kind = ChangeKind::Detached;
    let what = "it is stopped when nobody waits for it any more";
    judged(&detached, &plain, OldClients, kind, "", what);
    let what = "it runs to its end when nobody waits for it any more";
    judged(&plain, &detached, NewClients, kind, "", what);
}
