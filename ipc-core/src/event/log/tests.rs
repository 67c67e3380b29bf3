//! Whatever comes and goes, each gets every event once, in its order, and no more than it takes.

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::body::Body;
use crate::event::subscriber::Offer;
use crate::remote::BoxFuture;

/// Takes so many bytes of events, and remembers them.
#[derive(Default)]
struct Taker {
    left: AtomicI64,
    taken: Mutex<Vec<String>>,
    waiting: Mutex<Vec<Arc<PublishedEvent>>>,
    told: AtomicI64,
    hurried: AtomicI64,
}

impl Taker {
    fn of(left: i64) -> Arc<Self> {
        Arc::new(Self { left: left.into(), ..Self::default() })
    }

    fn left(&self) -> i64 {
        self.left.load(Ordering::Relaxed)
    }

    fn note(&self, event: &PublishedEvent) {
        // As over a connection: the last may cost more than is left.
        let cost = (HEADER_BYTES + event.payload_bytes()) as i64;
        assert!(self.left.fetch_sub(cost, Ordering::Relaxed) > 0, "more than it takes");
        self.taken.lock().expect("no panic").push(String::from_utf8(event.json().to_vec()).expect("JSON"));
    }

    /// Takes so much more.
    fn grant(&self, bytes: i64) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
        let mut waiting = self.waiting.lock().expect("no panic");
        while self.left() > 0 && !waiting.is_empty() {
            self.note(&waiting.remove(0));
        }
    }

    fn count(&self) -> usize {
        self.taken.lock().expect("no panic").len()
    }
}

impl Subscriber for Taker {
    fn begin(&self, _: Vec<Arc<PublishedEvent>>) {}

    fn offer(&self, event: &Arc<PublishedEvent>) -> Offer {
        let mut waiting = self.waiting.lock().expect("no panic");
        if self.left() > 0 && waiting.is_empty() {
            self.note(event);
        } else {
            waiting.push(Arc::clone(event));
        }
        Offer::Taken
    }

    fn miss(&self) {}

    fn wake(&self) {}

