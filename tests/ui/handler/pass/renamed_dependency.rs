//! The package may have another name.
#![deny(warnings)]

mod inner {
    use ipc_bridge as renamed;
    use renamed::prelude::*;

    #[handler("data:fetch", crate = renamed)]
    pub fn fetch(#[garde(pattern("^a"))] name: String) -> Result<usize, FetchError> {
        Ok(name.len())
    }

    #[derive(Debug, thiserror::Error, IpcError)]
    #[error("no item {id}")]
    #[ipc(crate = renamed)]
    pub struct FetchError {
        pub id: u64,
    }

    pub fn in_a_function() -> Router {
        #[handler("data:local", crate = renamed)]
        async fn local(id: u64) -> u64 {
            id
        }

        Router::new().handle::<local>()
    }
}

fn main() {
    let _ = inner::in_a_function().handle::<inner::fetch>();
    let _ = inner::FetchError { id: 7 };
}
