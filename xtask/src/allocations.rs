//! `cargo xtask allocations`: where a call allocates, at each end, of what the test of that name counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{cargo, run};
use crate::tools::target;

/// The calls of which the test takes a profile.
const CALLS: f64 = 25_600.0;

/// The profiles that it writes, and whose they are.
const PROFILES: [(&str, &str); 4] = [
    ("server, 1 in flight", "server-1-in-flight"),
    ("client, 1 in flight", "client-1-in-flight"),
    ("server, 64 in flight", "server-64-in-flight"),
    ("client, 64 in flight", "client-64-in-flight"),
];

/// What happens less often is no part of a call.
const LEAST: f64 = 0.01;

/// As many functions tell where an allocation is: the innermost of ours, and those that called it.
const FUNCTIONS: usize = 3;

pub(crate) fn allocations(root: &Path) -> Result<()> {
    let folder = target(root)?.join("allocations");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let test = ["test", "--quiet", "--package", "ipc-bridge", "--test", "allocations"];
    run(cargo().current_dir(root).args(test).env("IPC_BRIDGE_ALLOCATIONS", &folder))?;
    println!("| end                  | of a call |   bytes | where                                                 |");
    println!("| -------------------- | --------: | ------: | ----------------------------------------------------- |");
    for (end, name) in PROFILES {
        let file = folder.join(name).with_extension("json");
        let profile = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        for (place, found) in places(&profile).with_context(|| format!("{} is no profile", file.display()))? {
            let (blocks, bytes) = (found.blocks as f64 / CALLS, found.bytes as f64 / CALLS);
            if blocks >= LEAST {
                println!("| {end:<20} | {blocks:>9.2} | {bytes:>7.0} | {place} |");
            }
        }
    }
    println!("the whole profiles: {}", folder.display());
    Ok(())
}

/// What was allocated at one place.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    blocks: u64,
    bytes: u64,
}

/// The places of a profile of dhat's, and what was allocated there.
fn places(profile: &str) -> Result<BTreeMap<String, Found>> {
    let profile: Value = serde_json::from_str(profile)?;
    let list = |of: &Value, key: &str| of.get(key).and_then(Value::as_array).cloned().context("it lacks its lists");
    let frames = list(&profile, "ftbl")?;
    let mut places: BTreeMap<String, Found> = BTreeMap::new();
    for point in list(&profile, "pps")? {
        let number = |key: &str| point.get(key).and_then(Value::as_u64).context("it lacks its counts");
        let stack: Vec<&str> = list(&point, "fs")?
            .iter()
            .filter_map(|index| frames.get(usize::try_from(index.as_u64()?).ok()?)?.as_str())
            .collect();
        let found = places.entry(place(&stack)).or_default();
        found.blocks += number("tbk")?;
        found.bytes += number("tb")?;
    }
    Ok(places)
}

/// Tells where a stack is, its innermost function first: each is `address: function (file:line:column)`.
fn place(stack: &[&str]) -> String {
    let functions = stack.iter().map(|frame| frame.split_once(": ").map_or(*frame, |(_, function)| function));
    let is_ours = |function: &&str| function.contains("ipc_core::") || function.contains("ipc_transport::");
    let payload = functions.clone().take_while(|function| !is_ours(function));
    if payload.clone().any(|function| function.contains("Deserialize for allocations::Item")) {
        return "the payload".to_owned();
    }
    let ours: Vec<&str> = functions.clone().filter(is_ours).take(FUNCTIONS).collect();
    if ours.is_empty() {
        // Of the test itself or of the runtime: the one that is not the allocator's.
        let other = functions
            .clone()
            .find(|function| !["alloc::", "<alloc::", "__rust"].iter().any(|of| function.contains(of)));
        return other.unwrap_or("unknown").to_owned();
    }
    ours.join(", in ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = r#"{"pps": [
        {"tb": 1600, "tbk": 10, "fs": [1, 2, 3]},
        {"tb": 40, "tbk": 10, "fs": [1, 4, 3]},
        {"tb": 20, "tbk": 5, "fs": [1, 4, 2]},
        {"tb": 8, "tbk": 1, "fs": [1, 5]}
    ], "ftbl": [
        "[root]",
        "0x1: alloc::alloc::alloc (src/alloc.rs:95:9)",
        "0x2: ipc_transport::payload::Payload::into_owned (src/payload.rs:78:43)",
        "0x3: ipc_transport::calls::Calls::answer (src/calls.rs:163:76)",
        "0x4: allocations::_::<impl serde_core::de::Deserialize for allocations::Item>::deserialize (a.rs:47:46)",
        "0x5: tokio::task::spawn (src/task.rs:1:1)"
    ]}"#;

    #[test]
    fn allocations_are_told_by_their_place_and_those_of_the_payload_apart() {
        let places = places(PROFILE).expect("it is a profile");
        let expected = [
            (
                "ipc_transport::payload::Payload::into_owned (src/payload.rs:78:43), in \
                 ipc_transport::calls::Calls::answer (src/calls.rs:163:76)",
                Found { blocks: 10, bytes: 1600 },
            ),
            ("the payload", Found { blocks: 15, bytes: 60 }),
            ("tokio::task::spawn (src/task.rs:1:1)", Found { blocks: 1, bytes: 8 }),
        ];
        assert_eq!(places, expected.map(|(place, found)| (place.to_owned(), found)).into());
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        assert!(places("{}").is_err());
        assert!(places(r#"{"ftbl": [], "pps": [{"fs": []}]}"#).is_err());
    }
}
