//! Values that stay out of logs and error messages.

mod garde;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroize;

/// What stands where a value is shown.
pub(crate) const HIDDEN: &str = "***";

/// What is said of a value that is not valid, where nothing more may be said.
pub(crate) const INVALID: &str = "the value is not valid";

/// The keyword of a schema that tells that its values are to be kept out of logs.
pub(crate) const KEYWORD: &str = "x-ipc-sensitive";

/// A value that stays out of logs and error messages: a password, a token, an answer to a question that one should not ask.
///
/// It travels, and is validated, as the `T` that it holds. `Debug` and `Display` show `***`. A payload in which it is
/// wrong is refused with the path of the value and never with the value, whatever is wrong with it. Its memory is
/// overwritten when it is dropped. The JSON Schema says `"x-ipc-sensitive": true`, so that other programs can do the same.
///
/// ```
/// use ipc_core::Sensitive;
///
/// let password = Sensitive::from("hunter2".to_owned());
/// assert_eq!(format!("{password} {password:?}"), "*** ***");
/// assert_eq!(password.expose(), "hunter2");
/// assert_eq!(serde_json::to_string(&password)?, r#""hunter2""#);
///
/// let wrong = serde_json::from_str::<Sensitive<u32>>(r#""hunter2""#).unwrap_err();
/// assert_eq!(wrong.to_string(), "the value is not valid");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// What this does not do: it does not encrypt, and the JSON text in which a value arrived or leaves, the buffers of the
/// operating system, and copies that were made with [`expose`](Self::expose) are not overwritten. A collection that grew
/// before it was put in here has left its former memory as it was. Comparing takes longer the more of two values agrees.
///
/// A type of one's own implements [`Zeroize`] by its derive macro, from the package `zeroize`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
// There is nothing in it only while it is dropped, as a value cannot be moved out of what has a destructor.
pub struct Sensitive<T: Zeroize>(Option<T>);

impl<T: Zeroize> Sensitive<T> {
    /// Keeps `value` to itself.
    pub const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The value, to be used and not shown.
    ///
    /// # Panics
    ///
    /// Never.
    pub const fn expose(&self) -> &T {
        self.0.as_ref().expect(HELD)
    }

    /// The value, to be changed.
    ///
    /// # Panics
    ///
    /// Never.
    pub const fn expose_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(HELD)
    }

    /// Takes the value out: nobody overwrites its memory then but its new owner.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn into_inner(mut self) -> T {
        self.0.take().expect(HELD)
    }
}

const HELD: &str = "a value is taken out only of what is gone then";

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        if let Some(value) = &mut self.0 {
            value.zeroize();
        }
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize + Default> Default for Sensitive<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Zeroize> Zeroize for Sensitive<T> {
    fn zeroize(&mut self) {
        self.expose_mut().zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl<T: Zeroize> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl<T: Zeroize + Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.expose().serialize(serializer)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new).map_err(|error| {
            // A field that is not there has no value that could be told.
            if is_missing_field(&error.to_string()) { error } else { de::Error::custom(INVALID) }
        })
    }
}

/// Whether serde says nothing but that a field is missing.
pub(crate) fn is_missing_field(message: &str) -> bool {
    let name = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    name.is_some_and(|name| !name.contains('`'))
}

impl<T: Zeroize + JsonSchema> JsonSchema for Sensitive<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Sensitive{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Sensitive<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert(KEYWORD.to_owned(), true.into());
        schema
    }
}

/// What serde says of a JSON text, without the values of the text that it quotes: whoever sent them knows them, and
/// whoever reads the message may be somebody else.
pub(crate) fn without_values(message: &str) -> Cow<'_, str> {
    for start in ["invalid type: ", "invalid value: "] {
        if let Some(found) = message.strip_prefix(start) {
            return match quoted(found) {
                Some((kind, rest)) => format!("{start}{kind}{rest}").into(),
                None => message.into(),
            };
        }
    }
    if message.starts_with("unknown variant `") {
        // The names that are expected stand last, and none of them holds these words.
        let rest = ["`, expected ", "`, there are no variants"].iter().find_map(|end| message.rfind(end));
        let rest = rest.and_then(|at| message.get(at + 1..)).unwrap_or_default();
        return format!("unknown variant{rest}").into();
    }
    message.into()
}

