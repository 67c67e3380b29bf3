//! What the machine can tell about a process, and how a process is bound to a core.
//!
//! Where the system offers no such thing the answer is `None`, and the figure is missing from the table.

use anyhow::Result;

/// The processor time that a process has used, in user and system mode, in seconds.
///
/// # Errors
/// When the process is gone, or the system reports in another form than expected.
#[cfg(target_os = "linux")]
pub fn processor_seconds(process: u32) -> Result<Option<f64>> {
    use anyhow::Context;

    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field, the program's name in brackets, may hold blanks; the fields are counted after it.
    let (_, fields) = stat.rsplit_once(") ").context("/proc/<pid>/stat has another form than expected")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks = || -> Result<u64> { Ok(fields.next().context("/proc/<pid>/stat is cut short")?.parse()?) };
    let used = ticks()? + ticks()?;
    Ok(Some(used as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// The processor time that a process has used: unknown on this system.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn processor_seconds(_process: u32) -> Result<Option<f64>> {
    Ok(None)
}

/// The memory of a process that is resident, in KiB.
///
/// # Errors
/// When the process is gone or another user's.
#[cfg(target_os = "linux")]
pub fn resident_kib(process: u32) -> Result<Option<f64>> {
    use anyhow::Context;

    // Counted page by page; the counters in /proc/<pid>/status may lag by a quarter of a MiB for every core.
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let resident = rollup.lines().find_map(|line| line.strip_prefix("Rss:")).context("smaps_rollup has no Rss")?;
    let kib = resident.trim().strip_suffix("kB").context("smaps_rollup counts in another unit than kB")?;
    Ok(Some(kib.trim().parse()?))
}

/// The memory of a process that is resident: unknown on this system.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn resident_kib(_process: u32) -> Result<Option<f64>> {
    Ok(None)
}

/// The last core that this process may run on; the first is where interrupts are usually served.
///
/// # Errors
/// When the system refuses to say.
#[cfg(target_os = "linux")]
pub fn core_to_share() -> Result<Option<usize>> {
    let allowed = rustix::thread::sched_getaffinity(None)?;
    Ok((0..rustix::thread::CpuSet::MAX_CPU).rev().find(|core| allowed.is_set(*core)))
}

/// The core to bind processes to: none, as this system does not bind them.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn core_to_share() -> Result<Option<usize>> {
    Ok(None)
}

/// The last two cores that this process may run on, where it may run on two.
///
/// # Errors
/// When the system refuses to say.
#[cfg(target_os = "linux")]
pub fn two_cores() -> Result<Option<[usize; 2]>> {
    let allowed = rustix::thread::sched_getaffinity(None)?;
    let mut cores = (0..rustix::thread::CpuSet::MAX_CPU).rev().filter(|core| allowed.is_set(*core));
    Ok(cores.next().zip(cores.next()).map(|(last, before)| [before, last]))
}

/// Two cores to bind processes to: none, as this system does not bind them.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn two_cores() -> Result<Option<[usize; 2]>> {
    Ok(None)
}

/// Binds the calling thread, and those that it will start, to one core.
///
/// # Errors
/// When there is no such core for us.
#[cfg(target_os = "linux")]
pub fn bind_to_core(core: usize) -> Result<()> {
    let mut only = rustix::thread::CpuSet::new();
    only.set(core);
    Ok(rustix::thread::sched_setaffinity(None, &only)?)
}

/// Binds to one core: not on this system.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn bind_to_core(_core: usize) -> Result<()> {
    anyhow::bail!("this system does not bind a process to a core")
}

/// Lets this process open as many files as it may: 1000 connections are more than a shell's usual limit leaves room for.
///
/// # Errors
/// When the system refuses what it says it allows.
#[cfg(unix)]
pub fn raise_open_files_limit() -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Enough for every workload; some systems refuse a limit of "any number".
    const ENOUGH: u64 = 8192;

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })?;
    }
    Ok(())
}

/// Lets this process open as many files as it may: this system sets no limit.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn raise_open_files_limit() -> Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_learns_what_it_uses_itself() {
        let process = std::process::id();
        assert!(processor_seconds(process).expect("we are alive").is_some());
        assert!(resident_kib(process).expect("we are alive").is_some_and(|kib| kib > 100.0));
        assert!(core_to_share().expect("we run somewhere").is_some());
    }
}
