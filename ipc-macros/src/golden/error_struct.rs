/// The disk is full.
#[derive(Debug, thiserror::Error, IpcError)]
#[error("the disk is {percent} % full")]
#[ipc(code = "NO_SPACE", crate = renamed)]
pub struct DiskFull {
    /// How full it is.
    pub percent: u8,
}
