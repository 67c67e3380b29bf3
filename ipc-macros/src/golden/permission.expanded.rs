async fn fetch(id: u64) -> String {
    unreachable!()
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct fetch {
    ///
    id: u64,
}
impl ::ipc_bridge::__private::Request for fetch {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "data:fetch";
    type Response = <String as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<String>>::IS_RESULT
        },
    >>::Response;
    type Error = <String as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<String>>::IS_RESULT
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
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const PERMISSION: ::ipc_bridge::__private::core::option::Option<
        &'static ::ipc_bridge::__private::core::primitive::str,
    > = ::ipc_bridge::__private::core::option::Option::Some("data:read");
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.id)).check("id", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { id: argument_0 } = self;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<String>>::IS_RESULT
                    },
                >::into_result(fetch(argument_0).await)
            }),
        )
    }
}
/// Whether the store is there.
#[derive(Serialize, JsonSchema, Event)]
#[event("data:changed", permission = "data:read", publish_permission = "data:write")]
struct Changed {
    id: u64,
}
impl ::ipc_bridge::__private::Event for Changed {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "data:changed";
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Changed"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "Whether the store is there.",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const PERMISSION: ::ipc_bridge::__private::core::option::Option<
        &'static ::ipc_bridge::__private::core::primitive::str,
    > = ::ipc_bridge::__private::core::option::Option::Some("data:read");
    const PUBLISH_PERMISSION: ::ipc_bridge::__private::core::option::Option<
        &'static ::ipc_bridge::__private::core::primitive::str,
    > = ::ipc_bridge::__private::core::option::Option::Some("data:write");
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(self)).check("", issues);
    }
}
impl ::ipc_bridge::__private::NeverWaits for Changed {}
trait Admin: ::ipc_bridge::__private::core::marker::Send + ::ipc_bridge::__private::core::marker::Sync + 'static {
    fn restart(&self);
    fn halt(&self);
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct AdminRestartRequest {}
impl ::ipc_bridge::__private::Request for AdminRestartRequest {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "admin:restart";
    type Response = <() as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
        },
    >>::Response;
    type Error = <() as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
        },
    >>::Error;
}
impl<
    T: Admin,
> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for AdminRestartRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Admin::restart"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const PERMISSION: ::ipc_bridge::__private::core::option::Option<
        &'static ::ipc_bridge::__private::core::primitive::str,
    > = ::ipc_bridge::__private::core::option::Option::Some("admin:use");
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "AdminRestartRequest"
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
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::now::<
                Self,
            >(
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
                    },
                >::into_result(<T as Admin>::restart(receiver)),
            ),
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
struct AdminHaltRequest {}
impl ::ipc_bridge::__private::Request for AdminHaltRequest {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "admin:halt";
    type Response = <() as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
        },
    >>::Response;
    type Error = <() as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
        },
    >>::Error;
}
impl<
    T: Admin,
