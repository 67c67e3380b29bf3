//! What is sensitive stands in no message and in no log, however wrong it is.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::error::Error as _;

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use ipc_core::{Body, Dispatch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use support::{dispatch, everywhere, process_log, until};

const SECRET: &str = "swordfish";

fn strong(password: &String, (): &()) -> garde::Result {
    if password.ends_with('!') { Ok(()) } else { Err(garde::Error::new(format!("{password} ends without a `!`"))) }
}

/// Says what is wrong in words that quote the value.
#[derive(Debug, Serialize, JsonSchema, garde::Validate)]
struct Talkative(#[garde(custom(strong))] String);

impl<'de> Deserialize<'de> for Talkative {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            text if text.starts_with("sword") && !text.contains('-') => {
                Err(serde::de::Error::custom(format_args!("`{text}` has no dash")))
            }
            text => Ok(Self(text)),
        }
    }
}

#[handler("user:login")]
fn login(
    user: String,
    #[garde(length(min = 12), custom(strong))]
    #[ipc(sensitive)]
    password: String,
    #[ipc(sensitive)] hint: Option<Talkative>,
) -> String {
    format!("{user} {} {}", password.len(), hint.map_or(0, |hint| hint.0.len()))
}

#[handler("user:note")]
fn note(
    #[garde(custom(strong))]
    #[ipc(sensitive)]
    password: String,
) {
    drop(password);
}

/// The whole payload is sensitive.
#[derive(Debug, Serialize, Deserialize, JsonSchema, garde::Validate)]
struct Card {
    #[garde(custom(strong))]
    number: String,
}

#[handler("user:pay")]
fn pay(
    #[payload]
    #[ipc(sensitive)]
    card: Card,
) -> usize {
    card.number.len()
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
struct Account {
    #[garde(skip)]
    name: String,
    #[garde(length(min = 12))]
    password: Sensitive<String>,
    #[garde(inner(range(min = 1000)))]
    pin: Option<Sensitive<u32>>,
}

#[handler("user:create")]
fn create(account: Account) -> Account {
    account
}

#[handler("user:import")]
async fn import(mut accounts: Incoming<Account>) -> Result<usize, IncomingError> {
    let mut count = 0;
    while let Some(account) = accounts.next().await {
        account?;
        count += 1;
    }
    Ok(count)
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate, Event)]
#[event("user:changed")]
struct Changed {
    #[garde(dive)]
    account: Account,
}

