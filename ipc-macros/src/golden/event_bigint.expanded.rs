/// How far a job is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job")]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    #[ipc(bigint)]
    job: u64,
    /// How much is done.
    #[ipc(bigint)]
    #[serde(rename = "bytes", default = "none")]
    bytes_done: u64,
    #[serde(skip)]
    begun: Option<Instant>,
}
impl ::ipc_bridge::__private::Event for Progress {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "job:progress";
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Progress"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "How far a job is.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    fn key_json(
        &self,
    ) -> ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::core::result::Result<
            ::ipc_bridge::__private::std::string::String,
            ::ipc_bridge::__private::serde_json::Error,
        >,
    > {
        ::ipc_bridge::__private::core::option::Option::Some(
            ::ipc_bridge::__private::key_json(&self.job),
        )
    }
    fn describe_key(
        generator: &mut ::ipc_bridge::__private::schemars::SchemaGenerator,
    ) -> ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::schemars::Schema,
    > {
        ::ipc_bridge::__private::core::option::Option::Some(
            ::ipc_bridge::__private::with_bigint(generator.subschema_for::<u64>()),
        )
    }
    fn describe_marks(
        generator: &mut ::ipc_bridge::__private::schemars::SchemaGenerator,
    ) -> ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::schemars::Schema,
    > {
        #[derive(::ipc_bridge::__private::schemars::JsonSchema)]
        #[schemars(crate = "::ipc_bridge::__private::schemars")]
        #[allow(dead_code, deprecated, nonstandard_style)]
        #[serde(rename_all = "camelCase")]
        struct ProgressMarks {
            #[schemars(extend("x-ipc-bigint" = true))]
            job: u64,
            #[serde(rename = "bytes")]
            #[schemars(extend("x-ipc-bigint" = true))]
            bytes_done: u64,
            #[serde(skip)]
            begun: Option<Instant>,
        }
        ::ipc_bridge::__private::core::option::Option::Some(
            <ProgressMarks as ::ipc_bridge::__private::schemars::JsonSchema>::json_schema(
                generator,
            ),
        )
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(self)).check("", issues);
    }
}
impl ::ipc_bridge::__private::KeyedEvent for Progress {
    type Key = u64;
}
impl ::ipc_bridge::__private::NeverWaits for Progress {}
#[derive(Serialize, JsonSchema, Event)]
#[event("job:log", crate = renamed)]
#[serde(tag = "type")]
enum Logged {
    /// A line, by its number.
    Line {
        #[ipc(bigint)]
        #[schemars(range(min = 1), extend("x-unit" = "lines"))]
        number: u64,
        within: Option<Box<Self>>,
    },
    End,
}
impl renamed::__private::Event for Logged {
    const CHANNEL: &'static renamed::__private::core::primitive::str = "job:log";
    const ITEM: renamed::__private::HandlerItem = renamed::__private::HandlerItem::new(
        renamed::__private::core::concat!(
            renamed::__private::core::module_path!(), "::", "Logged"
        ),
        renamed::__private::core::file!(),
        renamed::__private::core::line!(),
    );
    const DOC: renamed::__private::HandlerDoc = renamed::__private::HandlerDoc::new(
        "",
        renamed::__private::core::option::Option::None,
    );
    fn describe_marks(
        generator: &mut renamed::__private::schemars::SchemaGenerator,
    ) -> renamed::__private::core::option::Option<renamed::__private::schemars::Schema> {
        #[derive(renamed::__private::schemars::JsonSchema)]
        #[schemars(crate = "renamed::__private::schemars")]
        #[allow(dead_code, deprecated, nonstandard_style)]
        #[serde(tag = "type")]
        enum LoggedMarks {
            /// A line, by its number.
            Line {
                #[schemars(range(min = 1))]
                #[schemars(extend("x-ipc-bigint" = true))]
                number: u64,
                within: Option<Box<Logged>>,
            },
            End,
        }
        renamed::__private::core::option::Option::Some(
            <LoggedMarks as renamed::__private::schemars::JsonSchema>::json_schema(
                generator,
            ),
        )
    }
    fn validate(&self, issues: &mut renamed::__private::Issues) {
        use renamed::__private::{CheckPlain as _, CheckValidated as _};
        (&renamed::__private::Probe(self)).check("", issues);
    }
}
impl renamed::__private::NeverWaits for Logged {}