> ::ipc_bridge::__private::Handler<::ipc_bridge::__private::std::sync::Arc<T>>
for AdminHaltRequest {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "Admin::halt"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const PERMISSION: ::ipc_bridge::__private::core::option::Option<
        &'static ::ipc_bridge::__private::core::primitive::str,
    > = ::ipc_bridge::__private::core::option::Option::Some("admin:halt");
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "AdminHaltRequest"
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
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::now::<
                Self,
            >(
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<()>>::IS_RESULT
                    },
                >::into_result(<T as Admin>::halt(receiver)),
            ),
        )
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Answers the channels of [`Admin`] with an implementation of it: `router.service(AdminServer::new(…))`.
struct AdminServer<T> {
    instance: ::ipc_bridge::__private::std::sync::Arc<T>,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Admin> AdminServer<T> {
    /// Answers with `instance`.
    #[must_use]
    fn new(instance: T) -> Self {
        Self::from_arc(::ipc_bridge::__private::std::sync::Arc::new(instance))
    }
    /// Answers with an instance that others use too.
    #[must_use]
    const fn from_arc(instance: ::ipc_bridge::__private::std::sync::Arc<T>) -> Self {
        Self { instance }
    }
    /// Puts `layer` around every channel of this service.
    #[must_use]
    const fn layer<L>(self, layer: L) -> ::ipc_bridge::__private::Layered<Self, L> {
        ::ipc_bridge::__private::Layered::new(self, layer)
    }
}
impl<T> ::ipc_bridge::__private::core::clone::Clone for AdminServer<T> {
    fn clone(&self) -> Self {
        Self {
            instance: ::ipc_bridge::__private::std::sync::Arc::clone(&self.instance),
        }
    }
}
impl<T> ::ipc_bridge::__private::core::fmt::Debug for AdminServer<T> {
    fn fmt(
        &self,
        f: &mut ::ipc_bridge::__private::core::fmt::Formatter<'_>,
    ) -> ::ipc_bridge::__private::core::fmt::Result {
        f.debug_struct("AdminServer").finish_non_exhaustive()
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<T: Admin> ::ipc_bridge::__private::Service for AdminServer<T> {
    fn register(
        self,
        router: ::ipc_bridge::__private::Router,
    ) -> ::ipc_bridge::__private::Router {
        let router = router
            .handle_on::<
                AdminRestartRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        let router = router
            .handle_on::<
                AdminHaltRequest,
                ::ipc_bridge::__private::std::sync::Arc<T>,
            >(::ipc_bridge::__private::std::sync::Arc::clone(&self.instance));
        router
    }
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
///Calls the channels of [`Admin`], over anything that can: a connected client, a router in this process, a test double.
#[derive(
    ::ipc_bridge::__private::core::clone::Clone,
    ::ipc_bridge::__private::core::fmt::Debug
)]
struct AdminClient<C> {
    caller: C,
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
#[allow(clippy::future_not_send, reason = "that depends on what makes the calls")]
impl<C: ::ipc_bridge::__private::Invoke> AdminClient<C> {
    /// Makes the calls over `caller`.
    #[must_use]
    const fn new(caller: C) -> Self {
        Self { caller }
    }
    ///
    async fn restart(
        &self,
    ) -> ::ipc_bridge::__private::core::result::Result<
        <AdminRestartRequest as ::ipc_bridge::__private::Request>::Response,
        ::ipc_bridge::__private::InvokeError<
            <AdminRestartRequest as ::ipc_bridge::__private::Request>::Error,
        >,
    >
    where
        <AdminRestartRequest as ::ipc_bridge::__private::Request>::Response: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::Invoke::invoke(&self.caller, AdminRestartRequest {})
            .await
    }
    ///
    async fn halt(
        &self,
    ) -> ::ipc_bridge::__private::core::result::Result<
        <AdminHaltRequest as ::ipc_bridge::__private::Request>::Response,
        ::ipc_bridge::__private::InvokeError<
            <AdminHaltRequest as ::ipc_bridge::__private::Request>::Error,
        >,
    >
    where
        <AdminHaltRequest as ::ipc_bridge::__private::Request>::Response: ::ipc_bridge::__private::serde::de::DeserializeOwned,
    {
        ::ipc_bridge::__private::Invoke::invoke(&self.caller, AdminHaltRequest {}).await
    }
}
impl ::ipc_bridge::__private::OwnSchema for AdminRestartRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "AdminRestartRequest"
    );
}
impl ::ipc_bridge::__private::OwnSchema for AdminHaltRequest {
    const SCHEMA_ID: &'static ::ipc_bridge::__private::core::primitive::str = ::ipc_bridge::__private::core::concat!(
        ::ipc_bridge::__private::core::module_path!(), "::", "AdminHaltRequest"
    );
}
#[allow(dead_code, reason = "a program may only serve, or only call")]
impl<C> ::ipc_bridge::__private::Contracted for AdminClient<C>
where
    ::ipc_bridge::__private::Exchange<
        AdminRestartRequest,
        ::ipc_bridge::__private::Once<AdminRestartRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
    ::ipc_bridge::__private::Exchange<
        AdminHaltRequest,
        ::ipc_bridge::__private::Once<AdminHaltRequest>,
        (),
    >: ::ipc_bridge::__private::Expected<C>,
{
    fn contract(contract: &mut ::ipc_bridge::__private::Contract) {
        <::ipc_bridge::__private::Exchange<
            AdminRestartRequest,
            ::ipc_bridge::__private::Once<AdminRestartRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
        <::ipc_bridge::__private::Exchange<
            AdminHaltRequest,
            ::ipc_bridge::__private::Once<AdminHaltRequest>,
            (),
        > as ::ipc_bridge::__private::Expected<C>>::expect(contract);
    }
}
