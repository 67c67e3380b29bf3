/// Fetches one item by its id.
async fn fetch(
    store: State<Store>,
    id: u64,
    r#type: Option<String>,
    tags: Vec<String>,
) -> Result<Item, FetchError> {
    store.get(id)
}
/// Fetches one item by its id.
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct fetch {
    /// The item's number.
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::range().min(1u64)
    )]
    id: u64,
    ///
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::length_in_simple(

        ).max(20)
    )]
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::pattern("^[a-z]+$")
    )]
    r#type: Option<String>,
    ///
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::inner(
            [::ipc_bridge::__private::constraint::Constraint::from(
                ::ipc_bridge::__private::constraint::Constraint::ascii()
            )]
        )
    )]
    tags: Vec<String>,
}
impl ::ipc_bridge::__private::Request for fetch {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "data:fetch";
    type Response = <Result<
        Item,
        FetchError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Item, FetchError>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        Item,
        FetchError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Item, FetchError>>>::IS_RESULT
        },
    >>::Error;
}
impl ::ipc_bridge::__private::Handler for fetch {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "fetch"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "Fetches one item by its id.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <State<Store> as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.id)).check("id", issues);
        {
            let value = &self.id;
            let mut report = ::ipc_bridge::__private::garde::Report::new();
            let mut path = ::ipc_bridge::__private::garde::Path::empty;
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::range::apply(
                value,
                (
                    ::ipc_bridge::__private::core::option::Option::Some(1),
                    ::ipc_bridge::__private::core::option::Option::None,
                ),
            ) {
                report.append(path(), error);
            }
            issues.append("id", &report);
        }
        (&::ipc_bridge::__private::Probe(&self.r#type)).check("type", issues);
        {
            let value = &self.r#type;
            let mut report = ::ipc_bridge::__private::garde::Report::new();
            let mut path = ::ipc_bridge::__private::garde::Path::empty;
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::length::simple::apply(
                value,
                (0, 20),
            ) {
                report.append(path(), error);
            }
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::pattern::apply(
                value,
                {
                    static PATTERN: ::ipc_bridge::__private::constraint::Pattern = ::ipc_bridge::__private::constraint::Pattern::new(||
                    ::ipc_bridge::__private::constraint::compile("^[a-z]+$"));
                    (&PATTERN,)
                },
            ) {
                report.append(path(), error);
            }
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = (check)(
                value,
                &(),
            ) {
                report.append(path(), error);
            }
            issues.append("type", &report);
        }
        (&::ipc_bridge::__private::Probe(&self.tags)).check("tags", issues);
        {
            let value = &self.tags;
            let mut report = ::ipc_bridge::__private::garde::Report::new();
            let mut path = ::ipc_bridge::__private::garde::Path::empty;
            ::ipc_bridge::__private::garde::rules::inner::apply(
                value,
                |value, key| {
                    let mut path = ::ipc_bridge::__private::garde::util::nested_path!(
                        path, key
                    );
                    if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::ascii::apply(
                        value,
                        (),
                    ) {
                        report.append(path(), error);
                    }
                },
            );
            issues.append("tags", &report);
        }
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { id: argument_1, r#type: argument_2, tags: argument_3 } = self;
        let argument_0 = <State<
            Store,
        > as ::ipc_bridge::__private::FromContext>::from_context(cx)?;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<
                            Result<Item, FetchError>,
                        >>::IS_RESULT
                    },
                >::into_result(
                    fetch(argument_0, argument_1, argument_2, argument_3).await,
                )
            }),
        )
    }
}
