//! The response shape: `{"success":true,"data":…}` or `{"success":false,"error":{…}}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::failure::Failure;

/// Writes the response that carries `data`, after what `out` holds already.
///
/// # Errors
///
/// What serde says of data that is no JSON. `out` holds what it held before, then.
pub fn write_success<T: Serialize + ?Sized>(out: &mut Vec<u8>, data: &T) -> Result<(), serde_json::Error> {
    let start = out.len();
    out.extend_from_slice(br#"{"success":true,"data":"#);
    match serde_json::to_writer(&mut *out, data) {
        Ok(()) => {
            out.push(b'}');
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Writes the response that carries `failure`, after what `out` holds already.
pub fn write_failure(out: &mut Vec<u8>, failure: &Failure) {
    out.extend_from_slice(br#"{"success":false,"error":"#);
    serde_json::to_writer(&mut *out, failure).expect("a failure is two strings and a JSON value, and a Vec takes all");
    out.push(b'}');
}

/// Reads a response whose data is a `T`.
///
/// # Errors
///
/// What serde says of a body that has not the response shape, or of data that is no `T`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Result<T, Failure>, serde_json::Error> {
    serde_json::from_slice::<Response<T>>(body).map(|response| response.0)
}

/// A response, in the key order that the protocol fixes, so that it is read in one pass without being kept as a tree.
struct Response<T>(Result<T, Failure>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Response<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Response", &["success", "data", "error"], Shape(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Success,
    Data,
    Error,
}

struct Shape<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Shape<T> {
    type Value = Response<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"{"success":true,"data":…} or {"success":false,"error":{…}}"#)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some(Key::Success) = map.next_key()? else {
            return Err(de::Error::custom("a response begins with `success`"));
        };
        let success: bool = map.next_value()?;
        let outcome = match (success, map.next_key()?) {
            (true, Some(Key::Data)) => Ok(map.next_value()?),
            (false, Some(Key::Error)) => Err(map.next_value()?),
            (true, _) => return Err(de::Error::missing_field("data")),
            (false, _) => return Err(de::Error::missing_field("error")),
        };
        match map.next_key::<Key>()? {
            None => Ok(Response(outcome)),
            Some(_) => Err(de::Error::custom("a response has two keys")),
        }
    }
}
