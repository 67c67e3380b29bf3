//! Whose a socket's path is: who gets it of many, what its file is like at every moment, and what becomes of it.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ipc_bridge::prelude::*;
use ipc_bridge::{BindError, ConnectError, Limits, shutdown_signal};
use rustix::fs::Mode;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use rustix::process::{Pid, Signal};

use support::binding::{answers, bind};
use support::gate::{Gate, router};
use support::process::{Played, role, say};
use support::{Folder, watched};

const RACERS: usize = 50;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn signal(child: &Played, signal: Signal) {
    let pid = Pid::from_raw(child.pid().cast_signed()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// All children wait at the end of one pipe, and go when it is closed.
fn race(folder: &Folder) {
    let (gate, opener) = std::io::pipe().unwrap();
    let socket = folder.socket().display().to_string();
    let mut racers: Vec<_> = (0..RACERS)
        .map(|_| {
            Played::start("race", &socket, |command| {
                command.stdin(Stdio::from(gate.try_clone().unwrap()));
            })
        })
        .collect();
    for racer in &mut racers {
        assert_eq!(racer.says(), "ready");
    }
    drop(opener);
    let said: Vec<_> = racers.iter_mut().map(|racer| (racer.pid(), racer.says())).collect();
    let winners: Vec<_> = said.iter().filter(|(_, said)| said == "bound").map(|(pid, _)| *pid).collect();
    let [winner] = winners[..] else { panic!("{said:?}") };
    let lost = format!("in use by Some({winner})");
    assert!(said.iter().all(|(pid, said)| *pid == winner || *said == lost), "{winner} won: {said:?}");
}

#[test]
fn of_fifty_processes_that_start_at_once_exactly_one_has_the_name() {
    let folder = Folder::new();
    // Nothing is there; then what the first winner left when it was killed; then what is left of no server at all.
    race(&folder);
    assert_eq!(names(folder.path()), ["s.sock", "s.sock.lock"]);
    race(&folder);
    fs::remove_file(folder.path().join("s.sock.lock")).unwrap();
    race(&folder);
}

/// The lock's file comes and goes with the servers; whoever waits for the one that goes must not believe that it has it.
#[test]
fn servers_that_come_and_go_on_many_threads_never_have_a_name_together() {
    let folder = Folder::new();
    let (taken, bound) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(watched(async {
                    for _ in 0..300 {
                        let server = match bind(folder.socket()).await {
                            Ok(server) => server,
                            Err(BindError::InUse { .. }) => continue,
                            Err(error) => panic!("{error}"),
                        };
                        assert!(!taken.swap(true, Ordering::SeqCst), "two have the name");
                        bound.fetch_add(1, Ordering::SeqCst);
                        assert!(taken.swap(false, Ordering::SeqCst));
                        server.shutdown().await;
                    }
                }));
            });
        }
    });
    assert!(bound.into_inner() > 0);
    assert!(names(folder.path()).iter().all(|name| name == "s.sock.lock"), "{:?}", names(folder.path()));
}

#[tokio::test]
async fn a_name_in_use_names_its_process() {
    let folder = Folder::new();
    watched(async {
        let _server = bind(folder.socket()).await.unwrap();
        let error = bind(folder.socket()).await.unwrap_err();
        let shown = error.to_string();
        let BindError::InUse { holder: Some(holder), .. } = error else { panic!("{shown}") };
        assert_eq!(holder.pid(), std::process::id());
        if cfg!(target_os = "linux") {
            // The server listens on a thread of this process, whose name is that of the process's program.
            let command = fs::read_to_string("/proc/self/comm").unwrap();
            assert_eq!(holder.command(), Some(command.trim_end()));
            assert!(shown.contains(&format!("(process {}, `{}`)", holder.pid(), command.trim_end())), "{shown}");
        }
    })
    .await;
}

/// A socket whose queue of connections is full, as that of a process which is stopped.
fn full_socket(path: &Path) -> (UnixListener, UnixStream) {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
    rustix::net::listen(&socket, 0).unwrap();
    (socket.into(), UnixStream::connect(path).unwrap())
}

