//! `cargo xtask bench`: the benchmark, built for release and run.

use std::path::Path;

use anyhow::Result;

use crate::run::{cargo, run};

/// The options are the benchmark's own, which also names the ones it does not know.
pub(crate) fn bench(root: &Path, options: &[String]) -> Result<()> {
    let arguments = ["run", "--quiet", "--release", "--package", "ipc-benches", "--"];
    run(cargo().current_dir(root).args(arguments).args(options))
}