    fn room<'a>(&'a self, _: &'a PublishedEvent) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn follows(&self) -> Option<u64> {
        let waits = !self.waiting.lock().expect("no panic").is_empty();
        if waits { None } else { u64::try_from(self.left()).ok() }
    }

    fn take(&self, run: &Run) {
        run.events().for_each(|event| self.note(&event));
    }

    fn tell(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    fn hurry(&self) {
        self.hurried.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {}
}

/// A log, and those who get its events.
#[derive(Default)]
struct Scene {
    log: Log,
    others: Subscribers,
    takers: BTreeMap<u64, Arc<Taker>>,
    published: u64,
}

impl Scene {
    fn of(takers: u64, left: i64) -> Self {
        let mut scene = Self::default();
        (0..takers).for_each(|id| scene.add(id, left));
        scene
    }

    fn add(&mut self, id: u64, left: i64) {
        let taker = Taker::of(left);
        self.others.insert(id, Arc::clone(&taker) as Arc<dyn Subscriber>);
        self.takers.insert(id, taker);
    }

    /// Publishes the next event, with so many bytes; as a topic does.
    fn publish(&mut self, bytes: usize) {
        let event = numbered(self.published, bytes);
        self.published += 1;
        let logged = if Log::takes(&event) {
            self.log.put(&event, &mut self.others)
        } else {
            self.log.dissolve(&mut self.others);
            None
        };
        for other in self.others.values() {
            other.offer(&event);
        }
        let Some(Logged { told, slow }) = logged else { return };
        told.iter().for_each(|(_, one)| one.tell());
        slow.iter().for_each(|one| one.hurry());
        for (id, taker) in &self.takers {
            if taker.hurried.swap(0, Ordering::Relaxed) > 0 {
                take(&mut self.log, *id, taker);
            }
        }
    }

    fn take(&mut self, id: u64) {
        take(&mut self.log, id, &self.takers[&id]);
    }

    fn follows(&self, id: u64) -> bool {
        self.log.has(id)
    }
}

fn take(log: &mut Log, id: u64, taker: &Taker) {
    if let Some(run) = log.take(id) {
        let frames: Vec<u8> = run.frames().flatten().copied().collect();
        assert_eq!(frames.len(), run.bytes());
        let before = taker.left();
        run.events().for_each(|event| taker.note(&event));
        assert_eq!(before - taker.left(), i64::try_from(frames.len()).expect("a few"), "a run costs its bytes");
    }
}

fn numbered(number: u64, bytes: usize) -> Arc<PublishedEvent> {
    let body = Body { json: format!("{number:>bytes$}").into_bytes(), attachments: vec![] };
    Arc::new(PublishedEvent::of_body("test:event", None, Lag::DropOldest, body).expect("a small event"))
}

fn numbers(taker: &Taker) -> Vec<u64> {
    taker.taken.lock().expect("no panic").iter().map(|json| json.trim().parse().expect("a number")).collect()
}

/// As many events as it takes until those who may follow do.
fn settle(scene: &mut Scene) {
    (0..=REVIEW_EVENTS).for_each(|_| scene.publish(1));
}

#[test]
fn few_subscribers_get_every_event_by_itself() {
    let mut scene = Scene::of(FEWEST as u64 - 1, 1 << 20);
    settle(&mut scene);
    assert_eq!(scene.log.len(), 0);
    assert!(scene.takers.values().all(|taker| taker.count() == REVIEW_EVENTS as usize + 1));
}

#[test]
fn who_has_taken_all_is_told_once_and_takes_all_that_has_come_by_then() {
    let mut scene = Scene::of(4, 1 << 20);
    settle(&mut scene);
    let told = |scene: &Scene| scene.takers[&0].told.load(Ordering::Relaxed);
    let before = (scene.takers[&0].count(), told(&scene));
    assert!(scene.follows(0));
    for _ in 0..10 {
        scene.publish(100);
    }
    assert_eq!((scene.takers[&0].count(), told(&scene)), before, "it was told with the first that was kept for it");
    scene.take(0);
    assert_eq!(numbers(&scene.takers[&0]), (0..scene.published).collect::<Vec<_>>());
    scene.publish(1);
    assert_eq!(told(&scene), before.1 + 1);
    scene.take(0);
    assert_eq!(numbers(&scene.takers[&0]), (0..scene.published).collect::<Vec<_>>());
}

#[test]
fn nothing_is_kept_that_all_have_taken() {
    let mut scene = Scene::of(5, 1 << 20);
    settle(&mut scene);
    (0..5).for_each(|id| scene.take(id));
    assert!(scene.log.chunks.is_empty());
    scene.publish(1);
    (1..5).for_each(|id| scene.take(id));
    assert!(!scene.log.chunks.is_empty(), "one has not");
    drop(scene.log.remove(0));
    assert!(scene.log.chunks.is_empty());
}

#[test]
fn who_takes_nothing_of_a_batch_is_hurried_and_the_log_stays_small() {
    let mut scene = Scene::of(4, i64::MAX);
    let most = 2 * (BATCH_BYTES as usize + 1024);
    for _ in 0..10_000 {
        scene.publish(1000);
        let kept: usize = scene.log.chunks.iter().map(|(_, chunk)| chunk.frames.len()).sum();
        assert!(kept <= most, "{kept} bytes are kept");
    }
    assert!(scene.takers.values().all(|taker| taker.count() > 9000), "nobody took anything by itself");
}

#[test]
fn who_takes_no_more_leaves_with_what_was_kept_and_comes_back_when_it_takes_more() {
    let mut scene = Scene::of(5, 1 << 20);
    scene.takers[&0].left.store(20_000, Ordering::Relaxed);
    settle(&mut scene);
    assert!(scene.follows(0));
    while scene.follows(0) {
        scene.publish(500);
    }
    assert!(scene.follows(1), "nobody else leaves");
    assert_eq!(scene.takers[&0].count() as u64, scene.published - 1, "it has taken what it takes");
    settle(&mut scene);
    assert!(!scene.follows(0), "events wait for it");
    scene.takers[&0].grant(1 << 20);
    settle(&mut scene);
    assert!(scene.follows(0));
    scene.take(0);
    assert_eq!(numbers(&scene.takers[&0]), (0..scene.published).collect::<Vec<_>>());
}

#[test]
fn a_run_stays_as_it_is_while_others_are_put_behind_it() {
    let mut scene = Scene::of(4, 1 << 20);
    settle(&mut scene);
    scene.publish(7);
    (1..4).for_each(|id| scene.take(id));
    let run = scene.log.take(0).expect("an event");
    let before: Vec<u8> = run.frames().flatten().copied().collect();
    for _ in 0..100 {
        scene.publish(9);
    }
    assert_eq!(run.frames().flatten().copied().collect::<Vec<_>>(), before);
    assert_eq!(scene.log.take(0).expect("events").events().count(), 100);
}

/// A generator of numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[test]
fn whatever_happens_each_gets_every_event_from_its_first_to_its_last() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut scene = Scene::of(3 + dice.roll(6), 1 << 16);
        let mut firsts: BTreeMap<u64, u64> = scene.takers.keys().map(|id| (*id, 0)).collect();
        let mut held = Vec::new();
        for id in 100..2100 {
            let place = dice.roll(scene.takers.len() as u64) as usize;
            let one = scene.takers.keys().nth(place).copied().expect("there are some");
            match dice.roll(40) {
                0 => {
                    scene.add(id, 1 << 16);
                    firsts.insert(id, scene.published);
                }
                1 if scene.takers.len() > 2 => {
                    // What is kept goes with it, and what waits too.
                    scene.take(one);
                    let taker = scene.takers.remove(&one).expect("it is there");
                    drop(scene.others.remove(&one).or_else(|| scene.log.remove(one)));
                    taker.grant(1 << 30);
                    let all: Vec<_> = (firsts[&one]..scene.published).collect();
                    assert_eq!(numbers(&taker), all, "seed {seed}, {one}");
                }
                2..=4 => scene.takers[&one].grant(dice.roll(1 << 16) as i64),
                5 => scene.publish(MAX_LOGGED_BYTES + 1),
                6..=19 => scene.take(one),
                // Somebody copies for long.
                20 => held.extend(scene.log.chunks.back().map(|(_, chunk)| Arc::clone(chunk))),
                21 => held.clear(),
                _ => scene.publish(1 + dice.roll(300) as usize),
            }
        }
        for (id, taker) in &scene.takers {
            take(&mut scene.log, *id, taker);
            taker.grant(1 << 30);
            let all: Vec<_> = (firsts[id]..scene.published).collect();
            assert_eq!(numbers(taker), all, "seed {seed}, {id}");
        }
    }
}
