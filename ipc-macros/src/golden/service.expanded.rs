/// The items.
pub trait Data: ::ipc_bridge::__private::core::marker::Send + ::ipc_bridge::__private::core::marker::Sync + 'static {
    /// Fetches one item.
    fn fetch(
        &self,
        id: u64,
    ) -> impl ::ipc_bridge::__private::core::future::Future<
        Output = Result<Item, FetchError>,
    > + ::ipc_bridge::__private::core::marker::Send;
    fn all(&self, cx: Context, filter: Filter) -> Vec<Item> {
        self.helper()
    }
    fn helper(&self) -> Vec<Item>;
}
/// Fetches one item.
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
pub struct DataFetchRequest {
    ///
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::range().min(1u64)
    )]
    pub id: u64,
}
impl ::ipc_bridge::__private::Request for DataFetchRequest {
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
impl<
    T: Data,
> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for DataFetchRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Data::fetch"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "Fetches one item.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "DataFetchRequest"
    );
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
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
    }
    fn call(
        self,
        receiver: &::ipc_bridge::__private::std::sync::Arc<T>,
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<T>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { id: argument_0 } = self;
        let receiver = ::ipc_bridge::__private::std::sync::Arc::clone(receiver);
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
                >::into_result(<T as Data>::fetch(&receiver, argument_0).await)
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
#[serde(crate = "::ipc_bridge::__private::serde", transparent)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
pub struct DataAllRequest {
    ///
    pub filter: Filter,
}
impl ::ipc_bridge::__private::Request for DataAllRequest {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "data:all";
    type Response = <Vec<
        Item,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Vec<Item>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Vec<
        Item,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Vec<Item>>>::IS_RESULT
        },
    >>::Error;
}
impl<
    T: Data,
> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for DataAllRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Data::all"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "DataAllRequest"
    );
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <Context as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.filter)).check("", issues);
    }
    fn call(
        self,
        receiver: &::ipc_bridge::__private::std::sync::Arc<T>,
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<T>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { filter: argument_1 } = self;
        let argument_0 = <Context as ::ipc_bridge::__private::FromContext>::from_context(
            cx,
        )?;
        let receiver = ::ipc_bridge::__private::std::sync::Arc::clone(receiver);
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<Vec<Item>>>::IS_RESULT
                    },
                >::into_result(
                    ::ipc_bridge::__private::blocking(move || <T as Data>::all(
                            &receiver,
                            argument_0,
                            argument_1,
                        ))
                        .await,
                )
            }),
        )
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Answers the channels of [`Data`] with an implementation of it: `router.service(DataServer::new(…))`.
pub struct DataServer<T> {
    instance: ::ipc_bridge::__private::std::sync::Arc<T>,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Data> DataServer<T> {
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
impl<T> ::ipc_bridge::__private::core::clone::Clone for DataServer<T> {
    fn clone(&self) -> Self {
        Self {
            instance: ::ipc_bridge::__private::std::sync::Arc::clone(&self.instance),
        }
    }
}
impl<T> ::ipc_bridge::__private::core::fmt::Debug for DataServer<T> {
    fn fmt(
        &self,
        f: &mut ::ipc_bridge::__private::core::fmt::Formatter<'_>,
    ) -> ::ipc_bridge::__private::core::fmt::Result {
        f.debug_struct("DataServer").finish_non_exhaustive()
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Data> ::ipc_bridge::__private::Service for DataServer<T> {
    fn register(
        self,
        router: ::ipc_bridge::__private::Router,
    ) -> ::ipc_bridge::__private::Router {
        let router = router
            .handle_on::<
                DataFetchRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        let router = router
            .handle_on::<
                DataAllRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        router
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Calls the channels of [`Data`], over anything that can: a connected client, a router in this process, a test double.
#[derive(
    ::ipc_bridge::__private::core::clone::Clone,
    ::ipc_bridge::__private::core::fmt::Debug
)]
pub struct DataClient<C> {
    caller: C,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
#[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
impl<C: ::ipc_bridge::__private::Invoke> DataClient<C> {
    /// Makes the calls over `caller`.
    #[must_use]
    pub const fn new(caller: C) -> Self {
        Self { caller }
    }
    /// Fetches one item.
    pub async fn fetch(
        &self,
        id: u64,
    ) -> ::ipc_bridge::__private::core::result::Result<
        <DataFetchRequest as ::ipc_bridge::__private::Request>::Response,
        ::ipc_bridge::__private::InvokeError<
            <DataFetchRequest as ::ipc_bridge::__private::Request>::Error,
        >,
    >
    where
        <DataFetchRequest as ::ipc_bridge::__private::Request>::Response: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::Invoke::invoke(&self.caller, DataFetchRequest { id })
            .await
    }
    ///
    pub async fn all(
        &self,
        filter: Filter,
    ) -> ::ipc_bridge::__private::core::result::Result<
        <DataAllRequest as ::ipc_bridge::__private::Request>::Response,
        ::ipc_bridge::__private::InvokeError<
            <DataAllRequest as ::ipc_bridge::__private::Request>::Error,
        >,
    >
    where
        <DataAllRequest as ::ipc_bridge::__private::Request>::Response: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::Invoke::invoke(&self.caller, DataAllRequest { filter })
            .await
    }
}
impl ::ipc_bridge::__private::OwnSchema for DataFetchRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "DataFetchRequest"
    );
}
impl ::ipc_bridge::__private::OwnSchema for DataAllRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "DataAllRequest"
    );
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<C> ::ipc_bridge::__private::Contracted for DataClient<C>
where
    ::ipc_bridge::__private::Exchange<
        DataFetchRequest,
        ::ipc_bridge::__private::Once<DataFetchRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Exchange<
        DataAllRequest,
        ::ipc_bridge::__private::Once<DataAllRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
{
    fn contract(contract: &mut ::ipc_bridge::__private::Contract) {
        <::ipc_bridge::__private::Exchange<
            DataFetchRequest,
            ::ipc_bridge::__private::Once<DataFetchRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Exchange<
            DataAllRequest,
            ::ipc_bridge::__private::Once<DataAllRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
    }
}
