/// How far a job is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", retain, key = "job", lag = "keep_latest", crate = renamed)]
pub struct Progress {
    job: JobId,
    done: u64,
}
impl renamed::__private::Event for Progress {
    const CHANNEL: &'static renamed::__private::core::primitive::str = "job:progress";
    const ITEM: renamed::__private::HandlerItem = renamed::__private::HandlerItem::new(
        renamed::__private::core::concat!(
            renamed::__private::core::module_path!(), "::", "Progress"
        ),
        renamed::__private::core::file!(),
        renamed::__private::core::line!(),
    );
    const DOC: renamed::__private::HandlerDoc = renamed::__private::HandlerDoc::new(
        "How far a job is.",
        renamed::__private::core::option::Option::None,
    );
    const RETAIN: renamed::__private::core::primitive::bool = true;
    const LAG: renamed::__private::Lag = renamed::__private::Lag::KeepLatest;
    fn key_json(
        &self,
    ) -> renamed::__private::core::option::Option<
        renamed::__private::core::result::Result<
            renamed::__private::std::string::String,
            renamed::__private::serde_json::Error,
        >,
    > {
        renamed::__private::core::option::Option::Some(
            renamed::__private::key_json(&self.job),
        )
    }
    fn describe_key(
        generator: &mut renamed::__private::schemars::SchemaGenerator,
    ) -> renamed::__private::core::option::Option<renamed::__private::schemars::Schema> {
        renamed::__private::core::option::Option::Some(
            generator.subschema_for::<JobId>(),
        )
    }
    fn validate(&self, issues: &mut renamed::__private::Issues) {
        use renamed::__private::{CheckPlain as _, CheckValidated as _};
        (&renamed::__private::Probe(self)).check("", issues);
    }
}
impl renamed::__private::KeyedEvent for Progress {
    type Key = JobId;
}
impl renamed::__private::NeverWaits for Progress {}
#[derive(Serialize, JsonSchema, Event)]
#[event("job:log", lag = "wait")]
#[deprecated(note = "use `Progress`")]
enum Logged {
    Line(String),
    End,
}
#[allow(deprecated)]
impl ::ipc_bridge::__private::Event for Logged {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "job:log";
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Logged"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::Some("use `Progress`"),
    );
    const LAG: ::ipc_bridge::__private::Lag = ::ipc_bridge::__private::Lag::Wait;
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(self)).check("", issues);
    }
}
