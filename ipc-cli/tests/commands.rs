//! What the commands print: into a pipe, and for people.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::{Grants, TAP};
use support::backend::{Backend, router};
use support::golden::Transcript;

#[test]
fn what_a_server_has_is_listed_and_described() {
    let backend = Backend::start();
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["list"]);
    transcript.ipc(&["list", "--color", "always"]);
    transcript.ipc(&["list", "data:*", "--color", "always"]);
    transcript.ipc(&["describe", "data:fetch"]);
    transcript.ipc(&["describe", "data:fetch", "--color", "always"]);
    transcript.ipc(&["describe", "data:search", "--color", "always"]);
    transcript.ipc(&["describe", "big:numbers", "--color", "always"]);
    transcript.ipc(&["describe", "job:progress", "--color", "always"]);
    transcript.ipc(&["describe", "job:progres"]);
    transcript.compare("list_and_describe");
}

#[test]
fn the_whole_contract_is_one_document() {
    let backend = Backend::start_with(router(), |server| server.grants(Grants::all()));
    let told = backend.ipc(&["describe"]).run().json();
    assert_eq!(told, serde_json::to_value(router().description().unwrap()).unwrap());
    let colored = backend.ipc(&["describe", "--color", "always"]).run().text();
    let plain = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&plain).unwrap(), told);
}

