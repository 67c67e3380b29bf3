/// Follows a file as it grows.
fn tail(path: String) -> impl Stream<Item = Result<Line, TailError>> {
    follow(path)
}
/// Follows a file as it grows.
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct tail {
    ///
    path: String,
}
impl ::ipc_bridge::__private::StreamRequest for tail {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "log:tail";
    type Item = <Result<
        Line,
        TailError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Line, TailError>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        Line,
        TailError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Line, TailError>>>::IS_RESULT
        },
    >>::Error;
}
impl ::ipc_bridge::__private::Handler for tail {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "tail"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "Follows a file as it grows.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const TIMEOUT: ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::core::time::Duration,
    > = ::ipc_bridge::__private::core::option::Option::Some(
        ::ipc_bridge::__private::core::time::Duration::from_millis(3600000u64),
    );
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.path)).check("path", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { path: argument_0 } = self;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::stream::<
                Self,
                {
                    use ::ipc_bridge::__private::NotAResult as _;
                    <::ipc_bridge::__private::ReturnType<
                        Result<Line, TailError>,
                    >>::IS_RESULT
                },
                _,
            >(tail(argument_0)),
        )
    }
}
async fn search(
    index: State<Index>,
    text: String,
) -> Result<impl Stream<Item = Line> + Send, SearchError> {
    index.search(text).await
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct search {
    ///
    text: String,
}
impl ::ipc_bridge::__private::StreamRequest for search {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "log:search";
    type Item = <Line as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Line>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        (),
        SearchError,
    > as ::ipc_bridge::__private::Outcome<true>>::Error;
}
impl ::ipc_bridge::__private::Handler for search {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "search"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <State<Index> as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.text)).check("text", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { text: argument_1 } = self;
        let argument_0 = <State<
            Index,
        > as ::ipc_bridge::__private::FromContext>::from_context(cx)?;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::try_stream_later::<
                Self,
                {
                    use ::ipc_bridge::__private::NotAResult as _;
                    <::ipc_bridge::__private::ReturnType<Line>>::IS_RESULT
                },
                _,
                _,
            >(search(argument_0, argument_1)),
        )
    }
}
async fn ticks() -> impl Stream<Item = u64> {
    ticker().await
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct ticks {}
impl ::ipc_bridge::__private::StreamRequest for ticks {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "log:ticks";
    type Item = <u64 as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<u64>>::IS_RESULT
        },
    >>::Response;
    type Error = <u64 as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<u64>>::IS_RESULT
        },
    >>::Error;
}
impl ::ipc_bridge::__private::Handler for ticks {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "ticks"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self {} = self;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::stream_later::<
                Self,
                {
                    use ::ipc_bridge::__private::NotAResult as _;
                    <::ipc_bridge::__private::ReturnType<u64>>::IS_RESULT
                },
                _,
                _,
            >(ticks()),
        )
    }
}
