//! Where a server listens: names, sockets and what may stand in their place.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

use ipc_bridge::prelude::*;
use ipc_bridge::{BindError, ConnectError};

use support::binding::{answers, bind};
use support::process::{Played, role, say};
use support::{Folder, unique_name, until, watched};

#[tokio::test]
async fn a_name_can_be_bound_again_as_soon_as_its_server_has_shut_down() {
    let folder = Folder::new();
    watched(async {
        for _ in 0..5 {
            let server = bind(folder.socket()).await.unwrap();
            assert!(answers(folder.socket()).await);
            server.shutdown().await;
            assert!(!folder.socket().exists());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_can_be_bound_again_after_a_shutdown_on_many_threads() {
    let folder = Folder::new();
    watched(async {
        for _ in 0..50 {
            let server = bind(folder.socket()).await.unwrap();
            server.shutdown().await;
            assert!(!folder.socket().exists());
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_dropped_takes_its_socket_away() {
    let folder = Folder::new();
    watched(async {
        drop(bind(folder.socket()).await.unwrap());
        until(|| !folder.socket().exists()).await;
        let _server = bind(folder.socket()).await.unwrap();
        assert!(answers(folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_server_whose_runtime_has_ended_leaves_its_successors_socket_alone() {
    let folder = Folder::new();
    watched(async {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let socket = folder.socket();
        let first = runtime.spawn(async move { bind(socket).await.unwrap() }).await.unwrap();
        runtime.shutdown_background();
        let successor = loop {
            match bind(folder.socket()).await {
                Ok(server) => break server,
                Err(BindError::InUse { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        drop(first);
        assert!(answers(folder.socket()).await);
        successor.shutdown().await;
        assert!(!folder.socket().exists());
    })
    .await;
}

#[tokio::test]
async fn a_socket_is_its_owners_alone() {
    let folder = Folder::new();
    watched(async {
        let _server = bind(folder.socket()).await.unwrap();
        assert_eq!(fs::metadata(folder.socket()).unwrap().mode() & 0o777, 0o600);
    })
    .await;
}

#[tokio::test]
async fn a_socket_that_a_dead_server_left_is_reclaimed() {
    let folder = Folder::new();
    watched(async {
        // The standard library leaves the file behind.
        drop(UnixListener::bind(folder.socket()).unwrap());
        assert!(folder.socket().exists());
        let _server = bind(folder.socket()).await.unwrap();
        assert!(answers(folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_name_in_use_is_not_taken_over() {
    let folder = Folder::new();
    watched(async {
        let _first = bind(folder.socket()).await.unwrap();
        let error = bind(folder.socket()).await.unwrap_err();
        assert!(
            matches!(&error, BindError::InUse { endpoint, .. } if *endpoint == folder.socket().display().to_string())
        );
        assert!(answers(folder.socket()).await);

        let place = ipc_bridge::memory::endpoint();
        let _first = bind(&place).await.unwrap();
        assert!(matches!(bind(&place).await, Err(BindError::InUse { .. })));
        assert!(answers(&place).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_socket_is_not_replaced() {
    let folder = Folder::new();
    watched(async {
        let file = folder.path().join("file");
        fs::write(&file, "precious").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let inner = folder.path().join("folder");
        fs::create_dir(&inner).unwrap();
        for taken in [&file, &link, &inner] {
            let error = bind(taken.as_path()).await.unwrap_err();
            assert!(matches!(&error, BindError::NotASocket { path } if path == taken), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
        assert!(link.is_symlink() && inner.is_dir());
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_place_of_the_lock_is_not_emptied() {
    let folder = Folder::new();
    watched(async {
        let lock = folder.socket().with_added_extension("lock");
        fs::write(&lock, "precious").unwrap();
        let _server = bind(folder.socket()).await.unwrap();
        assert_eq!(fs::read_to_string(&lock).unwrap(), "precious");
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let folder = Folder::new();
    watched(async {
        let path = folder.path().join("absent/s.sock");
        let error = bind(path.as_path()).await.unwrap_err();
        assert!(matches!(&error, BindError::Io { .. }) && error.to_string().contains("absent"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn where_nobody_listens_no_server_is_running() {
    let folder = Folder::new();
    watched(async {
        let expected = folder.socket().display().to_string();
        let not_running = async || match Client::connect(folder.socket()).await {
            Err(ConnectError::NotRunning { endpoint }) => assert_eq!(endpoint, expected),
            other => panic!("{other:?}"),
        };
        not_running().await;
        drop(UnixListener::bind(folder.socket()).unwrap());
        not_running().await;
        let name = unique_name();
        let error = Client::connect(&name).await.unwrap_err();
        assert!(matches!(&error, ConnectError::NotRunning { .. }) && error.to_string().contains(&name), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_by_both_sides() {
    watched(async {
        let long = "x".repeat(49);
        for name in ["", ".", "..", "../x", "a/b", "/tmp/x", "-x", ".x", "a b", "a\0b", "\u{e9}", "a\\b", long.as_str()]
        {
            let (bound, connected) = (bind(name).await, Client::connect(name).await);
            assert!(matches!(bound, Err(BindError::Name(_))), "{name:?}: {bound:?}");
            assert!(matches!(connected, Err(ConnectError::Name(_))), "{name:?}: {connected:?}");
        }
    })
    .await;
}

/// Runs a server at a name in a run-time folder of its own, in a process of its own, whose environment is not ours.
fn try_to_bind(runtime_folder: &Path) -> String {
    Played::start("bind", "my-app", |command| {
        command.env("XDG_RUNTIME_DIR", runtime_folder);
    })
    .says()
}

#[test]
fn the_folder_of_the_names_is_made_and_is_its_owners_alone() {
    let folder = Folder::new();
    assert_eq!(try_to_bind(folder.path()), "bound");
    assert_eq!(fs::metadata(folder.path().join("ipc-bridge")).unwrap().mode() & 0o777, 0o700);
    // The folder is there now, and good.
    assert_eq!(try_to_bind(folder.path()), "bound");
}

#[test]
fn a_folder_that_lets_others_in_is_refused() {
    for mode in [0o755, 0o770, 0o701, 0o777] {
        let folder = Folder::new();
        let names = folder.path().join("ipc-bridge");
        fs::DirBuilder::new().mode(0o700).create(&names).unwrap();
        // Whatever the process's mask, the folder has exactly this mode.
        fs::set_permissions(&names, fs::Permissions::from_mode(mode)).unwrap();
        let said = try_to_bind(folder.path());
        assert!(said.contains(names.to_str().unwrap()) && said.contains(&format!("{mode:o}")), "{said}");
        assert_eq!(fs::read_dir(&names).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_that_is_a_link_or_a_file_is_refused() {
    let folder = Folder::new();
    let (names, elsewhere) = (folder.path().join("ipc-bridge"), folder.path().join("elsewhere"));
    fs::DirBuilder::new().mode(0o700).create(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &names).unwrap();
    assert!(try_to_bind(folder.path()).contains("no folder"));
    fs::remove_file(&names).unwrap();
    fs::write(&names, "").unwrap();
    assert!(try_to_bind(folder.path()).contains("no folder"));
}

/// What this binary does as a child of one of its tests.
#[tokio::test]
async fn child_role() {
    let Some((role, name)) = role() else { return };
    assert_eq!(role, "bind");
    match bind(name).await {
        Ok(server) => {
            server.shutdown().await;
            say("bound");
        }
        Err(error) => say(&error.to_string()),
    }
}