/// What serde calls a value, and what stands behind the value: `string "x", expected u8` is `string` and `, expected u8`.
fn quoted(found: &str) -> Option<(&str, &str)> {
    let kinds = ["boolean `", "integer `", "floating point `", "character `", "string \""];
    let start = kinds.iter().find(|start| found.starts_with(**start))?;
    let (kind, quote) = (start.get(..start.len() - 2)?, *start.as_bytes().last()?);
    let value = found.get(start.len()..)?;
    let end = if quote == b'"' { end_of_text(value)? } else { value.find("`, ").or_else(|| value.rfind('`'))? };
    Some((kind, value.get(end + 1..)?))
}

/// Where the quote stands that ends a text in which quotes are escaped.
fn end_of_text(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use schemars::schema_for;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "it is only read")]
    struct Login {
        user: String,
        password: Sensitive<String>,
        pin: Option<Sensitive<u32>>,
    }

    #[derive(Debug, Deserialize)]
    enum Plan {
        Free,
        Paid,
    }

    fn said<T: de::DeserializeOwned + fmt::Debug>(json: &str) -> String {
        let error = serde_json::from_str::<T>(json).expect_err(json).to_string();
        without_values(&error).into_owned()
    }

    #[test]
    fn no_value_is_told_wherever_a_payload_goes_wrong() {
        for (json, message) in [
            (r#"{"user":"a","password":["hunter2"]}"#, "the value is not valid at line 1 column 23"),
            (r#"{"user":"a","password":"b","pin":"hunter2"}"#, "the value is not valid at line 1 column 43"),
            (r#"{"user":"a"}"#, "missing field `password` at line 1 column 12"),
            (r#""hunter2""#, "invalid type: string, expected struct Login at line 1 column 9"),
            (r#""hunter2\", expected \\""#, "invalid type: string, expected struct Login at line 1 column 24"),
            ("4321", "invalid type: integer, expected struct Login at line 1 column 4"),
            ("1.5", "invalid type: floating point, expected struct Login at line 1 column 3"),
            ("true", "invalid type: boolean, expected struct Login at line 1 column 4"),
            ("null", "invalid type: null, expected struct Login at line 1 column 4"),
        ] {
            assert_eq!(said::<Login>(json), message, "{json}");
        }
        assert_eq!(
            said::<Plan>(r#""hunter2`, expected x""#),
            "unknown variant, expected `Free` or `Paid` at line 1 column 22"
        );
        assert!(matches!(serde_json::from_str(r#""Free""#), Ok(Plan::Free)));
        assert!(matches!(serde_json::from_str(r#""Paid""#), Ok(Plan::Paid)));
        assert_eq!(said::<u8>("256"), "invalid value: integer, expected u8 at line 1 column 3");
        assert_eq!(
            without_values("invalid value: character ```, expected a letter"),
            "invalid value: character, expected a letter"
        );
    }

    #[test]
    fn a_sensitive_value_is_shown_nowhere() {
        let login: Login =
            serde_json::from_value(json!({"user": "ann", "password": "hunter2", "pin": 4321})).expect("a login");
        assert_eq!(format!("{login:?}"), r#"Login { user: "ann", password: ***, pin: Some(***) }"#);
    }

    #[test]
    fn the_schema_says_that_a_value_is_sensitive() {
        let schema = schema_for!(Login);
        let property = |name: &str| schema.pointer(&format!("/properties/{name}")).cloned();
        assert_eq!(property("password"), Some(json!({"type": "string", "x-ipc-sensitive": true})));
        assert_eq!(property("user"), Some(json!({"type": "string"})));
    }

    #[test]
    fn the_memory_of_a_value_is_overwritten_unless_it_is_taken_out() {
        static OVERWRITTEN: AtomicU32 = AtomicU32::new(0);
        struct Counted;
        impl Zeroize for Counted {
            fn zeroize(&mut self) {
                OVERWRITTEN.fetch_add(1, Ordering::SeqCst);
            }
        }
        drop(Sensitive::new(Counted));
        assert_eq!(OVERWRITTEN.load(Ordering::SeqCst), 1);
        let Counted = Sensitive::new(Counted).into_inner();
        assert_eq!(OVERWRITTEN.load(Ordering::SeqCst), 1);
        let mut password = Sensitive::from("hunter2".to_owned());
        password.expose_mut().push('!');
        assert_eq!(password.expose(), "hunter2!");
        password.zeroize();
        assert_eq!(password.expose(), "");
    }
}