#[test]
fn arguments_become_what_the_request_takes() {
    let backend = Backend::start();
    backend.folder.file("request.json", br#"{"id": 9}"#);
    backend.folder.file("text.txt", b"from a file");
    backend.folder.file("bytes.bin", &[0, 255, 7]);
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["call", "data:fetch", "id=7"]);
    transcript.ipc(&["call", "data:fetch", "id=7", "--color", "always"]);
    transcript.ipc(&["call", "data:fetch", r#"{"id": 8}"#]);
    transcript.ipc(&["call", "data:fetch", "@request.json"]);
    transcript.ipc_with(&["call", "data:fetch", "-"], br#"{"id": 10}"#);
    transcript.ipc_with(&["call", "data:fetch"], br#"{"id": 11}"#);
    let fields = ["call", "data:search", "text=7", "filter.name=true", "filter.at_least=1.5", "tags=a", "tags=b"];
    transcript.ipc(&[&fields[..], &["order=oldest", "deep=true", "--raw"]].concat());
    transcript.ipc(&["call", "data:search", "text=@text.txt", "filter:={}", r#"tags:=["x","y"]"#, "--raw"]);
    transcript.ipc(&["call", "data:search", "text=", "filter={}", "tags=[]", "--raw"]);
    transcript.ipc(&["call", "text:echo", "hello"]);
    transcript.ipc(&["call", "text:echo", "7"]);
    transcript.ipc(&["call", "text:echo", r#""quoted""#, "--raw"]);
    transcript.ipc(&["call", "bytes:reverse", "bytes=@bytes.bin"]);
    transcript.ipc(&["call", "bytes:reverse", "bytes=@bytes.bin", "--raw"]);
    transcript.ipc(&["call", "bytes:named", "name=$0"]);
    transcript.ipc(&["call", "big:numbers"]);
    transcript.ipc(&["call", "big:numbers", "--color", "always"]);
    transcript.compare("call");
}

#[test]
fn what_cannot_be_called_so_is_told_with_what_mends_it() {
    let backend = Backend::start();
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["call", "data:fecth", "id=7"]);
    transcript.ipc(&["call", "nothing:like-it"]);
    transcript.ipc(&["call", "data:fetch"]);
    transcript.ipc(&["call", "data:fetch", "idd=7"]);
    transcript.ipc(&["call", "data:fetch", "id=seven"]);
    transcript.ipc(&["call", "data:fetch", "id=1.5"]);
    transcript.ipc(&["call", "data:fetch", "id=7", "id=8"]);
    transcript.ipc(&["call", "data:fetch", "id:={"]);
    transcript.ipc(&["call", "data:fetch", "{}", "id=7"]);
    transcript.ipc(&["call", "data:search", "text=a", "filter={}", "tags=a", "order=newset"]);
    transcript.ipc(&["call", "data:search", "text=a", "filter.nam=b", "tags=a"]);
    transcript.ipc(&["call", "data:fetch", "id=0"]);
    transcript.ipc(&["call", "data:fetch", "id=0", "--json"]);
    transcript.ipc(&["call", "user:login", "user=a", "password=short"]);
    transcript.ipc(&["call", "data:fetch", "id=101"]);
    transcript.ipc(&["call", "data:fetch", "id=101", "--color", "always"]);
    transcript.ipc(&["call", "data:fetch", "id=101", "--json"]);
    transcript.ipc(&["call", "vault:open"]);
    transcript.ipc(&["call", "count:to", "to=3"]);
    transcript.ipc(&["stream", "data:fetch", "id=7"]);
    transcript.ipc(&["call", "status:changed", "online=true"]);
    transcript.ipc(&["subscribe", "data:fetch"]);
    transcript.ipc(&["subscribe", "status:chnaged"]);
    transcript.ipc(&["subscribe", "nothing:*"]);
    transcript.ipc(&["subscribe", "status:changed", "--key", "7"]);
    transcript.ipc(&["publish", "time:passed"]);
    transcript.ipc(&["publish", "status:changed", "online=maybe"]);
    transcript.ipc(&["bench", "count:to"]);
    transcript.ipc(&["call", "sum:all"]);
    transcript.ipc(&["call", "data:fetch", "id=7", "--upload", "-"]);
    transcript.ipc(&["call", "data:fetch", "id=7", "--timeout", "0s"]);
    transcript.ipc(&["call", "data:fetch", "id=7", "--endpoint", "not a name"]);
    transcript.compare("mistakes");

    // What a system says of a file that is not there is its own.
    let missing = backend.ipc(&["call", "data:fetch", "@nothing.json"]).run();
    assert!(missing.code == Some(2) && missing.err.starts_with("error: nothing.json: "), "{missing:?}");
}

#[test]
fn streams_go_in_either_direction() {
    let backend = Backend::start();
    backend.folder.file("large.bin", &vec![7; 200_000]);
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["stream", "count:to", "to=3"]);
    transcript.ipc(&["stream", "count:to", "to=3", "--color", "always"]);
    transcript.ipc(&["stream", "count:to", "to=9"]);
    transcript.ipc(&["stream", "count:ever", "--limit", "2"]);
    transcript.ipc(&["stream", "count:once", "--timeout", "100ms"]);
    transcript.ipc_with(&["call", "sum:all", "--upload", "-"], b"40\n\n2\n");
    transcript.ipc_with(&["call", "sum:all", "--upload", "-"], b"40\ntwo\n");
    transcript.ipc_with(&["call", "sum:all", "--upload", "-"], b"40\n\"two\"\n");
    transcript.ipc(&["call", "bytes:count", "--upload", "large.bin"]);
    transcript.compare("streams");
}

#[test]
fn events_are_published_and_heard() {
    let backend = Backend::start();
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["publish", "status:changed", "online=true"]);
    transcript.ipc(&["publish", "job:progress", "job=7", "percent=10", "--color", "always"]);
    transcript.ipc(&["publish", "job:progress", r#"{"job": 8, "percent": 20}"#]);
    transcript.ipc(&["subscribe", "status:*", "--limit", "1"]);
    transcript.ipc(&["subscribe", "job:progress", "--key", "8", "--limit", "1", "--color", "always"]);
    transcript.ipc(&["subscribe", "*", "--limit", "3"]);
    transcript.compare("events");
}

#[test]
fn who_is_granted_little_sees_little() {
    let backend = Backend::granting(Grants::none().allow("data:*"));
    let token = backend.server().issue_token(Grants::none().allow("vault:use").allow("ipc:introspect")).unwrap();
    backend.folder.file("token", token.expose().as_bytes());
    backend.folder.file("no-token", b"0123");
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["list"]);
    transcript.ipc(&["call", "data:fetch", "id=7"]);
    transcript.ipc(&["call", "vault:open"]);
    transcript.ipc(&["call", "vault:open", "--token-file", "token"]);
    transcript.ipc(&["list", "--token-file", "token"]);
    transcript.add(&backend.ipc(&["call", "vault:open"]).env("IPC_TOKEN", token.expose()).run());
    transcript.ipc(&["call", "vault:open", "--token-file", "no-token"]);
    backend.server().revoke(&token.id());
    transcript.ipc(&["call", "vault:open", "--token-file", "token"]);
    transcript.ipc(&["tap"]);
    transcript.compare("grants");
}

#[test]
fn a_server_that_tells_nothing_is_called_all_the_same() {
    let backend = Backend::start_with(router().introspection(false), |server| server);
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["list"]);
    transcript.ipc(&["call", "data:fetch", "id=7"]);
    transcript.ipc(&["call", "data:fetch", "id=seven"]);
    transcript.ipc(&["call", "data:fecth", "id=7"]);
    transcript.ipc(&["call", "count:to", "to=7"]);
    transcript.ipc(&["stream", "count:to", "to=2"]);
    transcript.ipc_with(&["call", "sum:all", "--upload", "-"], b"1\n2\n");
    transcript.compare("untold");
}

#[test]
fn what_passes_is_seen_by_who_may_see_it() {
    let backend = Backend::granting(Grants::same_user().allow(TAP));
    let mut watching = backend.ipc(&["tap", "--payloads", "--limit", "4"]).start();
    let mut people = backend.ipc(&["tap", "user:*", "--payloads", "--limit", "2", "--color", "always"]).start();
    backend.runtime.block_on(async {
        while backend.server().connections() < 2 {
            tokio::task::yield_now().await;
        }
    });
    // Both are connected, and watch as soon as they have said so: what is asked until then is seen or not.
    let mut seen = Vec::new();
    let mut told = Vec::new();
    while told.len() < 2 {
        let called = backend.ipc(&["call", "user:login", "user=ann", "password=swordfish"]).run();
        assert_eq!(called.text(), "true\n");
        if seen.is_empty() {
            seen.extend((0..2).map(|_| serde_json::from_str::<serde_json::Value>(&watching.line()).unwrap()));
        }
        told.extend((0..2).map(|_| people.line()));
    }
    assert_eq!(seen[0]["message"], serde_json::Value::Null, "the messages stand on their lines as they are");
    assert_eq!((&seen[0]["kind"], &seen[0]["channel"]), (&"request".into(), &"user:login".into()));
    assert_eq!(seen[0]["payload"], r#"{"password":"***","user":"ann"}"#);
    assert_eq!((&seen[1]["kind"], &seen[1]["outcome"]), (&"response".into(), &"ok".into()));
    assert_eq!(seen[0]["call"], seen[1]["call"]);
    let told = anstream::adapter::strip_str(&told.join("\n")).to_string();
    assert!(told.contains("→ user:login request 37 B") && told.contains("← user:login response"), "{told}");
    assert!(!told.contains("swordfish"), "{told}");
}

#[test]
fn calls_are_measured() {
    let backend = Backend::start();
    let measured = ["--seconds", "200ms", "--connections", "2", "--in-flight", "4"];
    let told = backend.ipc(&[&["bench", "data:fetch", "id=7"], &measured[..]].concat()).run().json();
    assert_eq!(
        (&told["connections"], &told["in_flight"], &told["errors"]),
        (&2.into(), &4.into(), &serde_json::json!({}))
    );
    let micros = |name: &str| told["micros"][name].as_u64().unwrap();
    assert!(told["answers"].as_u64().unwrap() > 0 && told["rate"].as_f64().unwrap() > 0.0, "{told}");
    assert!(
        micros("p50") <= micros("p90") && micros("p90") <= micros("p99") && micros("p99") <= micros("max"),
        "{told}"
    );

    let failing = backend.ipc(&["bench", "data:fetch", "id=101", "--seconds", "50ms", "--color", "always"]).run();
    assert_eq!(failing.code, Some(1));
    assert!(failing.text().contains("NOT_FOUND"), "{failing:?}");
}

#[test]
fn each_shell_is_given_its_completions() {
    let backend = Backend::start();
    for (shell, has) in
        [("bash", "complete -F _ipc"), ("zsh", "#compdef ipc"), ("fish", "complete -c ipc"), ("powershell", "ipc")]
    {
        let script = backend.ipc(&["completions", shell]).run();
        assert_eq!(script.code, Some(0));
        let text = script.text();
        assert!(text.contains(has) && text.contains("subscribe") && text.contains("token-file"), "{shell}");
    }
    let version = backend.ipc(&["--version"]).run().text();
    assert_eq!(version, concat!("ipc ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_contract_is_exported_from_a_server_or_from_a_file() {
    use ipc_bridge::export::{self, AsyncApiInfo, TypeScript};

    let backend = Backend::start_with(router(), |server| server.grants(Grants::all()));
    let description = router().description().unwrap();
    let printed = |arguments: &[&str]| backend.ipc(&[&["export"], arguments].concat()).run().text();
    assert_eq!(printed(&["ts"]), TypeScript::new().write(&description).unwrap());
    let bigint = TypeScript::new().bigint(true).runtime("./runtime").write(&description).unwrap();
    assert_eq!(printed(&["ts", "--bigint", "--runtime", "./runtime"]), bigint);
    assert_eq!(printed(&["schema"]), format!("{:#}\n", export::json_schema(&description)));
    let info = AsyncApiInfo::new("Demo", "1.2.3");
    let asyncapi = format!("{:#}\n", export::asyncapi(&description, &info));
    assert_eq!(printed(&["asyncapi", "--title", "Demo", "--api-version", "1.2.3"]), asyncapi);
    assert_eq!(printed(&["html", "--title", "Demo"]), export::html(&description, "Demo"));

    // From a file there is no server needed, and none is asked.
    backend.folder.file("contract.json", &backend.ipc(&["describe"]).run().out);
    let from_file = ["export", "schema", "--from", "contract.json", "--endpoint", "nobody"];
    assert_eq!(backend.ipc(&from_file).run().text(), printed(&["schema"]));

    let write = ["ts", "--output", "ipc.ts"];
    assert_eq!(printed(&write), "");
    assert_eq!(std::fs::read_to_string(backend.folder.path().join("ipc.ts")).unwrap(), printed(&["ts"]));
    assert_eq!(backend.ipc(&[&["export", "--check"], &write[..]].concat()).run().code, Some(0));
    backend.folder.file("ipc.ts", b"// an older one");
    let stale = backend.ipc(&[&["export", "--check"], &write[..]].concat()).run();
    assert_eq!((stale.code, stale.err.lines().next()), (Some(1), Some("error: ipc.ts is not what the contract says")));

    assert_eq!(printed(&["schema", "--each", "--output", "schemas"]), "");
    for (name, schema) in export::json_schemas(&description) {
        let file = std::fs::read_to_string(backend.folder.path().join("schemas").join(name)).unwrap();
        assert_eq!(file, format!("{schema:#}\n"));
    }

    let partial = Backend::start();
    let told = partial.ipc(&["export", "schema"]).run();
    assert!(!told.text().contains("vault:open"));
    assert!(told.err.contains("what you may not use of this server is not in it"), "{told:?}");
}

#[test]
fn what_changed_is_told_and_a_breaking_change_is_an_error() {
    let backend = Backend::start_with(router(), |server| server.grants(Grants::all()));
    let now = backend.ipc(&["describe"]).run().text();
    backend.folder.file("now.json", now.as_bytes());
    let mut before: serde_json::Value = serde_json::from_str(&now).unwrap();
    before["channels"].as_object_mut().unwrap().remove("text:echo");
    backend.folder.file("before.json", before.to_string().as_bytes());
    backend.folder.file("odd.json", b"{}");
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["diff", "now.json"]);
    transcript.ipc(&["diff", "now.json", "now.json", "--color", "always"]);
    transcript.ipc(&["diff", "before.json", "now.json"]);
    transcript.ipc(&["diff", "now.json", "before.json", "--color", "always"]);
    transcript.ipc(&["diff", "now.json", "before.json"]);
    transcript.ipc_with(&["diff", "-", "now.json"], before.to_string().as_bytes());
    transcript.ipc(&["diff", "odd.json", "now.json"]);
    transcript.compare("diff");
}
