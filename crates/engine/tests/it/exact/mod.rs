//! Random questions against a plain look at every event, over everything that can hold one: buffer, runs, small segments,
//! merged segments, with late, early and equal times, and while events come in.
//!
//! The normal form is small; the long form takes a million entries and a thousand questions.

pub(crate) mod events;
mod questions;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Config, Limits, Log, World, inspect};
use roaring::RoaringTreemap;
use search::PageRequest;

use self::events::{Event, Numbers};
use self::questions::Condition;
use crate::{Folder, gaps, submit};

/// What one form does.
struct Form {
    events: u64,
    questions: u64,
    /// Events sent at once.
    batch: u64,
    seal_rows: u64,
}

/// Asks for a page of 50 with the count, newest or oldest first, and for the page after it.
fn ask(log: &Log, view: &segment::View, query: &str, oldest_first: bool) -> (u64, Vec<u64>) {
    let predicate = search::parse_query(query, &jiff::tz::TimeZone::UTC).unwrap();
    // Here only the answer counts, not what it costs.
    let limits = Limits { time_us: u64::MAX / 2, lines: u64::MAX, ..Limits::default() };
    let mut leaves = Vec::new();
    let mut count = None;
    let mut cursor = None;
    for _ in 0..2 {
        let request = PageRequest { oldest_first, limit: 50, cursor: cursor.as_deref(), count: count.is_none() };
        let ask = |question: &search::Question<'_>| search::page(question, &request);
        let page = inspect::ask_within(log, view, &predicate, limits, ask).unwrap();
        leaves.extend(page.hits.iter().map(|hit| hit.leaf));
        count = count.or(page.count);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    (count.unwrap(), leaves)
}

/// The same by looking at every event whose leaf is below `size`.
fn look(known: &Known<'_>, size: u64, condition: &Condition, oldest_first: bool) -> (u64, Vec<u64>) {
    let Known { events, first_leaf, removed } = known;
    let known = events.iter().zip(*first_leaf..).take_while(|(_, leaf)| *leaf < size);
    let known = known.filter(|(_, leaf)| !removed.contains(*leaf));
    let mut found: Vec<(i64, u64)> =
        known.filter(|(event, _)| condition.holds(event)).map(|(event, leaf)| (event.time_us, leaf)).collect();
    let count = found.len() as u64;
    found.sort_unstable();
    if !oldest_first {
        found.reverse();
    }
    (count, found.into_iter().take(100).map(|(_, leaf)| leaf).collect())
}

/// What the oracle looks at: events of consecutive leaves, less some.
struct Known<'e> {
    events: &'e [Event],
    first_leaf: u64,
    removed: RoaringTreemap,
}

/// Asks some questions of what there is now.
fn compare(log: &Log, known: &Known<'_>, numbers: &mut Numbers, questions: u64, stage: &str) {
    for n in 0..questions {
        let condition = Condition::random(numbers);
        let view = inspect::view(log);
        let oldest_first = n % 3 == 0;
        // Everything here comes from the source `test`; what the log records of itself does not count.
        let query = format!("source:test {}", condition.query());
        let expected = look(known, view.size, &condition, oldest_first);
        assert_eq!(ask(log, &view, &query, oldest_first), expected, "{stage}: {query} at {}", view.size);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn run(form: &Form) {
    let folder = Folder::new();
    let config = Config { seal_rows: form.seal_rows, ..folder.config() };
    let log = Arc::new(Log::open(config.clone(), World::system()).unwrap());
    let first_leaf = log.size();
    let events = Event::several(form.events);
    let mut known = Known { events: &events, first_leaf, removed: RoaringTreemap::new() };
    let mut numbers = Numbers::new(7);
    let quarter = (form.events / 4) as usize;
    let each = form.questions / 4;
    let batches = |range: std::ops::Range<usize>| {
        let part = events.get(range).unwrap();
        part.chunks(form.batch as usize).map(|batch| batch.iter().map(Event::json).collect::<Vec<_>>().join("\n"))
    };

    // Small segments, sealed when asked: eight of them are merged.
    for (nth, batch) in batches(0..quarter).enumerate() {
        submit(&log, &batch).unwrap();
        if nth % 3 == 2 {
            log.seal().unwrap();
        }
    }
    compare(&log, &known, &mut numbers, each, "small and merged segments");

    // Segments sealed as they fill, runs, and a buffer.
    batches(quarter..2 * quarter).for_each(|batch| drop(submit(&log, &batch).unwrap()));
    compare(&log, &known, &mut numbers, each, "segments, runs and buffer");

    // While more comes in.
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            batches(2 * quarter..events.len()).for_each(|batch| drop(submit(&log, &batch).unwrap()));
            ended.store(true, Ordering::Release);
        });
        let mut asked = 0;
        while !ended.load(Ordering::Acquire) || asked < each {
            compare(&log, &known, &mut numbers, 10, "while events come in");
            asked += 10;
        }
        sender.join().unwrap();
    });
    log.seal().unwrap();
    compare(&log, &known, &mut numbers, each, "everything sealed");

    // Without some of them: long runs, single ones, at the edges of segments and within.
    Arc::into_inner(log).unwrap().close().unwrap();
    for _ in 0..6 {
        let first = first_leaf + numbers.below(form.events);
        known.removed.insert_range(first..(first + numbers.below(form.events / 10)).min(first_leaf + form.events));
    }
    known.removed.extend((0..form.events / 30).map(|_| first_leaf + numbers.below(form.events)));
    gaps::remove(&folder, &known.removed);
    let config = Config { explained: known.removed.clone(), ..config };
    let log = Log::open(config, World::system()).unwrap();
    compare(&log, &known, &mut numbers, each, "some removed");
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);
    log.close().unwrap();
}

#[test]
fn random_questions_are_answered_as_by_looking_at_every_event() {
    run(&Form { events: 24_000, questions: 160, batch: 300, seal_rows: 4_000 });
}

#[test]
#[ignore = "the long form: some minutes"]
fn a_thousand_questions_of_a_million_entries() {
    run(&Form { events: 1_000_000, questions: 1_000, batch: 1_000, seal_rows: 100_000 });
}
