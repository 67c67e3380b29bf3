#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    /// There is no such item.
    #[error("no item {id}")]
    NotFound { id: u64 },
    #[error("{0} is not {1}")]
    Mismatch(u8, String),
    #[error("the store is unavailable")]
    #[ipc(internal)]
    Store(#[from] std::io::Error),
    #[error(transparent)]
    #[ipc(transparent)]
    Disk(#[from] DiskFull),
    #[error("cancelled")]
    #[ipc(code = "STOPPED")]
    Cancelled(#[ipc(skip)] Option<Instant>),
}
const _: () = {
    #[derive(::ipc_bridge::__private::serde::Serialize)]
    #[serde(crate = "::ipc_bridge::__private::serde")]
    struct NotFoundDetailsWritten<'details> {
        id: &'details u64,
    }
    #[derive(
        ::ipc_bridge::__private::serde::Deserialize,
        ::ipc_bridge::__private::schemars::JsonSchema
    )]
    #[serde(crate = "::ipc_bridge::__private::serde")]
    #[schemars(crate = "::ipc_bridge::__private::schemars", inline)]
    struct NotFoundDetailsRead {
        id: u64,
    }
    impl ::ipc_bridge::__private::IpcError for FetchError {
        fn to_failure(&self) -> ::ipc_bridge::__private::Failure {
            match self {
                Self::NotFound { id: field_0, .. } => {
                    ::ipc_bridge::__private::Failure::new("NOT_FOUND", self)
                        .with_details(NotFoundDetailsWritten {
                            id: field_0,
                        })
                }
                Self::Mismatch { 0: field_0, 1: field_1, .. } => {
                    ::ipc_bridge::__private::Failure::new("MISMATCH", self)
                        .with_details((field_0, field_1))
                }
                Self::Store { .. } => ::ipc_bridge::__private::internal(self),
                Self::Disk { 0: field_0, .. } => {
                    <DiskFull as ::ipc_bridge::__private::IpcError>::to_failure(field_0)
                }
                Self::Cancelled { .. } => {
                    ::ipc_bridge::__private::Failure::new("STOPPED", self)
                }
            }
        }
        fn from_failure(
            failure: &::ipc_bridge::__private::Failure,
        ) -> ::ipc_bridge::__private::core::option::Option<Self> {
            match failure.code() {
                "NOT_FOUND" => {
                    let details = ::ipc_bridge::__private::details::<
                        NotFoundDetailsRead,
                    >(failure)?;
                    ::ipc_bridge::__private::core::option::Option::Some(Self::NotFound {
                        id: details.id,
                    })
                }
                "MISMATCH" => {
                    let (field_0, field_1) = ::ipc_bridge::__private::details::<
                        (u8, String),
                    >(failure)?;
                    ::ipc_bridge::__private::core::option::Option::Some(Self::Mismatch {
                        0: field_0,
                        1: field_1,
                    })
                }
                "STOPPED" => {
                    ::ipc_bridge::__private::core::option::Option::Some(Self::Cancelled {
                        0: <Option<
                            Instant,
                        > as ::ipc_bridge::__private::core::default::Default>::default(),
                    })
                }
                _ => {
                    if let ::ipc_bridge::__private::core::option::Option::Some(inner) = <DiskFull as ::ipc_bridge::__private::IpcError>::from_failure(
                        failure,
                    ) {
                        return ::ipc_bridge::__private::core::option::Option::Some(Self::Disk {
                            0: inner,
                        });
                    }
                    ::ipc_bridge::__private::core::option::Option::None
                }
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
                    code: "NOT_FOUND",
                    doc: "There is no such item.",
                    details: ::ipc_bridge::__private::core::option::Option::Some(
                        generator.subschema_for::<NotFoundDetailsRead>(),
                    ),
                });
            descriptions
                .push(::ipc_bridge::__private::ErrorDescription {
                    code: "MISMATCH",
                    doc: "",
                    details: ::ipc_bridge::__private::core::option::Option::Some(
                        generator.subschema_for::<(u8, String)>(),
                    ),
                });
            descriptions
                .extend(
                    <DiskFull as ::ipc_bridge::__private::IpcError>::describe(generator),
                );
            descriptions
                .push(::ipc_bridge::__private::ErrorDescription {
                    code: "STOPPED",
                    doc: "",
                    details: ::ipc_bridge::__private::core::option::Option::None,
                });
            descriptions
        }
    }
};
