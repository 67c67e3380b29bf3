//! The first frames of a connection, until both sides know whom they talk to.

use std::io;
use std::time::Duration;

use ipc_core::Failure;
use ipc_core::envelope::Kind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroize as _;

use crate::frame;
use crate::granting::NotAdmitted;
use crate::half::{ReadHalf, WriteHalf};
use crate::hello::{self, FirstFrame, Hello, HelloError};
use crate::link::goodbye;

/// The bytes that are read at a time before it is known who is there. A hello has some hundreds.
const READ_BYTES: usize = 2048;

/// Why two sides do not come together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the peer closed the connection before it said hello")]
    Closed,
    #[error(transparent)]
    Hello(#[from] HelloError),
    #[error("the peer did not say hello within {0:?}, as long as it may take")]
    Timeout(Duration),
    #[error("the peer refused: {0}")]
    Refused(Failure),
    #[error("the peer was not admitted: {0}")]
    NotAdmitted(#[from] NotAdmitted),
}

/// Reads the peer's hello. What follows it stays in `input`.
pub(crate) async fn read_hello(reader: &mut ReadHalf, input: &mut Vec<u8>) -> Result<Hello, HandshakeError> {
    loop {
        match hello::decode(input)? {
            FirstFrame::Hello(hello, taken) => {
                // There may have been a secret in it.
                input.get_mut(..taken).unwrap_or_default().zeroize();
                input.drain(..taken);
                return Ok(*hello);
            }
            FirstFrame::Goodbye(failure) => return Err(HandshakeError::Refused(*failure)),
            FirstFrame::Partly => {}
        }
        input.reserve(READ_BYTES);
        if reader.read_buf(input).await? == 0 {
            return Err(HandshakeError::Closed);
        }
    }
}

/// Tells a peer in one line why it is let go: a peer of this protocol by a goodbye, whose layout no version changes,
/// any other by a line of text.
pub(crate) async fn refuse(writer: &mut WriteHalf, error: &HelloError) -> io::Result<()> {
    let said = match error {
        HelloError::NotThisProtocol(_) => format!("ipc-bridge: {error}\n").into_bytes(),
        _ => goodbye_frame(&error.failure()),
    };
    writer.write_all(&said).await?;
    writer.shutdown().await
}

/// A whole goodbye frame.
pub(crate) fn goodbye_frame(failure: &Failure) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::put(&mut bytes, Kind::Goodbye, 0, &goodbye(failure));
    bytes
}
