//! The response shape: `{"success":true,"data":…}` or `{"success":false,"error":{…}}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::failure::Failure;
use crate::json::{read_json, write_json};

/// Writes the response that carries `data`, after what `out` holds already.
///
/// # Errors
///
/// What serde says of data that is no JSON. `out` holds what it held before, then.
pub fn write_success<T: Serialize + ?Sized>(out: &mut Vec<u8>, data: &T) -> Result<(), serde_json::Error> {
    let start = out.len();
    out.extend_from_slice(br#"{"success":true,"data":"#);
    match write_json(out, data) {
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
    write_json(out, failure).expect("a failure is two strings and a JSON value, and a Vec takes all");
    out.push(b'}');
}

/// Reads a response whose data is a `T`.
///
/// # Errors
///
/// What serde says of a body that has not the response shape, or of data that is no `T`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Result<T, Failure>, serde_json::Error> {
    read_json::<Response<T>>(body).map(|response| response.0)
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::failure::code;

    fn refused(body: &str) -> String {
        read::<Value>(body.as_bytes()).expect_err(body).to_string()
    }

    #[test]
    fn data_is_written_and_read_in_the_response_shape() {
        let mut out = b"before".to_vec();
        write_success(&mut out, &json!({"id": 7})).expect("JSON");
        assert_eq!(out, br#"before{"success":true,"data":{"id":7}}"#);
        let body = out.strip_prefix(b"before").expect("what stood there before");
        assert_eq!(read::<Value>(body).expect("a response"), Ok(json!({"id": 7})));
    }

    #[test]
    fn a_failure_is_written_and_read_in_the_response_shape() {
        let failure = Failure::new("NOT_FOUND", "no item 7").with_details(json!({"id": 7}));
        let mut out = Vec::new();
        write_failure(&mut out, &failure);
        let expected = r#"{"success":false,"error":{"code":"NOT_FOUND","message":"no item 7","details":{"id":7}}}"#;
        assert_eq!(String::from_utf8_lossy(&out), expected);
        assert_eq!(read::<Value>(&out).expect("a response"), Err(failure));
    }

    #[test]
    fn a_failure_without_details_has_no_details() {
        let mut out = Vec::new();
        write_failure(&mut out, &Failure::new(code::TIMEOUT, "too late"));
        assert_eq!(out, br#"{"success":false,"error":{"code":"TIMEOUT","message":"too late"}}"#);
    }

    #[test]
    fn the_cause_of_an_internal_failure_is_not_written() {
        let mut out = Vec::new();
        write_failure(&mut out, &Failure::internal("the password is swordfish"));
        assert!(!String::from_utf8_lossy(&out).contains("swordfish"));
    }

    #[test]
    fn data_that_is_no_json_leaves_the_buffer_as_it_was() {
        let mut out = b"before".to_vec();
        let unwritable = std::collections::HashMap::from([([1_u8], 2)]);
        write_success(&mut out, &unwritable).expect_err("a key that is no text");
        assert_eq!(out, b"before");
    }

    #[test]
    fn a_body_of_another_shape_is_an_error_that_says_why() {
        for (body, reason) in [
            (r#"{"data":1,"success":true}"#, "a response begins with `success`"),
            (r#"{}"#, "a response begins with `success`"),
            (r#"{"success":true}"#, "missing field `data`"),
            (r#"{"success":false}"#, "missing field `error`"),
            (r#"{"success":true,"error":{"code":"A","message":"b"}}"#, "missing field `data`"),
            (r#"{"success":false,"data":1}"#, "missing field `error`"),
            (r#"{"success":true,"data":1,"data":2}"#, "a response has two keys"),
            (r#"{"success":true,"data":1,"more":2}"#, "unknown field `more`"),
            (r#"{"success":"yes","data":1}"#, "invalid type: string \"yes\""),
            (r#"{"success":true,"data":1} 2"#, "trailing characters"),
            ("[true,1]", "invalid type: sequence"),
            ("7", "invalid type: integer `7`"),
            ("", "EOF while parsing"),
            ("nonsense", "expected ident"),
        ] {
            let said = refused(body);
            assert!(said.contains(reason), "{body}: {said}");
        }
    }

    #[test]
    fn json_that_is_nested_too_deep_is_an_error() {
        let deep = format!(r#"{{"success":true,"data":{}"#, "[".repeat(100_000));
        assert!(refused(&deep).contains("recursion limit exceeded"));
        let failure = format!(r#"{{"success":false,"error":{}"#, "[".repeat(100_000));
        read::<Value>(failure.as_bytes()).expect_err("an error that is an array");
    }
}
