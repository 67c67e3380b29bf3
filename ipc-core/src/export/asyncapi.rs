//! AsyncAPI 3: the contract for the tools of that format.

mod channels;
mod messages;
mod operations;
mod schemas;

use serde_json::{Map, Value, json};

use super::extensions;
use crate::description::Description;
use schemas::Schemas;

/// The version of AsyncAPI that the documents are of.
const VERSION: &str = "3.0.0";

/// What an AsyncAPI document says that a description does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncApiInfo {
    title: String,
    version: String,
    description: Option<String>,
    endpoint: Option<String>,
}

impl AsyncApiInfo {
    /// The title and the version of the application's interface. The version is the application's own, of any form.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self { title: title.into(), version: version.into(), description: None, endpoint: None }
    }

    /// What the application is, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Where the server listens: the name that it is bound to.
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        self.endpoint = Some(name.into());
        self
    }
}

/// The contract as an AsyncAPI 3.0 document, for the generators, viewers and registries of that format.
///
/// It is told from the server's side, as AsyncAPI has it: what a client calls, the server *receives*, and what it
/// publishes, it *sends*.
///
/// - A channel has its name as its id and its address, and a message for each thing that travels on it: `request`,
///   `incoming`, `response`, `item`, `end`, `event`, one for each of the handler's own error codes, and `failure` for the
///   standard ones. The payload of each is the whole body that travels: of a response, `{"success":true,"data":…}`.
/// - A handler is an operation of the channel's name, with its reply; an event is one too, and where peers publish it a
///   second one whose name ends with `+publish`.
/// - The types stand under `components/schemas`, in the format's own dialect, which is that of JSON Schema draft 7. What
///   that cannot say (of a flattened struct that it has no other fields) is left out, so it may take a little more than
///   the server does. A name that the format forbids (`Page<Item>`) has `_` in place of what is forbidden.
/// - What the format has no word for stands in keys that begin with `x-ipc-`: `x-ipc-kind`, `x-ipc-permission`,
///   `x-ipc-publish-permission`, `x-ipc-timeout-ms`, `x-ipc-detached`, `x-ipc-lag`, `x-ipc-retain`, `x-ipc-shared`,
///   `x-ipc-key`, `x-ipc-deprecated` and `x-ipc-fingerprint` on a channel; `x-ipc-protocol`, `x-ipc-generator` and
///   `x-ipc-fingerprint` beside the title; `x-ipc-binary` and `x-ipc-sensitive` in schemas.
///
/// The same description and information make the same document.
///
/// ```
/// use ipc_core::export::{self, AsyncApiInfo};
/// use ipc_core::{Router, handler};
///
/// /// Adds two numbers.
/// #[handler("math:add", crate = ipc_core)]
/// fn add(left: i64, right: i64) -> i64 {
///     left + right
/// }
///
/// let description = Router::new().handle::<add>().description()?;
/// let document = export::asyncapi(&description, &AsyncApiInfo::new("Calculator", "1.0.0").endpoint("calculator"));
/// assert_eq!(document["asyncapi"], "3.0.0");
/// assert_eq!(document["operations"]["math:add"]["action"], "receive");
/// assert_eq!(document["channels"]["math:add"]["description"], "Adds two numbers.");
/// # Ok::<_, ipc_core::DescriptionError>(())
/// ```
pub fn asyncapi(description: &Description, info: &AsyncApiInfo) -> Value {
    let schemas = Schemas::new(description);
    let mut document = Map::from_iter([
        ("asyncapi".to_owned(), VERSION.into()),
        ("info".to_owned(), about(description, info)),
        ("defaultContentType".to_owned(), "application/json".into()),
        ("channels".to_owned(), channels::all(description, &schemas).into()),
        ("operations".to_owned(), operations::all(description).into()),
        (
            "components".to_owned(),
            json!({
                "schemas": schemas.components(description),
                "messages": { messages::FAILURE: messages::standard_failure() },
            }),
        ),
    ]);
    if let Some(endpoint) = &info.endpoint {
        document.insert("servers".to_owned(), json!({ "local": server(description, endpoint) }));
    }
    document.into()
}

fn about(description: &Description, info: &AsyncApiInfo) -> Value {
    let mut about = extensions::of_contract(description);
    about.insert("title".to_owned(), info.title.as_str().into());
    about.insert("version".to_owned(), info.version.as_str().into());
    if let Some(text) = &info.description {
        about.insert("description".to_owned(), text.as_str().into());
    }
    about.into()
}

fn server(description: &Description, endpoint: &str) -> Value {
    json!({
        "host": endpoint,
        "protocol": "ipc-bridge",
        "protocolVersion": description.protocol().to_string(),
        "description": "A Unix socket or a Windows named pipe of this user.",
    })
}
