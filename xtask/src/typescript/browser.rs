//! The browser that the npm package is tested in: the one that is here, or Debian's, which is installed.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::run::run_within;

/// The variable that tells the package's tests where the browser is, and us.
pub(super) const VARIABLE: &str = "CHROME_PATH";

/// What a browser is called that the tests can drive; they look for the same ones.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The package of Debian.
const PACKAGE: &str = "chromium";

/// Far above what it takes to load and install a hundred megabytes.
const LIMIT: Duration = Duration::from_secs(240);

/// Where the browser is. Where there is none, and none is to be had, why, and the tests that need it say that they are
/// skipped.
pub(super) fn ensure() -> Result<PathBuf, String> {
    if let Some(path) = here() {
        return Ok(path);
    }
    let Some(installer) = find(&["apt-get"], env::var_os("PATH").as_deref()) else {
        return Err("there is no Chromium, and no apt-get to install it".to_owned());
    };
    if !is_root() {
        return Err(format!("there is no Chromium, and only root may install it: apt-get install {PACKAGE}"));
    }
    println!("installing {PACKAGE}, once");
    let apt = |arguments: &[&str]| {
        run_within(Command::new(&installer).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"), LIMIT)
    };
    let install = ["install", "--yes", "--quiet=2", "--no-install-recommends", PACKAGE];
    // The lists of what there is may be old, or not there at all.
    let installed = apt(&install).or_else(|_| apt(&["update", "--quiet=2"]).and_then(|()| apt(&install)));
    installed.map_err(|error| format!("there is no Chromium, and it could not be installed: {error:#}"))?;
    here().ok_or_else(|| format!("the package {PACKAGE} was installed, and has no program of the names {NAMES:?}"))
}

/// The browser that the environment names, or that is among the programs.
fn here() -> Option<PathBuf> {
    let given: Option<OsString> = env::var_os(VARIABLE).filter(|path| !path.is_empty());
    given.map(PathBuf::from).or_else(|| find(&NAMES, env::var_os("PATH").as_deref()))
}

/// The first of these names for which one of the folders has a file.
fn find(names: &[&str], folders: Option<&OsStr>) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = folders.map(|folders| env::split_paths(folders).collect()).unwrap_or_default();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

fn is_root() -> bool {
    // Where there is no `id`, there is no root either.
    let said = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    said.is_ok_and(|said| said.status.success() && said.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_name_counts_before_the_first_folder() {
        let root = env::temp_dir().join(format!("ipc-bridge-xtask-browser-{}", std::process::id()));
        let folders = ["first", "second"].map(|name| root.join(name));
        for folder in &folders {
            fs::create_dir_all(folder).expect("the folder is made");
        }
        let path = env::join_paths(&folders).expect("the names are plain");
        assert_eq!(find(&["chromium", "chrome"], Some(&path)), None);
        for (folder, name) in folders.iter().zip(["chrome", "chromium"]) {
            fs::write(folder.join(name), "").expect("the file is written");
        }
        assert_eq!(find(&["chromium", "chrome"], Some(&path)), Some(root.join("second").join("chromium")));
        assert_eq!(find(&["chrome"], Some(&path)), Some(root.join("first").join("chrome")));
        assert_eq!(find(&["chrome"], None), None);
        fs::remove_dir_all(&root).expect("the folder is removed");
    }
}
