fn next(number: u64, step: u64) -> u64 {
    number + step
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct next {
    ///
    #[schemars(extend("x-ipc-bigint" = true))]
    number: u64,
    ///
    step: u64,
}
impl ::ipc_bridge::__private::Request for next {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "data:next";
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
impl ::ipc_bridge::__private::Handler for next {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "next"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.number)).check("number", issues);
        (&::ipc_bridge::__private::Probe(&self.step)).check("step", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &::ipc_bridge::__private::Context,
    ) -> ::ipc_bridge::__private::core::result::Result<
        impl ::ipc_bridge::__private::Answer<Self::Output> + use<>,
        ::ipc_bridge::__private::Failure,
    > {
        let Self { number: argument_0, step: argument_1 } = self;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::now::<
                Self,
            >(
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<u64>>::IS_RESULT
                    },
                >::into_result(next(argument_0, argument_1)),
            ),
        )
    }
}
