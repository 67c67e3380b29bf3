//! Servers that are not there, that are gone, that go; and readers that have had enough.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use ipc_bridge::prelude::*;
use support::Folder;
use support::backend::{Backend, NAME, place, router};
use support::program::Program;

const ROLE: &str = "IPC_CLI_TEST_FOLDER";

/// The backend of another test, in a process of its own, which says when it listens.
#[test]
fn child_role() {
    let Some(endpoint) = std::env::var_os(ROLE) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let endpoint = endpoint.to_str().unwrap();
        let endpoint: ipc_bridge::Endpoint =
            if endpoint.contains('/') { std::path::Path::new(endpoint).into() } else { endpoint.into() };
        let _server = Server::bind(endpoint).serve(router()).await.unwrap();
        eprintln!("ready");
        std::future::pending::<()>().await;
    });
}

/// A backend that can be killed.
struct Elsewhere(Child);

impl Elsewhere {
    fn start(endpoint: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child_role", "--nocapture"]).env(ROLE, endpoint);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.map(Result::unwrap).any(|line| line.ends_with("ready")), "it listens");
        Self(child)
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What the program and a backend elsewhere are told of the endpoint in this folder.
fn endpoint(folder: &Folder) -> String {
    let (_, named) = place(folder, NAME);
    if named.is_empty() { folder.path().join(format!("ipc-bridge/{NAME}.sock")).display().to_string() } else { named }
}

#[test]
fn a_server_that_is_killed_in_mid_stream_is_told_as_gone() {
    let folder = Folder::new();
    let endpoint = endpoint(&folder);
    for command in [&["stream", "count:once"][..], &["subscribe", "*"]] {
        let mut server = Elsewhere::start(&endpoint);
        let mut running = Program::new(folder.path(), &endpoint, command).start();
        if command[0] == "stream" {
            assert_eq!(running.line(), "1");
        } else {
            // It is subscribed when it gets what it is sent.
            let publish = ["publish", "status:changed", "online=true"];
            assert_eq!(Program::new(folder.path(), &endpoint, &publish).run().code, Some(0));
            assert_eq!(running.line(), r#"{"channel":"status:changed","data":{"online":true}}"#);
        }
        server.kill();
        let ended = running.end(String::new());
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.err.starts_with("error: the connection is gone: "), "{ended:?}");
    }
}

#[test]
fn a_server_that_shuts_down_says_so_to_who_listens() {
    let mut backend = Backend::start();
    let mut running = backend.ipc(&["stream", "count:once"]).start();
    assert_eq!(running.line(), "1");
    let server = backend.server.take().unwrap();
    backend.runtime.block_on(server.shutdown());
    let ended = running.end(String::new());
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("error: UNAVAILABLE: "), "{ended:?}");
}

#[test]
fn whoever_has_read_enough_ends_the_program_well() {
    let backend = Backend::start();
    let mut running = backend.ipc(&["stream", "count:ever"]).start();
    assert_eq!(running.line(), "0");
    running.close_output();
    let ended = running.end(String::new());
    assert_eq!((ended.code, &*ended.err), (Some(0), ""), "as in `ipc stream … | head`");
}

#[cfg(not(unix))]
#[test]
fn signals_and_sockets_are_looked_at_elsewhere() {
    println!(
        "skipped: Ctrl-C, dead sockets and what the doctor says of them are tested where there are signals and sockets"
    );
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::net::UnixListener;

    use super::*;
    use support::golden::{Transcript, examined};

    #[test]
    fn ctrl_c_ends_what_has_no_end() {
        let backend = Backend::granting(ipc_bridge::Grants::all());
        for command in [&["stream", "count:once"][..], &["subscribe", "status:*"], &["tap", "data:fetch"]] {
            let mut running = backend.ipc(command).start();
            let first = |running: &mut support::program::Running| match command[0] {
                "stream" => running.line(),
                "subscribe" => {
                    backend.ipc(&["publish", "status:changed", "online=true"]).run();
                    running.line()
                }
                // It watches when something has passed.
                _ => {
                    let called = backend.ipc(&["bench", "data:fetch", "id=7", "--seconds", "1s"]).start();
                    let line = running.line();
                    drop(called);
                    line
                }
            };
            assert!(!first(&mut running).is_empty());
            running.interrupt();
            let ended = running.end(String::new());
            assert_eq!((ended.code, &*ended.err), (Some(0), ""), "{command:?}");
        }
        // And the server learns of it.
        backend.runtime.block_on(async {
            while backend.server().connections() > 0 {
                tokio::task::yield_now().await;
            }
        });
    }

    #[test]
    fn a_server_that_is_not_there_is_told_with_those_that_are() {
        let mut backend = Backend::start();
        let mut transcript = Transcript::new(&backend);
        transcript.ipc(&["list", "--endpoint", "demmo"]);
        transcript.ipc(&["list", "--endpoint", "./no/such.sock"]);
        // Another beside it: which one?
        let (other, _) = place(&backend.folder, "other");
        let second = backend.runtime.block_on(Server::bind(other).serve(Router::new())).unwrap();
        transcript.ipc(&["list"]);
        transcript.ipc(&["list", "--endpoint", "other"]);
        transcript.ipc(&["list", "--endpoint", "other", "--color", "always"]);
        backend.runtime.block_on(second.shutdown());
        // A socket whose server has died.
        let left = backend.folder.path().join("ipc-bridge/dead.sock");
        drop(UnixListener::bind(&left).unwrap());
        transcript.ipc(&["call", "data:fetch", "id=7", "--endpoint", "dead"]);
        transcript.add(&backend.ipc(&["call", "data:fetch", "id=7"]).env("IPC_ENDPOINT", "dead").run());
        // Somebody who speaks something else.
        let stranger = UnixListener::bind(backend.folder.path().join("http.sock")).unwrap();
        let talks = std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = stranger.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        });
        transcript.ipc(&["list", "--endpoint", "./http.sock"]);
        talks.join().unwrap();
        transcript.compare("no_server");

