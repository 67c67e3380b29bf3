//! A client says what it expects of its server, and learns what differs when it connects.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};

use ipc_bridge::prelude::*;
use ipc_bridge::{ConnectError, Contract, ContractMismatch, Endpoint, Grants, INTROSPECT, Mismatch};
use support::log::Log;
use support::process::{Played, role, say};
use support::{everywhere, unique_name, watched};

/// The contract as the client was built with it.
mod old {
    use ipc_bridge::prelude::*;
    use ipc_bridge::schemars::{self, JsonSchema};
    use serde::{Deserialize, Serialize};

    #[handler("data:fetch")]
    pub(crate) fn fetch(id: u64) -> String {
        format!("item {id}")
    }

    #[handler("data:save")]
    pub(crate) fn save(name: String) -> u64 {
        name.len() as u64
    }

    #[handler("data:count")]
    pub(crate) fn count() -> u64 {
        7
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
    #[event("data:changed", retain)]
    pub(crate) struct Changed {
        pub(crate) id: u64,
    }

    pub(crate) fn router() -> Router {
        Router::new().handle::<fetch>().handle::<save>().handle::<count>().event::<Changed>()
    }
}

/// The contract as the server was built with it: `data:save` and the event are others, `data:count` is gone, and
/// `data:list` is new.
mod new {
    use ipc_bridge::prelude::*;
    use ipc_bridge::schemars::{self, JsonSchema};
    use serde::{Deserialize, Serialize};

    #[handler("data:fetch")]
    pub(crate) fn fetch(id: u64) -> String {
        format!("item {id}")
    }

    #[handler("data:save")]
    pub(crate) fn save(name: String, owner: String) -> u64 {
        (name + &owner).len() as u64
    }

