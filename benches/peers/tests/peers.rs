//! Every peer, in the two processes of a real measurement. `cargo test --release` shares what the benchmark has built.

use std::path::Path;

use ipc_benches::Workload;
use ipc_benches::runner::{self, Plan};
use ipc_benches::side;

#[test]
fn every_peer_answers_and_every_figure_is_found() {
    let sides = side::of_program(Path::new(env!("CARGO_BIN_EXE_ipc-peers"))).expect("it names its sides");
    assert_eq!(sides.len(), 6);
    for side in sides {
        assert!(side.version.is_some(), "{}", side.name);
        let has = |workload: &Workload| side.lacks(*workload).is_none();
        let workloads: Vec<Workload> = Workload::ALL.into_iter().filter(has).collect();
        let plan = Plan { sides: vec![side], workloads, rounds: 1, seconds: 0.3 };
        let table = runner::run(&plan).unwrap_or_else(|error| panic!("{error:#}"));
        if cfg!(target_os = "linux") {
            assert!(!table.contains(" – "), "{table}");
        }
    }
}
