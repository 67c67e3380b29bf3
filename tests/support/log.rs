//! What the log was told, on this thread.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Level, Metadata};

use super::process_log;

/// The lines of the log from now on, of this thread. They are no more noted when it is dropped.
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Log {
    pub(crate) fn begin() -> Self {
        // A place of the code that logs for the first time while nobody listens is remembered as unheard, and a test beside
        // this one may come to it first: so somebody always listens.
        process_log::keep();
        let lines = Arc::default();
        let _guard = tracing::subscriber::set_default(Noting(Arc::clone(&lines)));
        Self { lines, _guard }
    }

    /// The warnings and what is worse, up to now.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let is_one = |line: &&String| line.starts_with("WARN") || line.starts_with("ERROR");
        self.lines.lock().unwrap().iter().filter(is_one).cloned().collect()
    }

    /// Everything that was noted up to now, and is so no more: `WARN a message channel="data:fetch"`.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

struct Noting(Arc<Mutex<Vec<String>>>);

struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            write!(self.message, "{value:?}").unwrap();
        } else {
            write!(self.fields, " {}={value:?}", field.name()).unwrap();
        }
    }
}

impl tracing::Subscriber for Noting {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line { message: String::new(), fields: String::new() };
        event.record(&mut line);
        let level = event.metadata().level();
        // What is told to those who look for it.
        if *level <= Level::DEBUG {
            self.0.lock().unwrap().push(format!("{level} {}{}", line.message, line.fields));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
