/// The disk is full.
#[derive(Debug, thiserror::Error, IpcError)]
#[error("the disk is {percent} % full")]
#[ipc(code = "NO_SPACE", crate = renamed)]
pub struct DiskFull {
    /// How full it is.
    pub percent: u8,
}
const _: () = {
    #[derive(renamed::__private::serde::Serialize)]
    #[serde(crate = "renamed::__private::serde")]
    struct DiskFullDetailsWritten<'details> {
        percent: &'details u8,
    }
    #[derive(
        renamed::__private::serde::Deserialize,
        renamed::__private::schemars::JsonSchema
    )]
    #[serde(crate = "renamed::__private::serde")]
    #[schemars(crate = "renamed::__private::schemars", inline)]
    struct DiskFullDetailsRead {
        /// How full it is.
        percent: u8,
    }
    impl renamed::__private::IpcError for DiskFull {
        fn to_failure(&self) -> renamed::__private::Failure {
            match self {
                Self { percent: field_0, .. } => {
                    renamed::__private::Failure::new("NO_SPACE", self)
                        .with_details(DiskFullDetailsWritten {
                            percent: field_0,
                        })
                }
            }
        }
        fn from_failure(
            failure: &renamed::__private::Failure,
        ) -> renamed::__private::core::option::Option<Self> {
            match failure.code() {
                "NO_SPACE" => {
                    let details = renamed::__private::details::<
                        DiskFullDetailsRead,
                    >(failure)?;
                    renamed::__private::core::option::Option::Some(Self {
                        percent: details.percent,
                    })
                }
                _ => renamed::__private::core::option::Option::None,
            }
        }
        fn describe(
            generator: &mut renamed::__private::schemars::SchemaGenerator,
        ) -> renamed::__private::std::vec::Vec<renamed::__private::ErrorDescription> {
            let mut descriptions = renamed::__private::std::vec::Vec::new();
            descriptions
                .push(renamed::__private::ErrorDescription {
                    code: "NO_SPACE",
                    doc: "The disk is full.",
                    details: renamed::__private::core::option::Option::Some(
                        generator.subschema_for::<DiskFullDetailsRead>(),
                    ),
                });
            descriptions
        }
    }
};