#[tokio::test]
async fn a_server_that_accepts_nobody_is_alive_and_is_not_waited_for() {
    let folder = Folder::new();
    watched(async {
        let (_listening, _waiting) = full_socket(&folder.socket());
        let error = bind(folder.socket()).await.unwrap_err();
        assert!(matches!(error, BindError::InUse { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_client_waits_for_a_server_that_has_no_room_for_it_yet_as_long_as_it_may() {
    let folder = Folder::new();
    watched(async {
        let (listening, _waiting) = full_socket(&folder.socket());
        let limits = Limits::default().handshake(Duration::from_millis(50));
        let late = Client::builder().limits(limits).connect(folder.socket()).await;
        assert!(matches!(late, Err(ConnectError::Timeout { .. })), "{late:?}");
        // The client that waits in the queue leaves room for another when it is taken out.
        let connecting = tokio::spawn(Client::builder().connect(folder.socket()));
        tokio::task::spawn_blocking(move || {
            let (_one, _) = listening.accept().unwrap();
            let (mut other, _) = listening.accept().unwrap();
            // Its whole hello, which it writes at once.
            assert_ne!(other.read(&mut [0; 4096]).unwrap(), 0);
        })
        .await
        .unwrap();
        assert!(matches!(connecting.await.unwrap(), Err(ConnectError::NotIpcBridge(_))));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_ends_leaves_nothing_behind() {
    let folder = Folder::new();
    watched(async {
        let server = bind(folder.socket()).await.unwrap();
        assert_eq!(names(folder.path()), ["s.sock", "s.sock.lock"]);
        server.shutdown().await;
        assert!(names(folder.path()).is_empty());
        drop(bind(folder.socket()).await.unwrap());
        assert!(names(folder.path()).is_empty());
        // Nor does one that could not begin.
        fs::write(folder.socket(), "precious").unwrap();
        bind(folder.socket()).await.unwrap_err();
        assert_eq!(names(folder.path()), ["s.sock"]);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_failed_to_begin_leaves_the_lock_of_the_living_one() {
    let folder = Folder::new();
    watched(async {
        let server = bind(folder.socket()).await.unwrap();
        bind(folder.socket()).await.unwrap_err();
        assert_eq!(names(folder.path()), ["s.sock", "s.sock.lock"]);
        server.shutdown().await;
        assert!(names(folder.path()).is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_a_lock_is_neither_waited_for_nor_followed() {
    let folder = Folder::new();
    watched(async {
        let lock = folder.path().join("s.sock.lock");
        let elsewhere = folder.path().join("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, &lock).unwrap();
        let error = bind(folder.socket()).await.unwrap_err();
        assert!(matches!(&error, BindError::Lock { path, .. } if *path == lock), "{error}");
        assert!(!elsewhere.exists());
        fs::remove_file(&lock).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &lock, Mode::from_raw_mode(0o600)).unwrap();
        let error = bind(folder.socket()).await.unwrap_err();
        assert!(matches!(&error, BindError::Lock { path, .. } if *path == lock), "{error}");
        assert!(!folder.socket().exists());
    })
    .await;
}

#[tokio::test]
async fn a_folder_in_which_everybody_may_replace_the_socket_is_refused() {
    let folder = Folder::new();
    watched(async {
        for mode in [0o777, 0o772, 0o702] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            let error = bind(folder.socket()).await.unwrap_err();
            assert!(matches!(&error, BindError::Folder { path, .. } if path == folder.path()), "{error}");
            assert!(error.to_string().contains(&format!("{mode:o}")), "{error}");
        }
        // In a sticky folder, as `/tmp` is, nobody replaces what is another's.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        let _server = bind(folder.socket()).await.unwrap();
        assert!(answers(folder.socket()).await);
    })
    .await;
}

#[tokio::test]
async fn a_path_with_a_zero_byte_is_no_name_outside_of_the_file_system() {
    watched(async {
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"\0ipc-bridge"));
        let bound = bind(path.as_path()).await;
        assert!(matches!(bound, Err(BindError::Io { .. })), "{bound:?}");
        let connected = Client::connect(path.as_path()).await;
        assert!(matches!(connected, Err(ConnectError::Io(_))), "{connected:?}");
    })
    .await;
}

#[test]
fn a_path_may_be_relative() {
    let folder = Folder::new();
    let mut child = Played::start("relative", "s.sock", |command| {
        command.current_dir(folder.path());
    });
    assert_eq!(child.says(), "answered");
}

/// The modes at which anybody could see the socket, while a process that masks nothing binds it again and again, until
/// enough of them were seen.
fn modes_seen(role: &'static str) -> BTreeSet<u32> {
    let folder = Folder::new();
    let (input, going_on) = std::io::pipe().unwrap();
    let mut child = Played::start(role, &folder.socket().display().to_string(), |command| {
        command.stdin(Stdio::from(input));
    });
    assert_eq!(child.says(), "ready");
    let (mut modes, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let started = Instant::now();
    while seen.len() < 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "{} sockets were seen, and no more", seen.len());
        if let Ok(found) = fs::symlink_metadata(folder.socket()) {
            modes.insert(found.mode() & 0o777);
            seen.insert((found.ino(), found.ctime(), found.ctime_nsec()));
        }
    }
    drop(going_on);
    assert_eq!(child.says(), "ended");
    modes
}

#[test]
fn a_socket_has_its_mode_from_the_moment_it_exists() {
    for (role, mode) in [("bind often", 0o600), ("bind often for all", 0o666)] {
        assert_eq!(modes_seen(role), BTreeSet::from([mode]), "{role}");
    }
}

#[test]
fn a_server_that_listens_for_signals_takes_its_socket_away_when_it_is_asked_to_end() {
    for (asked, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT"), (Signal::HUP, "SIGHUP")] {
        let folder = Folder::new();
        let mut child = Played::start("serve until a signal", &folder.socket().display().to_string(), |_| {});
        assert_eq!(child.says(), "ready");
        signal(&child, asked);
        assert_eq!(child.says(), name);
        assert!(child.ended().success());
        assert!(names(folder.path()).is_empty(), "{name}: {:?}", names(folder.path()));
    }
}

#[tokio::test]
async fn what_a_server_leaves_behind_that_signals_ended_is_reclaimed() {
    for asked in [Signal::TERM, Signal::KILL] {
        let folder = Folder::new();
        let socket = folder.socket();
        let child = tokio::task::spawn_blocking(move || {
            let mut child = Played::start("serve", &socket.display().to_string(), |_| {});
            assert_eq!(child.says(), "ready");
            signal(&child, asked);
            child.ended()
        });
        watched(async {
            assert_eq!(child.await.unwrap().signal(), Some(asked.as_raw()));
            assert_eq!(names(folder.path()), ["s.sock", "s.sock.lock"]);
            let server = bind(folder.socket()).await.unwrap();
            assert!(answers(folder.socket()).await);
            server.shutdown().await;
            assert!(names(folder.path()).is_empty());
        })
        .await;
    }
}

#[tokio::test]
async fn a_link_in_the_place_of_the_folder_is_followed_where_the_application_chose_it() {
    let folder = Folder::new();
    watched(async {
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::DirBuilder::new().mode(0o700).create(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let _server = bind(link.join("s.sock")).await.unwrap();
        assert!(answers(real.join("s.sock")).await);
    })
    .await;
}

/// What this binary does as a child of one of its tests.
#[tokio::test]
async fn child_role() {
    let Some((role, argument)) = role() else { return };
    let socket = Path::new(&argument);
    match role.as_str() {
        "race" => {
            say("ready");
            // The end of the input is the start of the race.
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            match bind(socket).await {
                Ok(_server) => {
                    say("bound");
                    std::future::pending::<()>().await;
                }
                Err(BindError::InUse { holder, .. }) => {
                    say(&format!("in use by {:?}", holder.map(|holder| holder.pid())));
                }
                Err(error) => say(&error.to_string()),
            }
        }
        "relative" => {
            let _server = bind(socket).await.unwrap();
            assert!(answers(socket).await);
            say("answered");
        }
        "bind often" | "bind often for all" => {
            rustix::process::umask(Mode::empty());
            let ended = Arc::new(AtomicBool::new(false));
            std::thread::spawn({
                let ended = Arc::clone(&ended);
                move || {
                    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
                    ended.store(true, Ordering::Relaxed);
                }
            });
            say("ready");
            while !ended.load(Ordering::Relaxed) {
                let server = Server::bind(socket);
                let server = if role == "bind often" { server } else { server.allow_any_user() };
                server.serve(router(&Gate::new())).await.unwrap().shutdown().await;
            }
            say("ended");
        }
        "serve" => {
            let _server = bind(socket).await.unwrap();
            say("ready");
            std::future::pending::<()>().await;
        }
        "serve until a signal" => {
            let signal = shutdown_signal().unwrap();
            let server = bind(socket).await.unwrap();
            say("ready");
            let name = signal.await;
            server.shutdown().await;
            say(name);
        }
        other => panic!("no role {other}"),
    }
}
