//! The log of the test's process, kept to be read.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, MutexGuard, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) target: String,
    /// The fields by their names, as text.
    pub(crate) fields: BTreeMap<String, String>,
}

impl Line {
    /// The field of this name, or nothing.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Keeps whatever is logged from now on, on every thread of this process.
pub(crate) fn keep() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| tracing::subscriber::set_global_default(Keeping).unwrap());
}

/// The lines so far that `wanted` picks. The tests of one process share the log, so that is by something of their own.
pub(crate) fn lines(wanted: impl Fn(&Line) -> bool) -> Vec<Line> {
    held().iter().filter(|line| wanted(line)).cloned().collect()
}

fn held() -> MutexGuard<'static, Vec<Line>> {
    LINES.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Keeping;

impl Subscriber for Keeping {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ipc_")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        let metadata = event.metadata();
        held().push(Line { level: *metadata.level(), target: metadata.target().to_owned(), fields: fields.0 });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        write!(text, "{value:?}").unwrap();
        self.0.insert(field.name().to_owned(), text);
    }
}