        let server = backend.server.take().unwrap();
        backend.runtime.block_on(server.shutdown());
        let nobody = backend.ipc(&["list"]).run();
        assert_eq!(nobody.code, Some(3));
        assert!(nobody.err.starts_with("error: no server runs that has a name, and none was named\n"), "{nobody:?}");
    }

    #[test]
    fn the_doctor_finds_what_is_wrong_and_says_what_mends_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let backend = Backend::start();
        let mut transcript = Transcript::new(&backend);
        let folder = backend.folder.path().join("ipc-bridge");
        transcript.ipc(&["doctor", "--color", "always"]);
        drop(UnixListener::bind(folder.join("dead.sock")).unwrap());
        std::fs::write(folder.join("odd.sock"), "").unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(folder.join("demo.sock"), std::fs::Permissions::from_mode(0o666)).unwrap();
        transcript.ipc(&["doctor"]);
        transcript.ipc(&["doctor", "--endpoint", "missing", "--color", "always"]);
        backend.folder.file("Cargo.lock", b"[[package]]\nname = \"ipc-bridge\"\nversion = \"0.0.1\"\n");
        transcript.ipc(&["doctor", "--endpoint", "./ipc-bridge/dead.sock", "--color", "always"]);
        transcript.map(|text| examined(&text)).compare("doctor");
    }

    /// A server that says this to the first who says something.
    fn says(folder: &Folder, name: &str, said: Vec<u8>) -> std::thread::JoinHandle<()> {
        use std::io::{Read as _, Write as _};
        use std::os::unix::fs::PermissionsExt as _;

        let path = folder.path().join(format!("ipc-bridge/{name}.sock"));
        let listener = UnixListener::bind(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::thread::spawn(move || {
            // One that only looks whether somebody is there says nothing.
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                if stream.read(&mut [0; 1024]).unwrap() > 0 {
                    stream.write_all(&said).unwrap();
                    std::fs::remove_file(path).unwrap();
                    return;
                }
            }
        })
    }

    /// The header of a hello of this version, which tells it without a body.
    fn hello(version: u8) -> Vec<u8> {
        [&[0, 0, 0, 0, 1, 0, version, 0], &b"IPCB"[..]].concat()
    }

    fn goodbye(body: &str) -> Vec<u8> {
        [&[u8::try_from(body.len()).unwrap(), 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], body.as_bytes()].concat()
    }

    #[test]
    fn the_doctor_tells_servers_of_other_versions_and_which_side_is_the_older() {
        let backend = Backend::start();
        let mut transcript = Transcript::new(&backend);
        let refused = r#"{"code":"PROTOCOL_ERROR","message":"","details":{"protocol":3}}"#;
        let servers = [
            ("newer", hello(2)),
            ("older", hello(0)),
            ("refused", goodbye(refused)),
            ("unsaid", goodbye(r#"{"code":"PROTOCOL_ERROR","message":"what is that?"}"#)),
            ("denied", goodbye(r#"{"code":"DENIED","message":"who is that?"}"#)),
            ("full", goodbye(r#"{"code":"OVERLOADED","message":"full"}"#)),
            ("web", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ];
        let servers = servers.map(|(name, said)| says(&backend.folder, name, said));
        // The one that is asked for is asked once, and all others beside it.
        transcript.ipc(&["doctor", "--endpoint", "newer", "--color", "always"]);
        for server in servers {
            server.join().unwrap();
        }
        // Whatever else meets such a server says what to do as well.
        let server = says(&backend.folder, "older", hello(0));
        transcript.ipc(&["list", "--endpoint", "older"]);
        server.join().unwrap();
        transcript.map(|text| examined(&text)).compare("doctor_versions");
    }
}