    #[handler("data:list")]
    pub(crate) fn list() -> Vec<u64> {
        Vec::new()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
    #[event("data:changed", retain)]
    pub(crate) struct Changed {
        pub(crate) id: String,
    }

    pub(crate) fn router() -> Router {
        Router::new().handle::<fetch>().handle::<save>().handle::<list>().event::<Changed>()
    }
}

/// What a client expects that was built with the old contract.
fn expected() -> Contract {
    Contract::new().request::<old::fetch>().request::<old::save>().request::<old::count>().event::<old::Changed>()
}

const TOLD: &str = "the server serves another contract: `data:changed`, `data:save` differ; `data:count` is missing or \
                    not granted; `data:list` is new";

async fn serve(place: &Endpoint, router: Router) -> Server {
    Server::bind(place).serve(router).await.unwrap()
}

/// A client that notes whatever mismatch it is told, and goes on.
async fn noting(place: &Endpoint, contract: Contract) -> (Client, Option<ContractMismatch>) {
    let told = Arc::new(Mutex::new(None));
    let note = Arc::clone(&told);
    let decide = Mismatch::decide(move |mismatch| {
        *note.lock().unwrap() = Some(mismatch.clone());
        true
    });
    let client = Client::builder().expect_contract(contract).on_mismatch(decide).connect(place).await.unwrap();
    let told = told.lock().unwrap().take();
    (client, told)
}

everywhere! {
    a_client_is_told_which_channels_differ,
    calls_of_channels_that_agree_work,
    a_client_that_refuses_another_contract_does_not_connect,
    a_server_of_the_same_contract_is_not_asked,
    what_the_client_does_not_use_is_no_mismatch,
    what_is_not_granted_is_missing,
    a_server_that_tells_nothing_is_a_mismatch_of_unknown_channels,
    a_kept_description_is_a_contract,
    an_old_client_gets_a_new_code_as_a_refusal,
}

async fn a_client_is_told_which_channels_differ(place: Endpoint) {
    let server = serve(&place, new::router()).await;
    let (_client, told) = noting(&place, expected()).await;
    let told = told.unwrap();
    assert_eq!(told.differing, ["data:changed", "data:save"]);
    assert_eq!(
        (told.missing.as_slice(), told.added.as_slice()),
        (&["data:count".to_owned()][..], &["data:list".to_owned()][..])
    );
    assert_eq!(told.actual.as_deref(), Some(new::router().fingerprint().unwrap()));
    assert_eq!(told.expected, old::router().fingerprint().unwrap());
    assert_eq!(told.to_string(), TOLD);
    drop(server);
}

async fn calls_of_channels_that_agree_work(place: Endpoint) {
    let server = serve(&place, new::router()).await;
    let client = Client::builder().expect_contract(expected()).connect(&place).await.unwrap();
    assert_eq!(client.invoke(old::fetch { id: 3 }).await.unwrap(), "item 3");
    let refused = client.invoke(old::save { name: "a".to_owned() }).await.unwrap_err();
    assert_eq!(refused.code(), Some("INVALID_INPUT"));
    let missing = client.invoke(old::count {}).await.unwrap_err();
    assert_eq!(missing.code(), Some("UNKNOWN_CHANNEL"));
    drop(server);
}

async fn a_client_that_refuses_another_contract_does_not_connect(place: Endpoint) {
    let server = serve(&place, new::router()).await;
    let refused = Client::builder().expect_contract(expected()).on_mismatch(Mismatch::Refuse).connect(&place).await;
    let error = refused.unwrap_err();
    assert!(matches!(&error, ConnectError::Contract(mismatch) if mismatch.missing == ["data:count"]));
    assert_eq!(error.to_string(), TOLD);
    let declined = Mismatch::decide(|_| false);
    let refused = Client::builder().expect_contract(expected()).on_mismatch(declined).connect(&place).await;
    assert_eq!(refused.unwrap_err().to_string(), TOLD);
    support::until_connections(&server, 0).await;
}

async fn a_server_of_the_same_contract_is_not_asked(place: Endpoint) {
    // It would not answer.
    let server = serve(&place, old::router().introspection(false)).await;
    let refuse = Mismatch::Refuse;
    let client = Client::builder().expect_contract(expected()).on_mismatch(refuse).connect(&place).await.unwrap();
    assert_eq!(client.invoke(old::count {}).await.unwrap(), 7);
    drop(server);
}

async fn what_the_client_does_not_use_is_no_mismatch(place: Endpoint) {
    let server = serve(&place, new::router()).await;
    let (_client, told) = noting(&place, Contract::new().request::<old::fetch>()).await;
    assert_eq!(told, None);
    drop(server);
}

async fn what_is_not_granted_is_missing(place: Endpoint) {
    let grants = Grants::none().allow(INTROSPECT).allow("data:fetch").allow("data:save");
    let server = Server::bind(&place).grants(grants).serve(old::router()).await.unwrap();
    let contract = Contract::new().request::<old::count>().request::<old::fetch>();
    let (_client, told) = noting(&place, contract).await;
    let said = "the server serves another contract: `data:count` is missing or not granted; `data:save` is new";
    assert_eq!(told.unwrap().to_string(), said);
    drop(server);
}

async fn a_server_that_tells_nothing_is_a_mismatch_of_unknown_channels(place: Endpoint) {
    let server = serve(&place, new::router().introspection(false)).await;
    let (_client, told) = noting(&place, expected()).await;
    let said = "the server serves another contract, and which channels differ is not known: the server does not tell";
    assert_eq!(told.unwrap().to_string(), said);
    drop(server);

    let place = support::At::Memory.place();
    let server = Server::bind(&place).grants(Grants::same_user().deny(INTROSPECT)).serve(new::router()).await.unwrap();
    let (client, told) = noting(&place, expected()).await;
    let said = "the server serves another contract, and which channels differ is not known: this client has no grant for \
                `ipc:introspect`";
    assert_eq!(told.unwrap().to_string(), said);
    assert_eq!(client.invoke(old::fetch { id: 3 }).await.unwrap(), "item 3");
    drop(server);
}

async fn a_kept_description_is_a_contract(place: Endpoint) {
    let server = serve(&place, new::router()).await;
    let kept = serde_json::to_string(&old::router().description().unwrap()).unwrap();
    let kept: ipc_bridge::Description = serde_json::from_str(&kept).unwrap();
    let (_client, told) = noting(&place, Contract::from(&kept)).await;
    assert_eq!(told.unwrap().to_string(), TOLD);
    // Beside it, what only the types say.
    let (_client, told) = noting(&place, Contract::from(&kept).request::<new::list>()).await;
    assert_eq!(told.unwrap().added, [""; 0]);
    drop(server);
}

mod codes {
    pub(crate) mod old {
        use ipc_bridge::prelude::*;

