//! The body of a response, and of a goodbye.

use ipc_core::{Failure, response};
use serde_json::Value;

/// A response that is read is written back as one that is read as the same.
pub fn response(data: &[u8]) {
    if let Ok(outcome) = response::read::<Value>(data) {
        let mut again = Vec::new();
        match &outcome {
            Ok(value) => response::write_success(&mut again, value).unwrap(),
            Err(failure) => response::write_failure(&mut again, failure),
        }
        assert_eq!(response::read::<Value>(&again).unwrap(), outcome);
    }
    // What is read as a type, of which there are fewer, is no other than what is read as any.
    if let Ok(Ok(number)) = response::read::<u64>(data) {
        assert_eq!(response::read::<Value>(data).unwrap().unwrap(), Value::from(number));
    }
    if let Ok(failure) = serde_json::from_slice::<Failure>(data) {
        let again = serde_json::to_vec(&failure).unwrap();
        assert_eq!(serde_json::from_slice::<Failure>(&again).unwrap(), failure);
    }
}
