//! Structs and enums of every shape.
#![deny(warnings)]

use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
#[error("unit")]
struct Unit;

#[derive(Debug, thiserror::Error, IpcError)]
#[error("one")]
struct One(u8);

#[derive(Debug, thiserror::Error, IpcError)]
#[error("wrapped")]
#[ipc(transparent)]
struct Wrapped(#[from] One);

#[derive(Debug, thiserror::Error, IpcError)]
#[error("hidden")]
#[ipc(internal)]
struct Hidden {
    #[source]
    source: std::io::Error,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum Never {}

#[derive(Debug, thiserror::Error, IpcError)]
#[ipc(internal)]
enum Mostly {
    #[error("io")]
    Io(#[from] std::io::Error),
    #[error("told")]
    #[ipc(code = "TOLD")]
    Told {
        what: String,
        #[ipc(skip)]
        #[source]
        source: Option<std::io::Error>,
    },
    #[error("none left")]
    #[ipc(code = "NONE_LEFT")]
    Skipped(#[ipc(skip)] u8, #[ipc(skip)] u8),
    #[error("some left")]
    #[ipc(code = "SOME_LEFT")]
    Partly(#[ipc(skip)] u8, Vec<u8>, u64),
}

fn is_error<T: IpcError>() {}

fn main() {
    is_error::<Unit>();
    is_error::<One>();
    is_error::<Wrapped>();
    is_error::<Hidden>();
    is_error::<Never>();
    is_error::<Mostly>();
    let _ = (Unit, Wrapped(One(1)), Hidden { source: std::io::Error::other("x") });
    let _ = (Mostly::Skipped(1, 2), Mostly::Partly(1, vec![], 2), Mostly::Told { what: String::new(), source: None });
}
