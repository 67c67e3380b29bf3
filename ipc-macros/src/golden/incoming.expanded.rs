async fn put(
    path: String,
    user: Peer,
    chunks: Incoming<Bytes>,
) -> Result<u64, PutError> {
    write(path, user, chunks).await
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct put {
    ///
    path: String,
    ///
    #[serde(skip)]
    chunks: Incoming<Bytes>,
}
impl ::ipc_bridge::__private::Request for put {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "file:put";
    type Response = <Result<
        u64,
        PutError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<u64, PutError>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        u64,
        PutError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<u64, PutError>>>::IS_RESULT
        },
    >>::Error;
    fn take_upload(
        &mut self,
    ) -> ::ipc_bridge::__private::core::option::Option<::ipc_bridge::__private::Upload> {
        ::ipc_bridge::__private::core::option::Option::Some(
            <Incoming<
                Bytes,
            > as ::ipc_bridge::__private::IncomingParameter>::upload(
                ::ipc_bridge::__private::core::mem::take(&mut self.chunks),
            ),
        )
    }
}
impl ::ipc_bridge::__private::Handler for put {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "put"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const DETACHED: ::ipc_bridge::__private::core::primitive::bool = true;
    const TAKES_INCOMING: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <Peer as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn describe_incoming(
        generator: &mut ::ipc_bridge::__private::schemars::SchemaGenerator,
    ) -> ::ipc_bridge::__private::core::option::Option<
        ::ipc_bridge::__private::schemars::Schema,
    > {
        ::ipc_bridge::__private::core::option::Option::Some(
            <Incoming<
                Bytes,
            > as ::ipc_bridge::__private::IncomingParameter>::describe(generator),
        )
    }
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
        let Self { path: argument_0, .. } = self;
        let argument_1 = <Peer as ::ipc_bridge::__private::FromContext>::from_context(
            cx,
        )?;
        let argument_2 = <Incoming<
            Bytes,
        > as ::ipc_bridge::__private::IncomingParameter>::of_call(
            cx,
            |item, issues| {
                use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
                (&::ipc_bridge::__private::Probe(item)).check("", issues);
            },
        );
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<
                            Result<u64, PutError>,
                        >>::IS_RESULT
                    },
                >::into_result(put(argument_0, argument_1, argument_2).await)
            }),
        )
    }
}
fn talk(room: Room, mut said: Incoming<String>) -> impl Stream<Item = String> {
    room.join(said)
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", transparent)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct talk {
    ///
    room: Room,
    ///
    #[serde(skip)]
    said: Incoming<String>,
}
impl ::ipc_bridge::__private::StreamRequest for talk {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "chat:talk";
    type Item = <String as ::ipc_bridge::__private::Outcome<
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
    fn take_upload(
        &mut self,
    ) -> ::ipc_bridge::__private::core::option::Option<::ipc_bridge::__private::Upload> {
        ::ipc_bridge::__private::core::option::Option::Some(
            <Incoming<
                String,
            > as ::ipc_bridge::__private::IncomingParameter>::upload(
                ::ipc_bridge::__private::core::mem::take(&mut self.said),
            ),
        )
    }
}
impl ::ipc_bridge::__private::Handler for talk {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "talk"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const TAKES_INCOMING: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Many<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
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
        (&::ipc_bridge::__private::Probe(&self.room)).check("", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { room: argument_0, .. } = self;
        let argument_1 = <Incoming<
            String,
        > as ::ipc_bridge::__private::IncomingParameter>::of_call(
            cx,
            |item, issues| {
                use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
                (&::ipc_bridge::__private::Probe(item)).check("", issues);
            },
        );
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::stream::<
                Self,
                {
                    use ::ipc_bridge::__private::NotAResult as _;
                    <::ipc_bridge::__private::ReturnType<String>>::IS_RESULT
                },
                _,
            >(talk(argument_0, argument_1)),
        )
    }
}
