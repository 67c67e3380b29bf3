/// The lines.
pub trait Log: ::ipc_bridge::__private::core::marker::Send + ::ipc_bridge::__private::core::marker::Sync + 'static {
    /// Follows a file as it grows.
    fn tail(
        &self,
        path: String,
    ) -> impl Stream<
        Item = Result<Line, TailError>,
    > + ::ipc_bridge::__private::core::marker::Send;
    fn search(
        &self,
        store: State<Store>,
        texts: Incoming<String>,
    ) -> impl ::ipc_bridge::__private::core::future::Future<
        Output = Result<impl Stream<Item = Line> + Send, SearchError>,
    > + ::ipc_bridge::__private::core::marker::Send;
    fn count(
        &self,
    ) -> impl ::ipc_bridge::__private::core::future::Future<
        Output = u64,
    > + ::ipc_bridge::__private::core::marker::Send;
}
/// Follows a file as it grows.
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
pub struct LogTailRequest {
    ///
    pub path: String,
}
impl ::ipc_bridge::__private::StreamRequest for LogTailRequest {
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
impl<T: Log> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for LogTailRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Log::tail"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "Follows a file as it grows.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogTailRequest"
    );
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.path)).check("path", issues);
    }
    fn call(
        self,
        receiver: &::ipc_bridge::__private::std::sync::Arc<T>,
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<T>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { path: argument_0 } = self;
        let receiver = ::ipc_bridge::__private::std::sync::Arc::clone(receiver);
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::lent_stream::<
                Self,
                _,
                _,
            >(move |slot| async move {
                slot.drain::<
                        {
                            use ::ipc_bridge::__private::NotAResult as _;
                            <::ipc_bridge::__private::ReturnType<
                                Result<Line, TailError>,
                            >>::IS_RESULT
                        },
                    >(<T as Log>::tail(&receiver, argument_0))
                    .await
            }),
        )
    }
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
pub struct LogSearchRequest {
    ///
    #[serde(skip)]
    pub texts: Incoming<String>,
}
impl ::ipc_bridge::__private::StreamRequest for LogSearchRequest {
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
    fn take_upload(
        &mut self,
    ) -> ::ipc_bridge::__private::core::option::Option<::ipc_bridge::__private::Upload> {
        ::ipc_bridge::__private::core::option::Option::Some(
            <Incoming<
                String,
            > as ::ipc_bridge::__private::IncomingParameter>::upload(
                ::ipc_bridge::__private::core::mem::take(&mut self.texts),
            ),
        )
    }
}
impl<T: Log> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for LogSearchRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Log::search"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const TAKES_INCOMING: ::ipc_bridge::__private::core::primitive::bool = true;
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogSearchRequest"
    );
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <State<Store> as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn describe_incoming(
        generator: &mut ::ipc_bridge::__private::schemars::SchemaGenerator,
    ) -> ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::schemars::Schema,
    > {
        ::ipc_bridge::__private::core::option::Option::Some(
            <Incoming<
                String,
            > as ::ipc_bridge::__private::IncomingParameter>::describe(generator),
        )
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
    }
    fn call(
        self,
        receiver: &::ipc_bridge::__private::std::sync::Arc<T>,
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<T>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { .. } = self;
        let argument_0 = <State<
            Store,
        > as ::ipc_bridge::__private::FromContext>::from_context(cx)?;
        let argument_1 = <Incoming<
            String,
        > as ::ipc_bridge::__private::IncomingParameter>::of_call(
            cx,
            |item, issues| {
                use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
                (&::ipc_bridge::__private::Probe(item)).check("", issues);
            },
        );
        let receiver = ::ipc_bridge::__private::std::sync::Arc::clone(receiver);
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::lent_stream::<
                Self,
                _,
                _,
            >(move |slot| async move {
                match <T as Log>::search(&receiver, argument_0, argument_1).await {
                    ::ipc_bridge::__private::core::result::Result::Ok(stream) => {
                        slot.drain::<
                                {
                                    use ::ipc_bridge::__private::NotAResult as _;
                                    <::ipc_bridge::__private::ReturnType<Line>>::IS_RESULT
                                },
                            >(stream)
                            .await
                    }
                    ::ipc_bridge::__private::core::result::Result::Err(error) => {
                        slot.fail(error)
                    }
                }
            }),
        )
    }
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
pub struct LogCountRequest {}
impl ::ipc_bridge::__private::Request for LogCountRequest {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "log:count";
    type Response = <u64 as ::ipc_bridge::__private::Outcome<
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
impl<T: Log> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for LogCountRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Log::count"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogCountRequest"
    );
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
    }
    fn call(
        self,
        receiver: &::ipc_bridge::__private::std::sync::Arc<T>,
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<T>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self {} = self;
        let receiver = ::ipc_bridge::__private::std::sync::Arc::clone(receiver);
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<u64>>::IS_RESULT
                    },
                >::into_result(<T as Log>::count(&receiver).await)
            }),
        )
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Answers the channels of [`Log`] with an implementation of it: `router.service(LogServer::new(…))`.
pub struct LogServer<T> {
    instance: ::ipc_bridge::__private::std::sync::Arc<T>,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Log> LogServer<T> {
    /// Answers with `instance`.
    #[must_use]
    pub fn new(instance: T) -> Self {
        Self::from_arc(::ipc_bridge::__private::std::sync::Arc::new(instance))
    }
    /// Answers with an instance that others use too.
    #[must_use]
    pub const fn from_arc(instance: ::ipc_bridge::__private::std::sync::Arc<T>) -> Self {
        Self { instance }
    }
    /// Puts `layer` around every channel of this service.
    #[must_use]
    pub const fn layer<L>(self, layer: L) -> ::ipc_bridge::__private::Layered<Self, L> {
        ::ipc_bridge::__private::Layered::new(self, layer)
    }
}
impl<T> ::ipc_bridge::__private::core::clone::Clone for LogServer<T> {
    fn clone(&self) -> Self {
        Self {
            instance: ::ipc_bridge::__private::std::sync::Arc::clone(&self.instance),
        }
    }
}
impl<T> ::ipc_bridge::__private::core::fmt::Debug for LogServer<T> {
    fn fmt(
        &self,
        f: &mut ::ipc_bridge::__private::core::fmt::Formatter<'_>,
    ) -> ::ipc_bridge::__private::core::fmt::Result {
        f.debug_struct("LogServer").finish_non_exhaustive()
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Log> ::ipc_bridge::__private::Service for LogServer<T> {
    fn register(
        self,
        router: ::ipc_bridge::__private::Router,
    ) -> ::ipc_bridge::__private::Router {
        let router = router
            .handle_on::<
                LogTailRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        let router = router
            .handle_on::<
                LogSearchRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        let router = router
            .handle_on::<
                LogCountRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        let router = router.event::<Progress>();
        let router = router.event::<job::Logged>();
        let router = router.shared_event::<Said>();
        router
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Calls the channels of [`Log`], over anything that can: a connected client, a router in this process, a test double.
#[derive(
    ::ipc_bridge::__private::core::clone::Clone,
    ::ipc_bridge::__private::core::fmt::Debug
)]
pub struct LogClient<C> {
    caller: C,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
#[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
impl<C: ::ipc_bridge::__private::Invoke> LogClient<C> {
    /// Makes the calls over `caller`.
    #[must_use]
    pub const fn new(caller: C) -> Self {
        Self { caller }
    }
    ///
    pub async fn count(
        &self,
    ) -> ::ipc_bridge::__private::core::result::Result<
        <LogCountRequest as ::ipc_bridge::__private::Request>::Response,
        ::ipc_bridge::__private::InvokeError<
            <LogCountRequest as ::ipc_bridge::__private::Request>::Error,
        >,
    >
    where
        <LogCountRequest as ::ipc_bridge::__private::Request>::Response: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::Invoke::invoke(&self.caller, LogCountRequest {}).await
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
#[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
impl<C: ::ipc_bridge::__private::InvokeStream> LogClient<C> {
    /// Follows a file as it grows.
    pub async fn tail(
        &self,
        path: String,
    ) -> ::ipc_bridge::__private::core::result::Result<
        ::ipc_bridge::__private::ItemStream<LogTailRequest>,
        ::ipc_bridge::__private::InvokeError<
            <LogTailRequest as ::ipc_bridge::__private::StreamRequest>::Error,
        >,
    >
    where
        <LogTailRequest as ::ipc_bridge::__private::StreamRequest>::Item: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::InvokeStream::stream(
                &self.caller,
                LogTailRequest { path },
            )
            .await
    }
    ///
    pub async fn search(
        &self,
        texts: Incoming<String>,
    ) -> ::ipc_bridge::__private::core::result::Result<
        ::ipc_bridge::__private::ItemStream<LogSearchRequest>,
        ::ipc_bridge::__private::InvokeError<
            <LogSearchRequest as ::ipc_bridge::__private::StreamRequest>::Error,
        >,
    >
    where
        <LogSearchRequest as ::ipc_bridge::__private::StreamRequest>::Item: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::InvokeStream::stream(
                &self.caller,
                LogSearchRequest { texts },
            )
            .await
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
#[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
impl<C: ::ipc_bridge::__private::Subscribe> LogClient<C> {
    ///Subscribes to the events of [`Progress`].
    pub fn subscribe_progress(
        &self,
    ) -> ::ipc_bridge::__private::Subscribing<'_, C, Progress> {
        ::ipc_bridge::__private::Subscribing::new(&self.caller)
    }
    ///Subscribes to the events of [`job::Logged`].
    pub fn subscribe_logged(
        &self,
    ) -> ::ipc_bridge::__private::Subscribing<'_, C, job::Logged> {
        ::ipc_bridge::__private::Subscribing::new(&self.caller)
    }
    ///Subscribes to the events of [`Said`].
    pub fn subscribe_said(&self) -> ::ipc_bridge::__private::Subscribing<'_, C, Said> {
        ::ipc_bridge::__private::Subscribing::new(&self.caller)
    }
}
impl ::ipc_bridge::__private::OwnSchema for LogTailRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogTailRequest"
    );
}
impl ::ipc_bridge::__private::OwnSchema for LogSearchRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogSearchRequest"
    );
}
impl ::ipc_bridge::__private::OwnSchema for LogCountRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "LogCountRequest"
    );
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<C> ::ipc_bridge::__private::Contracted for LogClient<C>
where
    ::ipc_bridge::__private::Exchange<
        LogTailRequest,
        ::ipc_bridge::__private::Many<LogTailRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Exchange<
        LogSearchRequest,
        ::ipc_bridge::__private::Many<LogSearchRequest>,
        Incoming<String>,
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Exchange<
        LogCountRequest,
        ::ipc_bridge::__private::Once<LogCountRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Announced<
        Progress,
        false,
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Announced<
        job::Logged,
        false,
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Announced<Said, true>: ::ipc_bridge::__private::Expected<C>,
{
    fn contract(contract: &mut ::ipc_bridge::__private::Contract) {
        <::ipc_bridge::__private::Exchange<
            LogTailRequest,
            ::ipc_bridge::__private::Many<LogTailRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Exchange<
            LogSearchRequest,
            ::ipc_bridge::__private::Many<LogSearchRequest>,
            Incoming<String>,
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Exchange<
            LogCountRequest,
            ::ipc_bridge::__private::Once<LogCountRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Announced<
            Progress,
            false,
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Announced<
            job::Logged,
            false,
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Announced<
            Said,
            true,
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
    }
}
