//! From arguments to a request, by what its schema says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipc_bridge::Description;
use serde_json::{Map, Value};

use crate::arguments::{Argument, Given};
use crate::failure::Failed;
use crate::schema::{Kinds, View};
use crate::suggestion::instead;

/// What a request is made for.
pub(crate) struct Target<'a> {
    pub(crate) channel: &'a str,
    /// The description, and the schema of the request in it; `None` where the server tells nobody.
    pub(crate) schema: Option<(&'a Description, &'a Value)>,
}

impl<'a> Target<'a> {
    /// Whether a request without anything in it cannot be right.
    pub(crate) fn needs_something(&self) -> bool {
        let view = self.schema.map(|(description, schema)| View::of(description, schema));
        view.is_some_and(|view| !view.required().is_empty() || !(view.kinds().object || view.kinds().null))
    }

    /// The request that the arguments make.
    ///
    /// # Errors
    ///
    /// They name a field that there is none of, leave one out that must be there, or a value does not fit its place.
    pub(crate) fn payload(&self, arguments: Vec<Argument>) -> Result<Value, Failed> {
        let view = match self.schema {
            Some((description, schema)) => View::of(description, schema),
            None => View::of_anything(),
        };
        let mut arguments = arguments.into_iter().peekable();
        if let Some(Argument::Whole(given)) = arguments.next_if(|argument| matches!(argument, Argument::Whole(_))) {
            return self.value(&given, &view, "the request");
        }
        let mut fields = Map::new();
        let mut has_any = false;
        for argument in arguments {
            let Argument::Field { path, value } = argument else { continue };
            has_any = true;
            self.put(&mut fields, &view, &path, &value, &path.join("."))?;
        }
        if !has_any && !view.is_anything() && !view.kinds().object && view.kinds().null {
            return Ok(Value::Null);
        }
        let missing: Vec<_> = view.required().into_iter().filter(|name| !fields.contains_key(*name)).collect();
        if let [first, ..] = missing.as_slice() {
            let names = missing.join("`, `");
            return Err(Failed::usage(format_args!("`{}` needs `{names}`", self.channel))
                .note(format_args!("{first}=…; `ipc describe {}` says what it takes", self.channel)));
        }
        Ok(Value::Object(fields))
    }

    fn put(
        &self,
        fields: &mut Map<String, Value>,
        view: &View<'a>,
        path: &[String],
        given: &Given,
        whole: &str,
    ) -> Result<(), Failed> {
        let Some((name, rest)) = path.split_first() else { return Ok(()) };
        let of_field = match self.schema {
            Some((description, _)) => view.field(description, name),
            None => Some(View::of_anything()),
        };
        let Some(view_of_field) = of_field else {
            let known = view.fields();
            let failed = Failed::usage(format_args!("`{}` takes no `{whole}`", self.channel));
            let note = if known.is_empty() { Some("it takes nothing".to_owned()) } else { instead(name, known) };
            return Err(match note {
                Some(note) => failed.note(note),
                None => failed,
            });
        };
        if rest.is_empty() {
            let value = match (fields.remove(name), self.schema) {
                // Given once more, it is one more of a list.
                (Some(Value::Array(mut several)), Some((description, _))) if view_of_field.kinds().array => {
                    several.push(self.value(given, &view_of_field.item(description), whole)?);
                    Value::Array(several)
                }
                (Some(_), _) => return Err(Failed::usage(format_args!("`{whole}` is given twice, and is no list"))),
                (None, _) => self.value(given, &view_of_field, whole)?,
            };
            fields.insert(name.clone(), value);
            return Ok(());
        }
        let inner = fields.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = inner else {
            return Err(Failed::usage(format_args!("`{name}` is given as a value, and with fields as well")));
        };
        self.put(inner, &view_of_field, rest, given, whole)
    }

    /// A value in a place.
    fn value(&self, given: &Given, view: &View<'a>, place: &str) -> Result<Value, Failed> {
        match given {
            Given::Json(text) => serde_json::from_str(text)
                .map_err(|error| Failed::usage(format_args!("{} is no JSON: {error}", quoted(place)))),
            Given::File(bytes) if view.is_binary() => Ok(Value::String(STANDARD.encode(bytes))),
            Given::File(bytes) => {
                let text = str::from_utf8(bytes).map_err(|error| Failed::file(place, error))?;
                self.text(text, view, place)
            }
            Given::Text(text) => self.text(text, view, place),
        }
    }

    fn text(&self, text: &str, view: &View<'a>, place: &str) -> Result<Value, Failed> {
        let kinds = view.kinds();
        if view.is_anything() {
            // What looks like JSON is meant so.
            return Ok(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())));
        }
        if let Some(texts) = view.texts()
            && kinds.string
        {
            let only_texts = Kinds { string: true, ..Kinds::default() } == Kinds { null: false, ..kinds };
            if only_texts && !texts.contains(&text) && !(kinds.null && text == "null") {
                let failed = Failed::usage(format_args!("{} cannot be `{text}`", quoted(place)));
                return Err(match instead(text, texts) {
                    Some(note) => failed.note(note),
                    None => failed,
                });
            }
        }
        if let Some(value) = scalar(text, kinds) {
            return Ok(value);
        }
        if kinds.array {
            return match (serde_json::from_str::<Value>(text), self.schema) {
                (Ok(value @ Value::Array(_)), _) => Ok(value),
                (_, Some((description, _))) => {
                    Ok(Value::Array(vec![self.text(text, &view.item(description), place)?]))
                }
                (_, None) => Ok(Value::Array(vec![Value::String(text.to_owned())])),
            };
        }
        if kinds.object
            && let Ok(value @ Value::Object(_)) = serde_json::from_str(text)
        {
            return Ok(value);
        }
        Err(Failed::usage(format_args!("{} takes {}, and `{text}` is none", quoted(place), told(kinds))))
    }
}

/// The text as what its place takes, where that is no list and no object.
fn scalar(text: &str, kinds: Kinds) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Bool(_)) if kinds.boolean => Some(value),
        Ok(Value::Null) if kinds.null && !kinds.string => Some(Value::Null),
        Ok(Value::Number(number)) if kinds.number || (kinds.integer && !number.is_f64()) => Some(Value::Number(number)),
        _ => kinds.string.then(|| Value::String(text.to_owned())),
    }
}

fn quoted(place: &str) -> String {
    if place.contains(' ') { place.to_owned() } else { format!("`{place}`") }
}

fn told(kinds: Kinds) -> String {
    let Kinds { null, boolean, integer, number, string, array, object } = kinds;
    let all = [
        (number, "a number"),
        (integer && !number, "an integer"),
        (boolean, "`true` or `false`"),
        (string, "a text"),
        (array, "a list"),
        (object, "an object"),
        (null, "`null`"),
    ];
    let told: Vec<_> = all.into_iter().filter(|(is, _)| *is).map(|(_, told)| told).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(" or ") }
}
