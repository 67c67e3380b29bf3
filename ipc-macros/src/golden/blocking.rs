#[deprecated(note = "use `hash`")]
#[cfg(unix)]
#[handler("file:read", blocking, timeout = "2s", crate = renamed)]
pub(crate) fn read(path: String, #[context] user: User) -> Result<String, ReadError> {
    user.read(path)
}
