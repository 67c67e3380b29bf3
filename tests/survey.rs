//! Looking what stands at an endpoint, without a word to whoever is there.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, EndpointState};

use support::watched;

#[tokio::test]
async fn what_stands_at_an_endpoint_is_seen_without_a_word() {
    watched(async {
        let name = support::unique_name();
        let endpoint = Endpoint::from(&name);
        assert_eq!(endpoint.look().unwrap().state, EndpointState::Missing);
        let server = Server::bind(&name).serve(Router::new()).await.unwrap();
        let found = endpoint.look().unwrap();
        let EndpointState::Live(Some(holder)) = &found.state else { panic!("{found:?}") };
        assert_eq!(holder.pid(), std::process::id());
        assert!(found.is_live() && found.name.as_deref() == Some(&*name));
        let all = Endpoint::all().unwrap();
        assert!(all.iter().any(|one| one.name == found.name && one.is_live()), "{all:?}");
        server.shutdown().await;
        assert_eq!(endpoint.look().unwrap().state, EndpointState::Missing);
        let nowhere = Endpoint::from(ipc_bridge::memory::endpoint()).look().unwrap_err().to_string();
        assert!(nowhere.starts_with("this place in memory stands nowhere"), "{nowhere}");
    })
    .await;
}

#[cfg(unix)]
mod sockets {
    use super::*;

    #[tokio::test]
    async fn a_socket_that_a_dead_server_left_is_seen_as_such() {
        use std::os::unix::net::UnixListener;

        let folder = support::Folder::new();
        drop(UnixListener::bind(folder.socket()).unwrap());
        let found = Endpoint::from(folder.socket()).look().unwrap();
        assert_eq!((found.state.clone(), found.folder()), (EndpointState::Stale, Some(folder.path())));
        std::fs::write(folder.path().join("file"), "").unwrap();
        let file = Endpoint::from(folder.path().join("file")).look().unwrap();
        assert_eq!(file.state, EndpointState::NotASocket);
    }
}
