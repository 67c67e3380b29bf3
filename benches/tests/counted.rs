//! What is counted, done by the program itself: as often as it is told, and no more.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use ipc_benches::child::{Role, Task};
use ipc_benches::counted::Work;

const WORK: [Work; 7] = [
    Work::Calls { in_flight: 1 },
    Work::Calls { in_flight: 64 },
    Work::Text { kib: 4 },
    Work::Events { subscribers: 1 },
    Work::Events { subscribers: 16 },
    Work::Items,
    Work::Json,
];

/// Does work alone, and gives what the process said of it when it failed.
fn done(side: &str, work: Work, times: u64) -> Result<(), String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let endpoint = format!("ipc-benches-counted-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let task = Task { side: side.to_owned(), endpoint, core: None, role: Role::Alone { work, times } };
    let task = serde_json::to_string(&task).expect("a task is always JSON");
    let output = Command::new(env!("CARGO_BIN_EXE_ipc-benches")).arg(task).stdin(Stdio::null()).output();
    let output = output.expect("the program starts");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn every_side_does_what_is_counted() {
    for work in WORK {
        done("framework", work, 128).unwrap_or_else(|error| panic!("{work:?} by the framework: {error}"));
        if cfg!(unix) && !work.is_of_streams() {
            done("floor", work, 128).unwrap_or_else(|error| panic!("{work:?} by the floor: {error}"));
        }
    }
}

#[test]
fn what_cannot_be_done_so_often_is_refused() {
    let error = done("framework", Work::Calls { in_flight: 64 }, 100).expect_err("100 is no multiple of 64");
    assert!(error.contains("100 calls are not the same number for 64 tasks"), "{error}");
}
