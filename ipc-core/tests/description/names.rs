//! Definitions: shared, told apart, refused.

use ipc_core::{DescriptionError, Router, RouterProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::channel::Echo;

mod one {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub(crate) struct Item {
        id: u64,
    }
    channel!("one:get" fetch { item: Item } -> ());
    channel!("one:put" put(Item) -> Item);
    channel!("one:list" list {} -> Vec<Item>);
}

mod two {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub(crate) struct Item {
        name: String,
    }
    channel!("two:get" fetch { item: Option<Item> } -> ());
    channel!("two:list" list {} -> Vec<Item>);
    channel!("two:none" none {} -> ());
}

fn definitions(router: &Router) -> Vec<String> {
    let description = router.description().expect("a description");
    description.definitions().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn two_types_of_one_name_are_an_error_that_names_both() {
    for router in [
        Router::new().handle::<one::fetch>().handle::<two::fetch>(),
        Router::new().handle::<two::list>().handle::<one::list>(),
        Router::new().handle::<one::fetch>().handle::<two::list>(),
    ] {
        let error = router.description().expect_err("two types of one name");
        assert_eq!(
            error.to_string(),
            "the types `description::names::one::Item` and `description::names::two::Item` would both be called `Item` \
             in the schema: give one of them another name with `#[schemars(rename = \"…\")]`"
        );
        let problems = router.check().expect_err("the same error");
        assert_eq!(problems.problems(), [RouterProblem::Description(error.clone())]);
        assert_eq!(router.fingerprint().expect_err("the same error"), error);
    }
}

#[test]
fn two_functions_of_one_name_are_no_two_types_of_one_name() {
    let router = Router::new().handle::<one::list>().handle::<two::none>().handle::<one::fetch>();
    assert_eq!(definitions(&router), ["Item"]);
}

#[test]
fn a_shared_type_is_defined_once() {
    let router = Router::new().handle::<one::fetch>().handle::<one::list>().handle::<one::put>();
    assert_eq!(definitions(&router), ["Item"]);
    let description = router.description().expect("a description");
    let put = description.channel("one:put").expect("the channel");
    assert_eq!(put.request().as_value(), &json!({"$ref": "#/$defs/Item"}));
    assert_eq!(put.response().expect("one answer").as_value(), &json!({"$ref": "#/$defs/Item"}));
    let fetch = description.channel("one:get").expect("the channel");
    assert_eq!(fetch.request().as_value()["properties"], json!({"item": {"$ref": "#/$defs/Item"}}));
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Sheet")]
struct Sheet<T> {
    items: Vec<T>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Cat(u8);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Dog(u8);

#[test]
fn a_generic_type_is_named_after_its_parameters_where_it_is_used_twice() {
    assert_eq!(definitions(&Router::new().handle::<Echo<Page<Cat>>>()), ["Cat", "Page"]);
    let error = Router::new().handle::<Echo<(Page<Cat>, Page<Dog>)>>().description().expect_err("two pages");
    assert_eq!(
        error.to_string(),
        "the types `description::names::Page<description::names::Cat>` and \
         `description::names::Page<description::names::Dog>` would both be called `Page` in the schema: name each \
         after its type parameters with `#[schemars(rename = \"{T}…\")]`"
    );
    let router = Router::new().handle::<Echo<(Sheet<Cat>, Sheet<Dog>)>>();
    assert_eq!(definitions(&router), ["Cat", "CatSheet", "Dog", "DogSheet"]);
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Settings {
    #[serde(default)]
    limit: u8,
    owner: Owner,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Owner {
    name: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Profile {
    settings: Option<Box<Settings>>,
    friends: Vec<Profile>,
}

#[test]
fn an_input_and_an_output_that_differ_are_two_definitions() {
    let router = Router::new().handle::<Echo<Profile>>();
    assert_eq!(definitions(&router), ["Owner", "Profile", "ProfileOutput", "Settings", "SettingsOutput"]);
    let description = router.description().expect("a description");
    let required = |name| description.definition(name).expect("the definition").as_value()["required"].clone();
    assert_eq!(required("Settings"), json!(["owner"]));
    assert_eq!(required("SettingsOutput"), json!(["limit", "owner"]));
    let profile = description.definition("ProfileOutput").expect("the definition").as_value();
    assert_eq!(profile["properties"]["friends"]["items"], json!({"$ref": "#/$defs/ProfileOutput"}));
    assert_eq!(profile["properties"]["settings"]["anyOf"][0], json!({"$ref": "#/$defs/SettingsOutput"}));
    let channel = description.channel("test:echo").expect("the channel");
    assert_eq!(channel.request().as_value(), &json!({"$ref": "#/$defs/Profile"}));
    assert_eq!(channel.response().expect("one answer").as_value(), &json!({"$ref": "#/$defs/ProfileOutput"}));
}

channel!("settings:read" read {} -> Settings);

#[test]
fn a_type_that_is_only_written_keeps_its_name() {
    let router = Router::new().handle::<read>();
    assert_eq!(definitions(&router), ["Owner", "Settings"]);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct SettingsOutput;

#[test]
fn an_output_whose_name_another_type_has_is_an_error() {
    let error = Router::new().handle::<Echo<(Settings, SettingsOutput)>>().description().expect_err("a taken name");
    assert!(
        matches!(&error, DescriptionError::OutputName { name, path, taken }
        if name == "SettingsOutput" && path.ends_with("::Settings") && taken.ends_with("::SettingsOutput")),
        "{error}"
    );
}
