//! The first frame of a peer.

use ipc_core::Failure;

use crate::handshake::goodbye_frame;
use crate::hello::{FirstFrame, HelloError, MAX_HELLO_BYTES, decode};

/// A hello is one by itself alone, it is written back as one that says the same, and why something is none can be told
/// to its sender.
pub fn hello(data: &[u8]) {
    match decode(data) {
        Ok(FirstFrame::Hello(hello, taken)) => {
            assert!(taken <= data.len());
            let alone = decode(&data[..taken]);
            assert_eq!(alone, Ok(FirstFrame::Hello(hello.clone(), taken)));
            assert_eq!(decode(&data[..taken - 1]), Ok(FirstFrame::Partly));
            let again = hello.encode();
            // What was written with escapes may be longer without another spelling.
            if again.len() <= MAX_HELLO_BYTES {
                assert_eq!(decode(&again), Ok(FirstFrame::Hello(hello, again.len())));
            }
        }
        Ok(FirstFrame::Goodbye(failure)) => assert!(!format!("{failure:?}").is_empty()),
        Ok(FirstFrame::Partly) => assert!(data.len() < 12 + MAX_HELLO_BYTES),
        Err(HelloError::NotThisProtocol(shown)) => {
            assert!(shown.len() <= 2 + 4 * 24 && shown.is_ascii() && !shown.contains('\n'), "{shown}");
        }
        Err(error) => is_told(&error.failure()),
    }
}

/// A goodbye with this failure is one that its receiver reads.
fn is_told(failure: &Failure) {
    let goodbye = goodbye_frame(failure);
    assert!(matches!(decode(&goodbye), Ok(FirstFrame::Goodbye(_))), "{}", goodbye.escape_ascii());
}
