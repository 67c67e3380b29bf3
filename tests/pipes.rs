//! Named pipes: whose they are, and who is at the other end.
#![cfg(windows)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use interprocess::os::windows::named_pipe::PipeListenerOptions;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use ipc_bridge::prelude::*;
use ipc_bridge::{BindError, ConnectError};
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient};
use widestring::U16CString;
use windows_permissions::constants::{SeObjectType, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{ConvertSidToStringSid, GetSecurityInfo};

use support::binding::{answers, bind};
use support::gate::{Gate, echo, router};
use support::process::{Played, role, say};
use support::{skipped, unique_name, until_connections, watched};

/// Whom the handler sees.
#[handler("peer:seen")]
async fn seen(peer: Peer) -> (Option<u32>, Option<u32>) {
    (peer.pid(), peer.uid())
}

fn own_sid() -> String {
    ConvertSidToStringSid(&current_process_sid().unwrap()).unwrap().to_str().unwrap().to_owned()
}

/// The pipe of a name, as another program would find it.
fn pipe(name: &str) -> String {
    format!(r"\\.\pipe\ipc-bridge-{}-{name}", own_sid())
}

/// Wine's own folder, which is set where this runs under Wine.
fn is_wine() -> bool {
    std::env::var_os("WINEPREFIX").is_some()
}

fn descriptor(pipe: &NamedPipeClient) -> String {
    let parts = SecurityInformation::Owner | SecurityInformation::Dacl;
    let found = GetSecurityInfo(pipe, SeObjectType::SE_KERNEL_OBJECT, parts).unwrap();
    found.as_sddl().unwrap().into_string().unwrap()
}

#[tokio::test]
async fn every_instance_of_a_pipe_is_its_owners_alone() {
    let name = unique_name();
    watched(async {
        let server = bind(&name).await.unwrap();
        let mut open = Vec::new();
        for clients in 1..=3 {
            let client = loop {
                match ClientOptions::new().open(pipe(&name)) {
                    Ok(client) => break client,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            let sid = own_sid();
            let found = descriptor(&client);
            let rights = found
                .strip_prefix(&format!("O:{sid}D:P(A;;"))
                .and_then(|rest| rest.strip_suffix(&format!(";;;{sid})")));
            // What is written as "generic all" is read as all that a file has.
            assert!(matches!(rights, Some("GA" | "FA" | "0x1f01ff")), "instance {clients}: {found}");
            open.push(client);
            until_connections(&server, clients).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_pipe_can_be_bound_again_as_soon_as_its_server_has_shut_down() {
    let name = unique_name();
    watched(async {
        for _ in 0..5 {
            let server = bind(&name).await.unwrap();
            assert!(answers(&name).await);
            server.shutdown().await;
            let gone = Client::connect(&name).await;
            assert!(matches!(gone, Err(ConnectError::NotRunning { .. })), "{gone:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn both_ends_of_a_pipe_know_the_others_process() {
    let name = unique_name();
    watched(async {
        let _server = Server::bind(&name).serve(Router::new().handle::<seen>()).await.unwrap();
        let client = Client::connect(&name).await.unwrap();
        assert_eq!(client.peer().pid(), Some(std::process::id()));
        assert_eq!(client.invoke(seen {}).await.unwrap(), (Some(std::process::id()), None));
        let argument = name.clone();
        let said = tokio::task::spawn_blocking(move || {
            let mut child = Played::start("call", &argument, |_| {});
            (child.pid(), child.says())
        });
        let (pid, said) = said.await.unwrap();
        assert_eq!(said, format!("seen as {pid}"));
    })
    .await;
}

#[tokio::test]
async fn a_pipe_in_use_is_not_shared_and_names_its_process() {
    if is_wine() {
        return skipped("a pipe in use", "Wine passes over FILE_FLAG_FIRST_PIPE_INSTANCE");
    }
    let name = unique_name();
    watched(async {
        let _server = bind(&name).await.unwrap();
        let error = bind(&name).await.unwrap_err();
        let BindError::InUse { holder: Some(holder), .. } = &error else { panic!("{error}") };
        assert_eq!(holder.pid(), std::process::id());
        assert!(answers(&name).await);
    })
    .await;
}

#[tokio::test]
async fn a_pipe_that_another_user_owns_is_not_trusted() {
    let name = unique_name();
    watched(async {
        // The administrators, to whom everybody's pipe is given here: whoever may do that is one of them.
        let text = U16CString::from_str("O:BAD:(A;;GA;;;WD)").unwrap();
        let options = PipeListenerOptions::new()
            .path(pipe(&name))
            .security_descriptor(Some(SecurityDescriptor::deserialize(&text).unwrap()));
        let Ok(_squatter) = options.create_tokio_duplex::<Bytes>() else {
            return skipped("a pipe of another owner", "this user may not make one");
        };
        let connected = Client::connect(&name).await;
        let Err(ConnectError::WrongOwner { owner, .. }) = &connected else { panic!("{connected:?}") };
        assert_eq!(owner, "S-1-5-32-544");
    })
    .await;
}

#[tokio::test]
async fn a_path_that_is_no_pipe_of_this_machine_is_refused_by_both_sides() {
    watched(async {
        for path in [r"\\localhost\pipe\x", r"\\other\pipe\x", r"C:\x", "x", r"\\.\pip"] {
            let bound = bind(Path::new(path)).await;
            assert!(matches!(bound, Err(BindError::Io { .. })), "{path}: {bound:?}");
            let connected = Client::connect(Path::new(path)).await;
            assert!(matches!(connected, Err(ConnectError::Io(_))), "{path}: {connected:?}");
        }
        let path = format!(r"\\.\PIPE\{}", unique_name());
        let _server = bind(Path::new(&path)).await.unwrap();
        assert!(answers(Path::new(&path)).await);
    })
    .await;
}

#[tokio::test]
async fn a_remote_client_is_refused() {
    let name = unique_name();
    watched(async {
        let _server = bind(&name).await.unwrap();
        // By the network's way to this same machine.
        let remote = pipe(&name).replace(r"\\.\", r"\\localhost\");
        let opened = ClientOptions::new().open(remote);
        if is_wine() {
            skipped("a remote client", "Wine has no pipes of other machines");
        }
        assert!(opened.is_err(), "{opened:?}");
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_the_application_refuses_is_told_denied() {
    let name = unique_name();
    watched(async {
        let server = Server::bind(&name).accept_peer(|_| Err("never")).serve(router(&Gate::new())).await.unwrap();
        let refused = Client::connect(&name).await;
        assert!(matches!(&refused, Err(ConnectError::Refused(failure)) if failure.code() == "DENIED"), "{refused:?}");
        assert_eq!(server.connections(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_asks_a_process_to_end_is_waited_for() {
    let mut asked = std::pin::pin!(ipc_bridge::shutdown_signal().unwrap());
    let name = unique_name();
    watched(async {
        let _server = bind(&name).await.unwrap();
        let client = Client::connect(&name).await.unwrap();
        tokio::select! {
            biased;
            name = &mut asked => panic!("{name} asked for nothing"),
            answer = client.invoke(echo { text: "on".to_owned() }) => assert_eq!(answer.unwrap(), "on"),
        }
    })
    .await;
}

/// What this binary does as a child of one of its tests.
#[tokio::test]
async fn child_role() {
    let Some((_, name)) = role() else { return };
    let client = Client::connect(name).await.unwrap();
    let (pid, _) = client.invoke(seen {}).await.unwrap();
    say(&format!("seen as {}", pid.unwrap()));
}
