//! Whose a pipe is, and who this process is, as Windows tells it.

use std::ffi::OsStr;
use std::io;
use std::os::windows::io::AsHandle;

use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use widestring::U16CString;
use windows_permissions::Sid;
use windows_permissions::constants::{SeObjectType, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{ConvertSidToStringSid, GetSecurityInfo};

/// The security identifier of the user that this process runs as.
pub(super) fn own() -> io::Result<String> {
    text(&*current_process_sid()?)
}

/// The security identifier of the user who owns a pipe; `None` where nobody does.
pub(super) fn owner(pipe: &impl AsHandle) -> io::Result<Option<String>> {
    let found = GetSecurityInfo(&pipe.as_handle(), SeObjectType::SE_KERNEL_OBJECT, SecurityInformation::Owner)?;
    found.owner().map(text).transpose()
}

/// The user `sid` owns the pipe and may do everything, and nobody else anything: a protected list with one entry.
///
/// The owner is named, because that of what an administrator's process makes would be all administrators.
pub(super) fn owner_only(sid: &str) -> io::Result<SecurityDescriptor> {
    let text = U16CString::from_str(format!("O:{sid}D:P(A;;GA;;;{sid})"));
    SecurityDescriptor::deserialize(&text.map_err(io::Error::other)?)
}

fn text(sid: &Sid) -> io::Result<String> {
    let text = ConvertSidToStringSid(sid)?;
    let text: &OsStr = &text;
    text.to_str().map(str::to_owned).ok_or_else(|| io::Error::other("a security identifier is no text"))
}
