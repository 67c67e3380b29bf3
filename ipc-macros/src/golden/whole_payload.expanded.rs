fn sum(numbers: Vec<i64>, cx: Context) -> i64 {
    numbers.iter().sum()
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", transparent)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct sum {
    ///
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::length_in_simple(

        ).min(1)
    )]
    numbers: Vec<i64>,
}
impl ::ipc_bridge::__private::Request for sum {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "math:sum";
    type Response = <i64 as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<i64>>::IS_RESULT
        },
    >>::Response;
    type Error = <i64 as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<i64>>::IS_RESULT
        },
    >>::Error;
}
impl ::ipc_bridge::__private::Handler for sum {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "sum"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {
        <Context as ::ipc_bridge::__private::FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.numbers)).check("", issues);
        {
            let value = &self.numbers;
            let mut report = ::ipc_bridge::__private::garde::Report::new();
            let mut path = ::ipc_bridge::__private::garde::Path::empty;
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::length::simple::apply(
                value,
                (1, ::ipc_bridge::__private::core::primitive::usize::MAX),
            ) {
                report.append(path(), error);
            }
            issues.append("", &report);
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
        let Self { numbers: argument_0 } = self;
        let argument_1 = <Context as ::ipc_bridge::__private::FromContext>::from_context(
            cx,
        )?;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::now::<
                Self,
            >(
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<i64>>::IS_RESULT
                    },
                >::into_result(sum(argument_0, argument_1)),
            ),
        )
    }
}
