//! The folders that sockets stand in.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use super::{Address, own_uid};
use crate::bind::BindError;

/// Everybody may write in a folder of this mode, and remove what others wrote, but for one that is sticky.
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Makes sure that the folder of the names is there and this user's alone.
pub(super) fn make_own(folder: &Path) -> Result<(), BindError> {
    let refused = |reason: String| BindError::Folder { path: folder.to_owned(), reason };
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(refused(error.to_string())),
    }
    let found = fs::symlink_metadata(folder).map_err(|error| refused(error.to_string()))?;
    if !found.is_dir() {
        return Err(refused("it is no folder (a link is not followed)".to_owned()));
    }
    if found.uid() != own_uid() {
        return Err(refused(format!("it belongs to user {}, and this process runs as {}", found.uid(), own_uid())));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(refused(format!("its mode is {mode:03o}, which lets others in: it must be 700")));
    }
    Ok(())
}

/// Makes sure that not everybody can put something else in the place of the socket, in a folder that the application
/// chose.
pub(super) fn check_given(address: &Address) -> Result<(), BindError> {
    let found = fs::metadata(address.folder()).map_err(|error| address.failed(error))?;
    if found.mode() & OTHERS_WRITE != 0 && found.mode() & STICKY == 0 {
        let mode = found.mode() & 0o777;
        let reason = format!("its mode is {mode:03o}, with which everybody may replace what is in it");
        return Err(BindError::Folder { path: address.folder().to_owned(), reason });
    }
    Ok(())
}