        #[derive(Debug, thiserror::Error, IpcError)]
        pub(crate) enum OpenError {
            #[error("it is locked")]
            Locked,
        }

        #[handler("door:open")]
        pub(crate) fn open() -> Result<(), OpenError> {
            Err(OpenError::Locked)
        }
    }

    pub(crate) mod new {
        use ipc_bridge::prelude::*;

        #[derive(Debug, thiserror::Error, IpcError)]
        pub(crate) enum OpenError {
            #[error("it is locked")]
            Locked,
            #[error("it is jammed")]
            Jammed { by: u8 },
        }

        #[handler("door:open")]
        pub(crate) fn open() -> Result<(), OpenError> {
            Err(OpenError::Jammed { by: 3 })
        }
    }
}

async fn an_old_client_gets_a_new_code_as_a_refusal(place: Endpoint) {
    let server = serve(&place, Router::new().handle::<codes::new::open>()).await;
    let client = Client::connect(&place).await.unwrap();
    let Err(InvokeError::Refused(failure)) = client.invoke(codes::old::open {}).await else { panic!("it is jammed") };
    assert_eq!((failure.code(), failure.message()), ("JAMMED", "it is jammed"));
    drop(server);
}

#[tokio::test]
async fn the_log_has_one_line_unless_something_else_is_said() {
    watched(async {
        let place = support::At::Memory.place();
        let server = serve(&place, new::router()).await;
        let log = Log::begin();
        let _client = Client::builder().expect_contract(expected()).connect(&place).await.unwrap();
        assert_eq!(log.warnings(), [format!("WARN {TOLD}")]);
        let _quiet = Client::builder().expect_contract(Contract::new().request::<old::fetch>());
        let _quiet = _quiet.connect(&place).await.unwrap();
        let (_quiet, _) = noting(&place, expected()).await;
        assert_eq!(log.warnings().len(), 1);
        drop(server);
    })
    .await;
}

/// A contract of everything that a service can have, which is shared by two crates.
mod service {
    use std::pin::Pin;

    use ipc_bridge::Stream;
    use ipc_bridge::prelude::*;
    use ipc_bridge::schemars::{self, JsonSchema};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Filter {
        name: String,
        #[serde(default)]
        inner: Option<Box<Filter>>,
    }

    #[derive(Debug, thiserror::Error, IpcError)]
    pub(crate) enum FindError {
        #[error("nothing is {name}")]
        Nothing { name: String },
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Event)]
    #[event("all:said", key = "by")]
    pub(crate) struct Said {
        by: u64,
        text: String,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema, Event)]
    #[event("all:grown")]
    pub(crate) struct Grown {
        by: u64,
    }

    #[service(prefix = "all", events(Grown), shared_events(Said))]
    pub(crate) trait All {
        /// Documentation does not count.
        #[handler]
        async fn find(&self, #[garde(length(min = 1))] name: String) -> Result<Filter, FindError>;
        #[handler(permission = "all:some")]
        fn filter(
            &self,
            #[payload]
            #[ipc(sensitive)]
            filter: Filter,
        ) -> Vec<Filter>;
        #[handler]
        fn tail(&self, from: u64) -> impl Stream<Item = Filter> + Send;
        #[handler]
        async fn put(&self, name: String, lines: Incoming<Filter>) -> u64;
        #[cfg(unix)]
        #[handler]
        fn only_here(&self) -> u8 {
            1
        }
        #[cfg(not(any(unix, windows)))]
        #[handler]
        fn nowhere(&self) -> Missing;
    }

