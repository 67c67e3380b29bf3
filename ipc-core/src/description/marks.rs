//! `#[ipc(bigint)]` on the fields of an event, brought into its schema.
//!
//! The schema of the event comes from its `JsonSchema`, which knows nothing of the marks. The derive macro of `Event` has
//! made one more, of the same form, in which they stand; whatever stands in the same place there is marked here.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::DescriptionError;
use super::build::Generators;
use crate::event::Event;
use crate::schema::{self, BIGINT};

/// Where the fields of an event are marked, in what is read and in what is written.
pub(super) struct Marks {
    /// The event, for messages.
    channel: &'static str,
    input: Schema,
    output: Schema,
}

impl Marks {
    /// The marks of `E`; nothing where no field of it is marked.
    pub(super) fn of<E: Event>(generators: &Generators) -> Option<Self> {
        // What a mark refers to is not described for the sake of the mark.
        let apart = |generator: &SchemaGenerator| E::describe_marks(&mut generator.settings().clone().into_generator());
        let [input, output] = [&generators.input, &generators.output].map(apart);
        Some(Self { channel: E::CHANNEL, input: input?, output: output? })
    }

    /// Marks the event, which is written as `data`, and its definition for what is read and for what is written.
    pub(super) fn put(&self, data: &mut Schema, generators: &mut Generators) -> Result<(), DescriptionError> {
        let reference = reference(data).map(str::to_owned);
        // A transparent event is written as what it holds, under the name of that.
        let is_transparent = reference.is_some() && reference.as_deref() == self::reference(&self.output);
        let definition = reference.as_deref().and_then(schema::definition).filter(|_| !is_transparent);
        let Generators { input, output } = generators;
        let has_all = match &definition {
            None => copied(&self.output, data.as_object_mut()),
            Some(name) => {
                let written = output.definitions_mut().get_mut(name.as_ref()).and_then(Value::as_object_mut);
                // Whether it is read as well, what else there is says.
                let read = input.definitions_mut().get_mut(name.as_ref());
                copied(&self.output, written) && read.is_none_or(|read| copied(&self.input, read.as_object_mut()))
            }
        };
        if has_all { Ok(()) } else { Err(DescriptionError::Unmarked { channel: self.channel.to_owned() }) }
    }
}

fn reference(schema: &Schema) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// Copies the marks of one schema into another; answers whether each had its place there.
fn copied(from: &Schema, to: Option<&mut Map<String, Value>>) -> bool {
    from.as_object().is_none_or(|from| copy(from, to))
}

fn copy(from: &Map<String, Value>, to: Option<&mut Map<String, Value>>) -> bool {
    // What is true or false has no place for any.
    let Some(to) = to else { return !schema::holds_keyword(from, BIGINT) };
    if let Some(mark) = from.get(BIGINT) {
        to.insert(BIGINT.to_owned(), mark.clone());
    }
    let mut has_all = true;
    schema::pairs(from, to, &mut |from, to| {
        has_all &= from.as_object().is_none_or(|from| copy(from, to.and_then(Value::as_object_mut)));
    });
    has_all
}
