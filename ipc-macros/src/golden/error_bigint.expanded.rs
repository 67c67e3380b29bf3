#[derive(Debug, thiserror::Error, IpcError)]
enum NextError {
    #[error("nothing follows {number}")]
    Last { #[ipc(bigint)] number: u64, step: u64 },
    #[error("{0} is not {1}")]
    Mismatch(u8, #[ipc(bigint)] u64),
}
const _: () = {
    #[derive(::ipc_bridge::__private::serde::Serialize)]
    #[serde(crate = "::ipc_bridge::__private::serde")]
    struct LastDetailsWritten<'details> {
        number: &'details u64,
        step: &'details u64,
    }
    #[derive(
        ::ipc_bridge::__private::serde::Deserialize,
        ::ipc_bridge::__private::schemars::JsonSchema
    )]
    #[serde(crate = "::ipc_bridge::__private::serde")]
    #[schemars(crate = "::ipc_bridge::__private::schemars", inline)]
    struct LastDetailsRead {
        #[schemars(extend("x-ipc-bigint" = true))]
        number: u64,
        step: u64,
    }
    impl ::ipc_bridge::__private::IpcError for NextError {
        fn to_failure(&self) -> ::ipc_bridge::__private::Failure {
            match self {
                Self::Last { number: field_0, step: field_1, .. } => {
                    ::ipc_bridge::__private::Failure::new("LAST", self)
                        .with_details(LastDetailsWritten {
                            number: field_0,
                            step: field_1,
                        })
                }
                Self::Mismatch { 0: field_0, 1: field_1, .. } => {
                    ::ipc_bridge::__private::Failure::new("MISMATCH", self)
                        .with_details((field_0, field_1))
                }
            }
        }
        fn from_failure(
            failure: &::ipc_bridge::__private::Failure,
        ) -> ::ipc_bridge::__private::core::option::Option<Self> {
            match failure.code() {
                "LAST" => {
                    let details = ::ipc_bridge::__private::details::<
                        LastDetailsRead,
                    >(failure)?;
                    ::ipc_bridge::__private::core::option::Option::Some(Self::Last {
                        number: details.number,
                        step: details.step,
                    })
                }
                "MISMATCH" => {
                    let (field_0, field_1) = ::ipc_bridge::__private::details::<
                        (u8, u64),
                    >(failure)?;
                    ::ipc_bridge::__private::core::option::Option::Some(Self::Mismatch {
                        0: field_0,
                        1: field_1,
                    })
                }
                _ => ::ipc_bridge::__private::core::option::Option::None,
            }
        }
        fn describe(
            generator: &mut ::ipc_bridge::__private::schemars::SchemaGenerator,
        ) -> ::ipc_bridge::__private::std::vec::Vec<
            ::ipc_bridge::__private::ErrorDescription,
        > {
            let mut descriptions = ::ipc_bridge::__private::std::vec::Vec::new();
            descriptions
                .push(::ipc_bridge::__private::ErrorDescription {
                    code: "LAST",
                    doc: "",
                    details: ::ipc_bridge::__private::core::option::Option::Some(
                        generator.subschema_for::<LastDetailsRead>(),
                    ),
                });
            descriptions
                .push(::ipc_bridge::__private::ErrorDescription {
                    code: "MISMATCH",
                    doc: "",
                    details: ::ipc_bridge::__private::core::option::Option::Some(
                        ::ipc_bridge::__private::with_bigints(
                            generator.subschema_for::<(u8, u64)>(),
                            &[1usize],
                        ),
                    ),
                });
            descriptions
        }
    }
};
