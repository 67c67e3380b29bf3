async fn login(user: String, password: String) -> Result<Token, LoginError> {
    todo(user, password)
}
///
#[derive(
    ::ipc_bridge::__private::serde::Serialize,
    ::ipc_bridge::__private::serde::Deserialize,
    ::ipc_bridge::__private::schemars::JsonSchema
)]
#[serde(crate = "::ipc_bridge::__private::serde", deny_unknown_fields)]
#[schemars(crate = "::ipc_bridge::__private::schemars")]
struct login {
    ///
    user: String,
    ///
    #[schemars(
        transform = ::ipc_bridge::__private::constraint::Constraint::length_in_simple(

        ).min(8)
    )]
    #[schemars(extend("x-ipc-sensitive" = true))]
    password: String,
}
impl ::ipc_bridge::__private::Request for login {
    const CHANNEL: &'static ::ipc_bridge::__private::core::primitive::str = "user:login";
    type Response = <Result<
        Token,
        LoginError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Token, LoginError>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        Token,
        LoginError,
    > as ::ipc_bridge::__private::Outcome<
        {
            use ::ipc_bridge::__private::NotAResult as _;
            <::ipc_bridge::__private::ReturnType<Result<Token, LoginError>>>::IS_RESULT
        },
    >>::Error;
}
impl ::ipc_bridge::__private::Handler for login {
    const ITEM: ::ipc_bridge::__private::HandlerItem = ::ipc_bridge::__private::HandlerItem::new(
        ::ipc_bridge::__private::core::concat!(
            ::ipc_bridge::__private::core::module_path!(), "::", "login"
        ),
        ::ipc_bridge::__private::core::file!(),
        ::ipc_bridge::__private::core::line!(),
    );
    const DOC: ::ipc_bridge::__private::HandlerDoc = ::ipc_bridge::__private::HandlerDoc::new(
        "",
        ::ipc_bridge::__private::core::option::Option::None,
    );
    const BY_NAME: ::ipc_bridge::__private::core::primitive::bool = true;
    const SENSITIVE: &'static [&'static ::ipc_bridge::__private::core::primitive::str] = &[
        "password",
    ];
    type Output = ::ipc_bridge::__private::Once<Self>;
    fn requirements(needs: &mut ::ipc_bridge::__private::Requirements) {}
    fn validate(&self, issues: &mut ::ipc_bridge::__private::Issues) {
        use ::ipc_bridge::__private::{CheckPlain as _, CheckValidated as _};
        (&::ipc_bridge::__private::Probe(&self.user)).check("user", issues);
        issues
            .push_hidden(|issues| {
                (&::ipc_bridge::__private::Probe(&self.password))
                    .check("password", issues)
            });
        {
            let value = &self.password;
            let mut report = ::ipc_bridge::__private::garde::Report::new();
            let mut path = ::ipc_bridge::__private::garde::Path::empty;
            if let ::ipc_bridge::__private::core::result::Result::Err(error) = ::ipc_bridge::__private::garde::rules::length::simple::apply(
                value,
                (8, ::ipc_bridge::__private::core::primitive::usize::MAX),
            ) {
                report.append(path(), error);
            }
            if let ::ipc_bridge::__private::core::result::Result::Err(_) = (strong)(
                value,
                &(),
            ) {
                report.append(path(), ::ipc_bridge::__private::hidden());
            }
            issues.append("password", &report);
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
        let Self { user: argument_0, password: argument_1 } = self;
        ::ipc_bridge::__private::core::result::Result::Ok(
            ::ipc_bridge::__private::later::<
                Self,
                _,
            >(async move {
                ::ipc_bridge::__private::Outcome::<
                    {
                        use ::ipc_bridge::__private::NotAResult as _;
                        <::ipc_bridge::__private::ReturnType<
                            Result<Token, LoginError>,
                        >>::IS_RESULT
                    },
                >::into_result(login(argument_0, argument_1).await)
            }),
        )
    }
}
