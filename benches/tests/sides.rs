//! The sides of this program, in the two processes of a real measurement.

use std::path::Path;

use ipc_benches::Workload;
use ipc_benches::runner::{self, Plan};
use ipc_benches::side;

#[test]
fn every_side_answers_and_every_figure_is_found() {
    let sides = side::of_program(Path::new(env!("CARGO_BIN_EXE_ipc-benches"))).expect("it names its sides");
    assert_eq!(sides.first().map(|side| side.name.as_str()), Some(if cfg!(unix) { "floor" } else { "framework" }));
    for side in sides {
        let workloads = [
            Workload::OneCall,
            Workload::OneConnection,
            Workload::ManyConnections,
            Workload::LargeBytes,
            Workload::Idle,
            Workload::MiddleBody { kib: 64 },
            Workload::TwoTenants,
            Workload::ThousandSubscribers,
            Workload::InFlight { calls: 4096 },
        ];
        let workloads: Vec<Workload> =
            workloads.into_iter().filter(|workload| side.lacks(*workload).is_none()).collect();
        let plan = Plan { sides: vec![side], workloads, rounds: 1, seconds: 0.05 };
        let table = runner::run(&plan).unwrap_or_else(|error| panic!("{error:#}"));
        if cfg!(target_os = "linux") {
            assert!(!table.contains(" – "), "{table}");
        }
    }
}
