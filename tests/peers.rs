//! Who is at the other end, and who of them comes in: before a byte of what they send is read.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ipc_bridge::prelude::*;
use ipc_bridge::{BindError, ConnectError, Grants, ServeError, ServerBuilder};

use support::binding::bind;
use support::gate::{Gate, echo, router};
use support::log::Log;
use support::process::{Played, role, say};
use support::raw::Raw;
use support::{Folder, skipped, unique_name, until, until_connections, watched};

/// A user and a group that no account of a machine has.
const STRANGER: u32 = 64_123;
const STRANGERS: u32 = 64_124;
const STRANGERS_OTHER: u32 = 64_125;

/// Another user, in the body of a test that needs one.
const AS_ANOTHER_USER: &str = "a peer that runs as another user";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn own_gid() -> u32 {
    rustix::process::getegid().as_raw()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// Whom the handler sees.
#[handler("peer:seen")]
async fn seen(peer: Peer) -> (Option<u32>, Option<u32>, Option<u32>) {
    (peer.pid(), peer.uid(), peer.gid())
}

async fn serve(builder: ServerBuilder) -> Server {
    // Who comes in is what these tests are about, and not what they may use then.
    let builder = builder.grants_for(|_| Grants::same_user());
    builder.serve(router(&Gate::new()).handle::<seen>()).await.unwrap()
}

/// A binary and a folder that another user can reach.
struct Open {
    folder: Folder,
    binary: PathBuf,
}

impl Open {
    fn new() -> Self {
        let folder = Folder::new();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let binary = folder.path().join("binary");
        // By another process: one that a test beside this one starts meanwhile would hold the file open for writing, and
        // then it cannot be run.
        let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&binary).status().unwrap();
        assert!(copied.success());
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, binary }
    }

    fn socket(&self) -> PathBuf {
        self.folder.socket()
    }

    /// What a process of another user says that it has seen.
    async fn stranger(&self, role: &'static str) -> String {
        let mut child = self.start(role);
        tokio::task::spawn_blocking(move || child.says()).await.unwrap()
    }

    fn start(&self, role: &'static str) -> Played {
        Played::start_copy(&self.binary, role, &self.socket().display().to_string(), |command| {
            command.uid(STRANGER).gid(STRANGERS).current_dir("/");
        })
    }
}