    pub(crate) struct Nothing;

    impl All for Nothing {
        async fn find(&self, name: String) -> Result<Filter, FindError> {
            Ok(Filter { name, inner: None })
        }
        fn filter(&self, filter: Filter) -> Vec<Filter> {
            vec![filter]
        }
        fn tail(&self, _: u64) -> impl Stream<Item = Filter> + Send {
            Box::pin(futures_util::stream::empty()) as Pin<Box<dyn Stream<Item = Filter> + Send>>
        }
        async fn put(&self, _: String, _: Incoming<Filter>) -> u64 {
            0
        }
    }
}

#[test]
fn the_contract_of_a_services_client_is_that_of_its_server() {
    let server = Router::new().service(service::AllServer::new(service::Nothing));
    let client = Contract::new().service::<service::AllClient<Client>>();
    let description = server.description().unwrap();
    let fingerprints = client.fingerprints().unwrap();
    assert_eq!(fingerprints, ipc_bridge::Fingerprints::of(&description));
    assert_eq!(fingerprints.whole(), server.fingerprint().unwrap());
    assert_eq!(fingerprints.mismatch(&description), None);
    assert_eq!(fingerprints.channels().len(), if cfg!(unix) { 5 } else { 4 });
    assert_eq!(fingerprints.events().count(), 2);
}

#[test]
fn two_types_of_one_name_are_an_error_when_connecting() {
    mod other {
        use ipc_bridge::prelude::*;
        use ipc_bridge::schemars::{self, JsonSchema};
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub(crate) struct Filter(u8);

        #[handler("other:filter")]
        pub(crate) fn filter(filter: Filter) -> Filter {
            filter
        }
    }
    let contract = Contract::new().service::<service::AllClient<Client>>().request::<other::filter>();
    let error = contract.fingerprints().unwrap_err();
    assert!(error.to_string().contains("would both be called `Filter`"), "{error}");
    let builder = Client::builder().expect_contract(contract);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = support::At::Memory.place();
    let error = runtime.block_on(async {
        let _server = serve(&place, Router::new()).await;
        builder.connect(&place).await.unwrap_err()
    });
    assert!(error.to_string().starts_with("the expected contract cannot be described: the types"), "{error}");
}

/// Runs what a child does, where this process is one.
#[test]
fn child_role() {
    let Some((role, name)) = role() else { return };
    assert_eq!(role, "serve the new contract");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::bind(&name).serve(new::router()).await.unwrap();
        server.publish(&new::Changed { id: "a".to_owned() }).unwrap();
        say("ready");
        std::future::pending::<()>().await;
    });
}

/// The server is another program, which was built later.
#[tokio::test]
async fn a_program_of_the_old_contract_goes_on_with_a_server_of_the_new_one() {
    watched(async {
        let name = unique_name();
        let mut child = Played::start("serve the new contract", &name, |_| {});
        assert_eq!(child.says(), "ready");
        let place = Endpoint::from(name.as_str());
        let (client, told) = noting(&place, expected()).await;
        assert_eq!(told.unwrap().to_string(), TOLD);
        assert_eq!(client.invoke(old::fetch { id: 9 }).await.unwrap(), "item 9");
        let mut changes = client.subscribe::<old::Changed>().await.unwrap();
        let unread = changes.next().await.unwrap().unwrap_err();
        assert!(unread.to_string().contains("data:changed"), "{unread}");
        let refuse = Client::builder().expect_contract(expected()).on_mismatch(Mismatch::Refuse);
        assert_eq!(refuse.connect(&place).await.unwrap_err().to_string(), TOLD);
    })
    .await;
}
