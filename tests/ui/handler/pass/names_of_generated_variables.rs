//! Parameters may be called what generated code calls its own variables, and what the function is called.
#![deny(warnings)]

use ipc_bridge::prelude::*;

#[handler("data:names")]
async fn names(
    needs: State<u64>,
    cx: Context,
    issues: u64,
    #[garde(range(min = 1), custom(|value: &u64, _| if *value > 0 { Ok(()) } else { Err(garde::Error::new("none")) }))]
    value: u64,
    report: u64,
    #[garde(inner(range(min = 1)))] path: Option<u64>,
    names: u64,
    argument_0: u64,
    #[garde(inner(ascii))] key: Vec<String>,
    error: u64,
    generator: u64,
) -> u64 {
    *needs + issues + value + cx.channel().len() as u64 + report + path.unwrap_or(0) + names + argument_0 + error
        + generator + key.len() as u64
}

#[handler("data:streams")]
async fn stream(
    slot: State<u64>,
    item: u64,
    issues: u64,
    begin: u64,
    receiver: Incoming<u64>,
) -> Result<impl Stream<Item = Result<u64, IncomingError>>, IncomingError> {
    if *slot + item + issues + begin > 0 { Ok(receiver) } else { Err(IncomingError::BrokenOff(String::new())) }
}

#[service(prefix = "names")]
trait Names {
    #[handler]
    fn streams(
        &self,
        receiver: u64,
        slot: u64,
        stream: Incoming<u64>,
        error: u64,
    ) -> Result<impl Stream<Item = Result<u64, IncomingError>>, IncomingError> {
        if receiver + slot + error > 0 { Ok(stream) } else { Err(IncomingError::BrokenOff(String::new())) }
    }
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("names:event", key = "generator")]
struct Issues {
    generator: u64,
    issues: u64,
}

#[handler("data:constants")]
fn constants(first: u64, second: u64) -> u64 {
    first + second
}

#[derive(Debug, thiserror::Error, IpcError)]
enum NamesError {
    #[error("{failure} {details} {generator} {descriptions} {field_0}")]
    Names { failure: u8, details: u8, generator: u8, descriptions: u8, field_0: u8 },
    #[error("{0}")]
    NamesDetailsRead(u8),
}

fn main() {
    let _ = Router::new().handle::<names>().handle::<constants>().handle::<stream>().event::<Issues>();
    let _ = NamesError::NamesDetailsRead(1);
}