#[service(prefix = "vault")]
trait Vault {
    #[handler]
    fn open(&self, #[ipc(sensitive)] code: u32) -> bool;
}

struct Bank;

impl Vault for Bank {
    fn open(&self, code: u32) -> bool {
        code == 1234
    }
}

fn router() -> Router {
    process_log::keep();
    Router::new()
        .handle::<login>()
        .handle::<note>()
        .handle::<pay>()
        .handle::<create>()
        .handle::<import>()
        .shared_event::<Changed>()
        .service(VaultServer::new(Bank))
}

fn respond(router: &Router, channel: &str, payload: &Value) -> Value {
    let mut out = Body::default();
    let Dispatch::Answered = dispatch(router, channel, &payload.to_string(), &mut out) else {
        panic!("{channel} is answered at once")
    };
    serde_json::from_slice(&out.json).unwrap()
}

/// What the one issue of a payload is: its path and its message.
fn issue(channel: &str, payload: &Value) -> (String, String) {
    let answer = respond(&router(), channel, payload);
    assert!(!answer.to_string().contains(SECRET), "{answer}");
    let issues = answer["error"]["details"]["issues"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let [issue] = issues.as_slice() else { panic!("one issue: {answer}") };
    let text = |key: &str| issue[key].as_str().unwrap().to_owned();
    (text("path"), text("message"))
}

#[test]
fn a_sensitive_parameter_is_refused_without_its_value() {
    for (payload, path, message) in [
        (json!({"user": "ann", "password": [SECRET]}), "password", "the value is not valid"),
        (json!({"user": "ann", "password": {SECRET: 1}}), "password", "the value is not valid"),
        (json!({"user": "ann", "password": SECRET}), "password", "length is lower than 12"),
        (json!({"user": "ann", "password": "swordfish-and-more"}), "password", "the value is not valid"),
        (json!({"user": "ann", "password": "long enough!", "hint": SECRET}), "hint", "the value is not valid"),
        (json!({"user": "ann", "password": "long enough!", "hint": "swordfish-"}), "hint[0]", "the value is not valid"),
        (json!({"user": "ann"}), "password", "missing field `password`"),
        (json!(SECRET), "", "invalid type: string, expected struct login"),
        (json!({"user": {"password": SECRET}, "password": SECRET}), "user", "invalid type: map, expected a string"),
    ] {
        let payload_text = payload.to_string();
        let (found, said) = match payload["password"] == json!(SECRET) && payload["user"] == json!("ann") {
            // It breaks two rules.
            true => {
                let answer = respond(&router(), "user:login", &payload);
                assert!(!answer.to_string().contains(SECRET), "{answer}");
                let issues = answer["error"]["details"]["issues"].clone();
                assert_eq!(issues[1], json!({"path": "password", "message": "the value is not valid"}));
                (issues[0]["path"].as_str().unwrap().to_owned(), issues[0]["message"].as_str().unwrap().to_owned())
            }
            false => issue("user:login", &payload),
        };
        assert_eq!((found.as_str(), said.as_str()), (path, message), "{payload_text}");
    }
}

#[test]
fn a_sensitive_payload_and_a_sensitive_parameter_of_a_method_are_refused_without_their_values() {
    let hidden = |path: &str| (path.to_owned(), "the value is not valid".to_owned());
    assert_eq!(issue("user:pay", &json!({"number": [SECRET]})), hidden("number"));
    assert_eq!(issue("user:pay", &json!({"number": SECRET})), hidden("number"));
    assert_eq!(issue("user:pay", &json!(SECRET)), hidden(""));
    assert_eq!(issue("vault:open", &json!({"code": SECRET})), hidden("code"));
}

#[test]
fn a_sensitive_field_is_refused_without_its_value_however_deep_it_stands() {
    for (account, path, message) in [
        (json!({"name": "ann", "password": [SECRET]}), "account.password", "the value is not valid"),
        (json!({"name": "ann", "password": SECRET}), "account.password", "length is lower than 12"),
        (json!({"name": "ann", "password": "long enough!", "pin": SECRET}), "account.pin", "the value is not valid"),
        (json!({"name": "ann", "password": "long enough!", "pin": 7}), "account.pin[0]", "lower than 1000"),
        (json!({"name": "ann"}), "account.password", "missing field `password`"),
        (json!(SECRET), "account", "invalid type: string, expected struct Account"),
    ] {
        let (found, said) = issue("user:create", &json!({ "account": account }));
        assert_eq!(
            (found.trim_end_matches("[0]"), said.as_str()),
            (path.trim_end_matches("[0]"), message),
            "{account}"
        );
    }
    let (path, message) = issue("user:changed", &json!({"account": {"name": "ann", "password": SECRET}}));
    assert_eq!((path.as_str(), message.as_str()), ("account.password", "length is lower than 12"));
}

#[test]
fn what_is_sensitive_is_marked_in_the_description() {
    let description = router().description().unwrap();
    let request = |channel: &str| description.channel(channel).unwrap().request().as_value().clone();
    let login = request("user:login");
    assert_eq!(login["properties"]["password"], json!({"type": "string", "minLength": 12, "x-ipc-sensitive": true}));
    assert_eq!(login["properties"]["user"], json!({"type": "string"}));
    assert_eq!(request("user:pay")["x-ipc-sensitive"], json!(true));
    assert_eq!(request("vault:open")["properties"]["code"]["x-ipc-sensitive"], json!(true));
    let account = description.definition("Account").unwrap();
    let marked = json!({"type": "string", "minLength": 12, "x-ipc-sensitive": true});
    assert_eq!(account.pointer("/properties/password"), Some(&marked));
}

#[test]
fn whether_a_value_is_sensitive_is_no_part_of_the_contract() {
    mod plain {
        use ipc_bridge::prelude::*;

        #[handler("vault:open")]
        pub(super) fn open(code: u32) -> bool {
            code == 1
        }
    }
    let fingerprint =
        |router: Router| router.description().unwrap().channel("vault:open").unwrap().fingerprint().to_owned();
    let service = Router::new().service(VaultServer::new(Bank));
    assert_eq!(fingerprint(service), fingerprint(Router::new().handle::<plain::open>()));
}

async fn a_sensitive_value_travels_as_what_it_is(place: Endpoint) {
    let _server = Server::bind(&place).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let account =
        Account { name: "ann".to_owned(), password: "long enough!".to_owned().into(), pin: Some(Sensitive::new(4321)) };
    let created = client.invoke(create { account: account.clone() }).await.unwrap();
    assert_eq!(created.password.expose(), "long enough!");
    assert_eq!(created.pin.map(Sensitive::into_inner), Some(4321));
    assert_eq!(client.invoke(import { accounts: [account].into_iter().collect() }).await.unwrap(), 1);
    let password = "long enough!".to_owned();
    assert_eq!(client.invoke(login { user: "ann".to_owned(), password, hint: None }).await.unwrap(), "ann 12 0");
}

async fn what_is_refused_is_told_to_nobody(place: Endpoint) {
    let _server = Server::bind(&place).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let wrong = Account { name: "ann".to_owned(), password: SECRET.to_owned().into(), pin: None };
    assert_eq!(format!("{wrong:?}"), r#"Account { name: "ann", password: ***, pin: None }"#);
    let uploaded = client.invoke(import { accounts: [wrong.clone()].into_iter().collect() }).await.unwrap_err();
    assert!(!format!("{uploaded} {uploaded:?} {:?}", uploaded.source()).contains(SECRET), "{uploaded:?}");
    assert!(format!("{uploaded:?}").contains("password"), "{uploaded:?}");
    let published = client.publish(&Changed { account: wrong.clone() }).await.unwrap_err();
    assert!(!format!("{published:?}").contains(SECRET), "{published:?}");
    let of_notification =
        |line: &process_log::Line| line.field("channel") == "user:note" && line.fields.contains_key("failure");
    let before = process_log::lines(of_notification).len();
    client.notify(note { password: SECRET.to_owned() }).await.unwrap();
    until(|| process_log::lines(of_notification).len() > before).await;
    let told = process_log::lines(|line| line.fields.values().any(|value| value.contains(SECRET)));
    assert!(told.is_empty(), "{told:?}");
}

everywhere! {
    a_sensitive_value_travels_as_what_it_is,
    what_is_refused_is_told_to_nobody,
}
