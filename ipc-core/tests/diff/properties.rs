//! What the comparison calls no break is none: values of one schema, made at random, are held against the other.

mod schema;
mod value;

use ipc_core::Description;
use serde_json::{Value, json};

use crate::case::schemas;

/// A generator of numbers: SplitMix64.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn one_of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }
}

/// What is written by one schema and read by another.
struct Way<'a> {
    name: &'a str,
    writer: (&'a Value, &'a Value),
    reader: (&'a Value, &'a Value),
    /// Whether whoever writes may write more than its types have.
    sends_more: bool,
    breaks: bool,
}

/// How often a way was called no break though something differs, how often a break, and how often a value proved that.
#[derive(Debug, Default)]
struct Count {
    harmless: usize,
    breaks: usize,
    proven: usize,
}

const PAIRS: u64 = 1500;
const VALUES: usize = 24;

#[test]
fn what_is_called_no_break_is_accepted() {
    let mut count = Count::default();
    for seed in 0..PAIRS {
        let random = &mut Random(seed);
        let (old, new) = schema::pair(random);
        let descriptions = [&old, &new].map(|(root, definitions)| schemas(root, root, definitions));
        for way in ways(&descriptions, &old, &new) {
            hold(random, &way, &mut count, seed);
        }
    }
    // Otherwise this would prove little: of each sort there are many, and most of what is called a break is one.
    assert!(count.harmless > 400 && count.breaks > 400, "{count:?}");
    assert!(count.proven * 10 > count.breaks * 7, "{count:?}");
}

fn ways<'a>(descriptions: &[Description; 2], old: &'a (Value, Value), new: &'a (Value, Value)) -> Vec<Way<'a>> {
    let [before, after] = descriptions;
    let changes = before.diff(after);
    let differs = !changes.is_empty();
    let breaks = |part: &str, old_clients: bool| {
        let of_part = changes.iter().filter(|change| change.place().starts_with(part)).map(|change| change.breaks());
        of_part.into_iter().any(|breaks| if old_clients { breaks.old_clients } else { breaks.new_clients })
    };
    let way = |name, writer: &'a (Value, Value), reader: &'a (Value, Value), sends_more, breaks| Way {
        name,
        writer: (&writer.0, &writer.1),
        reader: (&reader.0, &reader.1),
        sends_more,
        breaks,
    };
    if !differs {
        return Vec::new();
    }
    vec![
        way("an old client sends", old, new, true, breaks("request", true)),
        way("a new client sends", new, old, true, breaks("request", false)),
        way("an old client gets", new, old, false, breaks("response", true)),
        way("a new client gets", old, new, false, breaks("response", false)),
    ]
}

fn hold(random: &mut Random, way: &Way<'_>, count: &mut Count, seed: u64) {
    let whole = |(root, definitions): (&Value, &Value)| json!({"allOf": [root], "$defs": definitions});
    let validator = |schema| jsonschema::draft202012::new(&schema).expect("a schema");
    let (own, other) = (validator(whole(way.writer)), validator(whole(way.reader)));
    let mut refused = None;
    for _ in 0..VALUES {
        let value = value::of(random, way.writer, way.sends_more);
        assert!(own.is_valid(&value), "seed {seed}: {value} is no value of {}", way.writer.0);
        if let Err(error) = other.validate(&value) {
            refused = Some(format!("{value}: {error}"));
        }
    }
    match (way.breaks, refused) {
        (false, Some(refused)) => panic!(
            "seed {seed}: {} what is called no break, and is refused: {refused}\nwritten by {} {}\nread by {} {}",
            way.name, way.writer.0, way.writer.1, way.reader.0, way.reader.1
        ),
        (false, None) => count.harmless += 1,
        (true, refused) => {
            count.breaks += 1;
            count.proven += usize::from(refused.is_some());
        }
    }
}