#[tokio::test]
async fn a_peer_is_known_by_its_process_its_user_and_its_group() {
    let folder = Folder::new();
    watched(async {
        let server = serve(Server::bind(folder.socket())).await;
        let client = Client::connect(folder.socket()).await.unwrap();
        let own = (Some(std::process::id()), Some(own_uid()), Some(own_gid()));
        assert_eq!(client.invoke(seen {}).await.unwrap(), own);
        let peer = client.peer();
        assert_eq!((peer.pid(), peer.uid(), peer.gid()), own);
        let peers = server.peers();
        assert_eq!((peers[0].pid(), peers[0].uid(), peers[0].gid()), own);
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_the_application_refuses_is_told_denied_and_the_log_is_told_why() {
    let folder = Folder::new();
    watched(async {
        let log = Log::begin();
        let server = serve(Server::bind(folder.socket()).accept_peer(|_| Err("it is a tuesday"))).await;
        let refused = Client::connect(folder.socket()).await;
        let Err(ConnectError::Refused(failure)) = &refused else { panic!("{refused:?}") };
        assert_eq!(failure.code(), "DENIED");
        assert_eq!(failure.message(), "the server does not let this peer in");
        until(|| !log.warnings().is_empty()).await;
        let lines = log.warnings();
        let pid = format!("pid={}", std::process::id());
        assert!(lines.len() == 1 && lines[0].contains("it is a tuesday") && lines[0].contains(&pid), "{lines:?}");
        assert_eq!(server.connections(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_is_refused_is_not_read_from() {
    let folder = Folder::new();
    watched(async {
        let _server = serve(Server::bind(folder.socket()).accept_peer(|_| Err("never"))).await;
        // It is dismissed before it has said anything, and what is no protocol at all is not answered as that.
        let mut silent = Raw::connect(&folder.socket()).await;
        assert_eq!(silent.dismissed().await, "DENIED");
        let mut raw = Raw::connect(&folder.socket()).await;
        raw.send_in_vain(&[b'x'; 100_000]).await;
        assert_eq!(raw.dismissed().await, "DENIED");
    })
    .await;
}

#[tokio::test]
async fn every_check_must_be_content_wherever_a_peer_comes_from() {
    watched(async {
        let place = ipc_bridge::memory::endpoint();
        let builder = Server::bind(&place).accept_peer(|_| Ok::<_, &str>(()));
        let server =
            serve(builder.accept_peer(|peer| if peer.pid() == Some(7) { Ok(()) } else { Err("not seven") })).await;
        let refused = Client::connect(&place).await;
        assert!(matches!(&refused, Err(ConnectError::Refused(failure)) if failure.code() == "DENIED"), "{refused:?}");
        let (ours, theirs) = ipc_bridge::memory::pair();
        server.accept(theirs.with_peer(Peer::unknown().with_pid(7)));
        let client = Client::builder().over(ours).await.unwrap();
        assert_eq!(client.invoke(seen {}).await.unwrap().0, Some(7));
    })
    .await;
}

#[tokio::test]
async fn a_check_that_panics_lets_nobody_in_and_harms_nobody_else() {
    let folder = Folder::new();
    watched(async {
        let first = std::sync::atomic::AtomicBool::new(true);
        let server = serve(Server::bind(folder.socket()).accept_peer(move |_| {
            assert!(!first.swap(false, std::sync::atomic::Ordering::Relaxed), "the check's own mistake");
            Ok::<_, &str>(())
        }))
        .await;
        let refused = Client::connect(folder.socket()).await;
        assert!(refused.is_err(), "{refused:?}");
        let client = Client::connect(folder.socket()).await.unwrap();
        assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
        until_connections(&server, 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_transport_that_tells_another_user_is_refused_as_a_socket_is() {
    watched(async {
        let server = serve(Server::bind(ipc_bridge::memory::endpoint())).await;
        let (ours, theirs) = ipc_bridge::memory::pair();
        server.accept(theirs.with_peer(Peer::unknown().with_user(own_uid() + 1, own_gid())));
        let refused = Client::builder().over(ours).await;
        assert!(matches!(&refused, Err(ConnectError::Refused(failure)) if failure.code() == "DENIED"), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_name_cannot_be_opened_to_others() {
    watched(async {
        let name = unique_name();
        for builder in [
            Server::bind(&name).allow_uid(own_uid() + 1),
            Server::bind(&name).allow_gid(own_gid() + 1),
            Server::bind(&name).allow_any_user(),
        ] {
            let refused = builder.serve(router(&Gate::new())).await;
            let Err(ServeError::Bind(BindError::OwnersName { name: told })) = &refused else { panic!("{refused:?}") };
            assert_eq!(*told, name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_socket_is_opened_as_far_as_the_server_allows() {
    let folder = Folder::new();
    watched(async {
        let socket = folder.socket();
        let at = || Server::bind(socket.as_path());
        for (builder, expected) in [
            (at(), 0o600),
            (at().accept_peer(|_| Ok::<_, &str>(())), 0o600),
            (at().allow_gid(own_gid()), 0o660),
            (at().allow_gid(own_gid()).allow_gid(own_gid() + 1), 0o666),
            (at().allow_uid(own_uid() + 1), 0o666),
            (at().allow_any_user(), 0o666),
        ] {
            let server = serve(builder).await;
            assert_eq!(mode(&socket), expected);
            server.shutdown().await;
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        // And back again, when it is not allowed any more.
        let _server = serve(at()).await;
        assert_eq!(mode(&socket), 0o600);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_the_socket_cannot_be_given_to_is_told() {
    if is_root() {
        return skipped("a group that the process is no member of", "root is bound by none");
    }
    let folder = Folder::new();
    watched(async {
        let refused = Server::bind(folder.socket()).allow_gid(STRANGERS).serve(router(&Gate::new())).await;
        let Err(ServeError::Bind(BindError::Group { gid: STRANGERS, .. })) = refused else { panic!("{refused:?}") };
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    })
    .await;
}

#[tokio::test]
async fn another_user_does_not_reach_a_socket_and_is_refused_where_it_does() {
    if !is_root() {
        return skipped(AS_ANOTHER_USER, "only root can start one");
    }
    let open = Open::new();
    watched(async {
        let log = Log::begin();
        let _server = serve(Server::bind(open.socket())).await;
        let said = open.stranger("call").await;
        assert!(said.contains("Permission denied"), "{said}");
        assert!(log.warnings().is_empty());
        // However the file's mode was lost, the kernel's word on the peer decides.
        fs::set_permissions(open.socket(), fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(open.stranger("call").await, "refused: DENIED");
        let lines = log.warnings();
        let who = format!("uid={STRANGER} gid={STRANGERS}");
        assert!(lines.len() == 1 && lines[0].contains(&who), "{lines:?}");
    })
    .await;
}

#[tokio::test]
async fn another_user_or_group_comes_in_where_it_is_allowed() {
    if !is_root() {
        return skipped(AS_ANOTHER_USER, "only root can start one");
    }
    let open = Open::new();
    watched(async {
        let socket = open.socket();
        let at = || Server::bind(socket.as_path());
        let not = "refused: DENIED".to_owned();
        let seen = format!("seen as {STRANGER} {STRANGERS}");
        for (builder, expected) in [
            (at().allow_uid(STRANGER), &seen),
            (at().allow_uid(STRANGER + 1), &not),
            (at().allow_gid(STRANGERS), &seen),
            (at().allow_uid(STRANGER + 1).allow_gid(STRANGERS), &seen),
            (at().allow_gid(STRANGERS + 1).allow_gid(STRANGERS + 2), &not),
            (at().allow_any_user(), &seen),
            (
                at().allow_any_user().accept_peer(|peer| if peer.uid() == Some(0) { Ok(()) } else { Err("no root") }),
                &not,
            ),
        ] {
            let server = serve(builder).await;
            assert_eq!(open.stranger("call").await, *expected);
            server.shutdown().await;
        }
        let server = serve(at().allow_gid(STRANGERS + 1)).await;
        assert_eq!(fs::metadata(&socket).unwrap().gid(), STRANGERS + 1);
        let said = open.stranger("call").await;
        assert!(said.contains("Permission denied"), "{said}");
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_is_in_an_allowed_group_besides_its_own_comes_in() {
    let has_setpriv = Command::new("setpriv").arg("--version").output().is_ok();
    if !is_root() || !has_setpriv || !cfg!(target_os = "linux") {
        return skipped("a peer that is in several groups", "it takes root and the program setpriv, of Linux");
    }
    let open = Open::new();
    watched(async {
        let socket = open.socket();
        let at = || Server::bind(socket.as_path());
        let in_group = |peer: &Peer| match peer.groups() {
            Some([STRANGERS_OTHER]) => Ok(()),
            groups => Err(format!("it is in {groups:?}")),
        };
        for (builder, expected) in [
            (at().allow_gid(STRANGERS_OTHER), format!("seen as {STRANGER} {STRANGERS}")),
            (at().allow_gid(STRANGERS + 2).allow_uid(STRANGER + 1), "refused: DENIED".to_owned()),
            (at().allow_any_user().accept_peer(in_group), format!("seen as {STRANGER} {STRANGERS}")),
        ] {
            let server = serve(builder).await;
            let script = format!(
                "shift; exec setpriv --reuid={STRANGER} --regid={STRANGERS} --groups={STRANGERS_OTHER} {} \"$@\"",
                open.binary.display()
            );
            let argument = socket.display().to_string();
            let said = tokio::task::spawn_blocking(move || {
                Played::start_by_shell(&script, "call", &argument, |command| {
                    command.current_dir("/");
                })
                .says()
            });
            assert_eq!(said.await.unwrap(), expected);
            server.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_trusts_a_server_of_another_user_only_where_it_is_told_to() {
    if !is_root() {
        return skipped("a server that runs as another user", "only root can start one");
    }
    let open = Open::new();
    watched(async {
        let folder = open.folder.path().join("strangers");
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::chown(&folder, Some(STRANGER), None).unwrap();
        let socket = folder.join("s.sock");
        let argument = socket.display().to_string();
        let mut child = Played::start_copy(&open.binary, "serve", &argument, |command| {
            command.uid(STRANGER).gid(STRANGERS).current_dir("/");
        });
        let (said, _child) = tokio::task::spawn_blocking(move || (child.says(), child)).await.unwrap();
        assert_eq!(said, "ready");
        let connected = Client::connect(socket.as_path()).await;
        let Err(ConnectError::WrongUser { endpoint, uid: STRANGER }) = &connected else { panic!("{connected:?}") };
        assert_eq!(*endpoint, argument);
        let other = Client::builder().allow_server_uid(STRANGER + 1).connect(socket.as_path()).await;
        assert!(matches!(other, Err(ConnectError::WrongUser { .. })), "{other:?}");
        // The server lets nobody in, but the client has come as far as that.
        let trusting = Client::builder().allow_server_uid(STRANGER).connect(socket.as_path()).await;
        assert!(matches!(trusting, Err(ConnectError::Refused(_))), "{trusting:?}");
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_another_user_is_neither_used_nor_waited_for() {
    if !is_root() {
        return skipped("a lock that belongs to another user", "only root can make one");
    }
    let folder = Folder::new();
    watched(async {
        let lock = folder.path().join("s.sock.lock");
        let theirs = fs::File::create(&lock).unwrap();
        std::os::unix::fs::chown(&lock, Some(STRANGER), None).unwrap();
        theirs.lock().unwrap();
        let error = bind(folder.socket()).await.unwrap_err();
        assert!(matches!(&error, BindError::Lock { .. }) && error.to_string().contains("64123"), "{error}");
        // The same of the folder of the names.
        let names = folder.path().join("ipc-bridge");
        fs::create_dir(&names).unwrap();
        fs::set_permissions(&names, fs::Permissions::from_mode(0o700)).unwrap();
        std::os::unix::fs::chown(&names, Some(STRANGER), None).unwrap();
        let runtime_folder = folder.path().to_owned();
        let said = tokio::task::spawn_blocking(move || {
            Played::start("bind a name", "my-app", |command| {
                command.env("XDG_RUNTIME_DIR", &runtime_folder);
            })
            .says()
        });
        let said = said.await.unwrap();
        assert!(said.contains("it belongs to user 64123"), "{said}");
    })
    .await;
}

/// What this binary does as a child of one of its tests.
#[tokio::test]
async fn child_role() {
    let Some((role, argument)) = role() else { return };
    match role.as_str() {
        "call" => {
            // The server runs as root, in the tests that have another user.
            match Client::builder().allow_server_uid(0).connect(Path::new(&argument)).await {
                Ok(client) => {
                    let (_, uid, gid) = client.invoke(seen {}).await.unwrap();
                    say(&format!("seen as {} {}", uid.unwrap(), gid.unwrap()));
                }
                Err(ConnectError::Refused(failure)) => say(&format!("refused: {}", failure.code())),
                Err(error) => say(&error.to_string()),
            }
        }
        "serve" => {
            let _server =
                serve(Server::bind(Path::new(&argument)).accept_peer(|_| Err("nobody")).allow_any_user()).await;
            say("ready");
            std::future::pending::<()>().await;
        }
        "bind a name" => match bind(argument).await {
            Ok(_) => say("bound"),
            Err(error) => say(&error.to_string()),
        },
        other => panic!("no role {other}"),
    }
}
