//! Servers and clients at sockets that somebody else made.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Stdio;

use ipc_bridge::prelude::*;
use ipc_bridge::{BindError, ConnectError, Endpoint, Transport};
use listenfd::ListenFd;

use support::binding::{answers, bind};
use support::gate::{Gate, echo, router};
use support::process::{Played, role, say};
use support::{Folder, until_connections, watched};

#[tokio::test]
async fn a_server_at_an_inherited_socket_answers_and_leaves_the_file_to_its_maker() {
    let folder = Folder::new();
    watched(async {
        let endpoint = Endpoint::from(UnixListener::bind(folder.socket()).unwrap());
        for _ in 0..2 {
            let server = bind(&endpoint).await.unwrap();
            assert!(answers(folder.socket()).await);
            server.shutdown().await;
            assert!(folder.socket().exists());
        }
    })
    .await;
}

#[tokio::test]
async fn two_servers_at_one_inherited_socket_share_its_clients() {
    let folder = Folder::new();
    watched(async {
        let endpoint = Endpoint::from(UnixListener::bind(folder.socket()).unwrap());
        let (one, other) = (bind(&endpoint).await.unwrap(), bind(&endpoint).await.unwrap());
        one.shutdown().await;
        assert!(answers(folder.socket()).await);
        drop(other);
    })
    .await;
}

#[tokio::test]
async fn a_client_at_an_inherited_connection_is_one_client() {
    watched(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = bind(ipc_bridge::memory::endpoint()).await.unwrap();
        let transport = Transport::try_from(theirs).unwrap();
        assert_eq!(transport.peer().pid(), Some(std::process::id()));
        server.accept(transport);
        let endpoint = Endpoint::from(ours);
        let client = Client::connect(&endpoint).await.unwrap();
        assert_eq!(client.peer().uid(), Some(rustix::process::geteuid().as_raw()));
        assert_eq!(client.invoke(echo { text: "?".to_owned() }).await.unwrap(), "?");
        let again = Client::connect(&endpoint).await;
        assert!(matches!(again, Err(ConnectError::Taken)), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_socket_of_the_wrong_kind_is_refused_by_both_sides() {
    let folder = Folder::new();
    watched(async {
        let (one, _other) = UnixStream::pair().unwrap();
        let listening = || UnixListener::bind(folder.path().join("l.sock")).unwrap();
        let bound = bind(Endpoint::from(one.try_clone().unwrap())).await;
        assert!(matches!(bound, Err(BindError::NotListening)), "{bound:?}");
        let connected = Client::connect(Endpoint::from(listening())).await;
        assert!(matches!(connected, Err(ConnectError::NotConnected)), "{connected:?}");
        // A descriptor tells nothing of what it is, until it is asked.
        let bound = bind(Endpoint::from(UnixListener::from(OwnedFd::from(one)))).await;
        if cfg!(target_vendor = "apple") {
            support::skipped("whether an inherited socket listens", "the kernel does not tell");
        } else {
            assert!(matches!(bound, Err(BindError::NotListening)), "{bound:?}");
        }
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp_client = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
        let bound = bind(Endpoint::from(UnixListener::from(OwnedFd::from(tcp)))).await;
        assert!(matches!(bound, Err(BindError::Io { .. })), "{bound:?}");
        let connected = Client::connect(Endpoint::from(UnixStream::from(OwnedFd::from(tcp_client)))).await;
        assert!(matches!(connected, Err(ConnectError::Io(_))), "{connected:?}");
        let unconnected = rustix::net::socket(rustix::net::AddressFamily::UNIX, rustix::net::SocketType::STREAM, None);
        let connected = Client::connect(Endpoint::from(UnixStream::from(unconnected.unwrap()))).await;
        assert!(matches!(connected, Err(ConnectError::Io(_))), "{connected:?}");
    })
    .await;
}

/// Starts a child in a role, with `socket` as its standard input.
async fn hand_on(script: &'static str, role: &'static str, socket: impl Into<OwnedFd>) -> Played {
    let socket = socket.into();
    tokio::task::spawn_blocking(move || {
        let mut child = Played::start_by_shell(script, role, "", |command| {
            command.stdin(Stdio::from(socket));
        });
        assert_eq!(child.says(), "ready");
        child
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_child_serves_at_the_socket_that_its_parent_handed_on() {
    let folder = Folder::new();
    watched(async {
        let socket = UnixListener::bind(folder.socket()).unwrap();
        let _child = hand_on("exec \"$@\"", "serve at the input", socket).await;
        assert!(answers(folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_child_serves_at_the_socket_that_systemd_would_hand_on() {
    let folder = Folder::new();
    watched(async {
        let socket = UnixListener::bind(folder.socket()).unwrap();
        // As systemd does it: the sockets from descriptor 3 on, and whom they are for.
        let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
        let _child = hand_on(script, "serve at what systemd hands on", socket).await;
        assert!(answers(folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_child_is_a_client_on_the_connection_that_its_parent_handed_on() {
    watched(async {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = bind(ipc_bridge::memory::endpoint()).await.unwrap();
        server.accept(Transport::try_from(ours).unwrap());
        let mut child = hand_on("exec \"$@\"", "call over the input", theirs).await;
        let said = tokio::task::spawn_blocking(move || child.says()).await.unwrap();
        assert_eq!(said, "called");
        until_connections(&server, 0).await;
    })
    .await;
}

/// What this binary does as a child of one of its tests, until it is killed.
#[tokio::test]
async fn child_role() {
    let Some((role, _)) = role() else { return };
    let input = || std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    match role.as_str() {
        "serve at the input" => serve(UnixListener::from(input()).into()).await,
        "serve at what systemd hands on" => {
            let socket = ListenFd::from_env().take_unix_listener(0).unwrap().unwrap();
            serve(socket.into()).await;
        }
        "call over the input" => {
            say("ready");
            let client = Client::connect(UnixStream::from(input())).await.unwrap();
            assert_eq!(client.invoke(echo { text: "?".to_owned() }).await.unwrap(), "?");
            say("called");
        }
        other => panic!("no role {other}"),
    }
}

async fn serve(endpoint: Endpoint) {
    let _server = Server::bind(endpoint).serve(router(&Gate::new())).await.unwrap();
    say("ready");
    std::future::pending::<()>().await;
}
