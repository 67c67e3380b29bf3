#[deprecated(note = "use `hash`")]
#[cfg(unix)]
pub(crate) fn read(path: String, user: User) -> Result<String, ReadError> {
    user.read(path)
}
#[cfg(unix)]
///
#[derive(
    renamed::__private::serde::Serialize,
    renamed::__private::serde::Deserialize,
    renamed::__private::schemars::JsonSchema
)]
#[serde(crate = "renamed::__private::serde", deny_unknown_fields)]
#[schemars(crate = "renamed::__private::schemars")]
#[schemars(extend("deprecated" = true))]
pub(crate) struct read {
    ///
    pub(crate) path: String,
}
#[cfg(unix)]
impl renamed::__private::Request for read {
    const CHANNEL: &'static renamed::__private::core::primitive::str = "file:read";
    type Response = <Result<
        String,
        ReadError,
    > as renamed::__private::Outcome<
        {
            use renamed::__private::NotAResult as _;
            <renamed::__private::ReturnType<Result<String, ReadError>>>::IS_RESULT
        },
    >>::Response;
    type Error = <Result<
        String,
        ReadError,
    > as renamed::__private::Outcome<
        {
            use renamed::__private::NotAResult as _;
            <renamed::__private::ReturnType<Result<String, ReadError>>>::IS_RESULT
        },
    >>::Error;
}
#[cfg(unix)]
#[allow(deprecated)]
impl renamed::__private::Handler for read {
    const ITEM: renamed::__private::HandlerItem = renamed::__private::HandlerItem::new(
        renamed::__private::core::concat!(
            renamed::__private::core::module_path!(), "::", "read"
        ),
        renamed::__private::core::file!(),
        renamed::__private::core::line!(),
    );
    const DOC: renamed::__private::HandlerDoc = renamed::__private::HandlerDoc::new(
        "",
        renamed::__private::core::option::Option::Some("use `hash`"),
    );
    const BY_NAME: renamed::__private::core::primitive::bool = true;
    const TIMEOUT: renamed::__private::core::option::Option<
        renamed::__private::core::time::Duration,
    > = renamed::__private::core::option::Option::Some(
        renamed::__private::core::time::Duration::from_millis(2000u64),
    );
    type Output = renamed::__private::Once<Self>;
    fn requirements(needs: &mut renamed::__private::Requirements) {
        <User as renamed::__private::FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut renamed::__private::Issues) {
        use renamed::__private::{CheckPlain as _, CheckValidated as _};
        (&renamed::__private::Probe(&self.path)).check("path", issues);
    }
    fn call(
        self,
        (): &(),
        cx: &renamed::__private::Context,
    ) -> renamed::__private::core::result::Result<
        impl renamed::__private::Answer<Self::Output> + use<>,
        renamed::__private::Failure,
    > {
        let Self { path: argument_0 } = self;
        let argument_1 = <User as renamed::__private::FromContext>::from_context(cx)?;
        renamed::__private::core::result::Result::Ok(
            renamed::__private::later::<
                Self,
                _,
            >(async move {
                renamed::__private::Outcome::<
                    {
                        use renamed::__private::NotAResult as _;
                        <renamed::__private::ReturnType<
                            Result<String, ReadError>,
                        >>::IS_RESULT
                    },
                >::into_result(
                    renamed::__private::blocking(move || read(argument_0, argument_1))
                        .await,
                )
            }),
        )
    }
}
