//! A feed hands out what matches in the order of the log: once, whatever it is interrupted by.

use std::ops::ControlFlow;

use search::{Feed, Order, Predicate, Progress, Scope, scan};
use segment::View;

use crate::ask::{Log, draws, removed};

fn predicate(text: &str) -> Predicate {
    search::parse_query(text, &jiff::tz::TimeZone::UTC).unwrap()
}

/// Every leaf of a feed that is interrupted after each `most` entries.
fn read(feed: &mut Feed, log: &Log, view: &View, predicate: &Predicate, most: usize) -> Vec<u64> {
    let mut leaves = Vec::new();
    let scope = Scope::everything();
    loop {
        let question = search::Question::new(view, predicate, &scope, log.context());
        let mut left = most;
        let progress = feed.read(&question, &mut |hit| {
            leaves.push(hit.leaf);
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if progress.unwrap() == Progress::CaughtUp {
            return leaves;
        }
    }
}

fn in_leaf_order(log: &Log, predicate: &Predicate) -> Vec<u64> {
    let scope = Scope::everything();
    scan(&log.question(predicate, &scope), Order::Leaf).map(|hit| hit.unwrap().leaf).collect()
}

#[test]
fn a_feed_is_what_matches_in_leaf_order_over_every_kind_of_part_and_interruption() {
    for cut in [1, 7, 50, 300] {
        for log in [Log::new(&draws(300, 5), cut), Log::with_gaps(&draws(300, 5), cut, &removed(2))] {
            for text in ["", "outcome:failure", "-channel:auth severity:>=warning", "assigned OR opened", "id:none"] {
                let predicate = predicate(text);
                let expected = in_leaf_order(&log, &predicate);
                let mut sorted: Vec<_> =
                    log.entries.iter().map(|made| made.leaf).filter(|leaf| expected.contains(leaf)).collect();
                sorted.sort_unstable();
                assert_eq!(expected, sorted, "leaf order is leaf order");
                for most in [1, 3, 1_000] {
                    let mut feed = Feed::from(0);
                    assert_eq!(read(&mut feed, &log, &log.view, &predicate, most), expected, "{text} {cut} {most}");
                    assert_eq!(feed.position(), 300, "the position passes what does not match");
                    let from = 123;
                    let rest: Vec<_> = expected.iter().copied().filter(|leaf| *leaf >= from).collect();
                    assert_eq!(read(&mut Feed::from(from), &log, &log.view, &predicate, most), rest);
                }
            }
        }
    }
}

#[test]
fn a_feed_goes_on_where_it_was_when_the_log_has_grown_and_its_parts_are_others() {
    let draws = draws(400, 6);
    let small = Log::new(&draws, 30);
    let whole = Log::new(&draws, 170);
    let predicate = predicate("outcome:success");
    let mut feed = Feed::from(0);
    let mut seen = Vec::new();
    for size in [10, 95, 95, 230] {
        let parts = small.view.parts.iter().filter(|part| part.leaf_set().start() < size).cloned().collect();
        seen.extend(read(&mut feed, &small, &View { parts, size }, &predicate, 4));
        assert_eq!(feed.position(), size);
    }
    seen.extend(read(&mut feed, &whole, &whole.view, &predicate, 4));
    assert_eq!(seen, in_leaf_order(&whole, &predicate));
}

#[test]
fn a_feed_can_begin_at_the_last_few_that_match() {
    for log in [Log::new(&draws(300, 7), 40), Log::with_gaps(&draws(300, 7), 40, &removed(4))] {
        let predicate = predicate("outcome:success");
        let scope = Scope::everything();
        let all = in_leaf_order(&log, &predicate);
        for count in [0, 1, 45, all.len(), all.len() + 1] {
            let mut feed = Feed::last(&log.question(&predicate, &scope), count).unwrap();
            let expected = &all[all.len().saturating_sub(count)..];
            assert_eq!(read(&mut feed, &log, &log.view, &predicate, 10), expected, "the last {count}");
        }
    }
}

#[test]
fn a_feed_stays_inside_the_callers_scope() {
    let log = Log::new(&draws(300, 8), 60);
    let scope = Scope::within(predicate("channel:auth")).unwrap();
    let mut leaves = Vec::new();
    let mut feed = Feed::from(0);
    let question = log.question(&Predicate::All, &scope);
    while feed
        .read(&question, &mut |hit| {
            leaves.push(hit.leaf);
            ControlFlow::Continue(())
        })
        .unwrap()
        == Progress::More
    {}
    let expected: Vec<_> =
        log.entries.iter().filter(|made| made.shown["channel"] == "auth").map(|made| made.leaf).collect();
    assert!(!expected.is_empty() && expected.len() < 300);
    assert_eq!(leaves, expected);
}

#[test]
fn a_feed_goes_on_with_what_its_reader_may_see_now() {
    let log = Log::new(&draws(300, 6), 300);
    let within = |text: &str| Scope::within(predicate(text)).unwrap();
    let (before, after) = (within("outcome:success OR outcome:failure"), within("outcome:failure"));
    let mut feed = Feed::from(0);
    let mut first = None;
    let one = &mut |hit: &search::Hit| {
        first = Some(hit.leaf);
        ControlFlow::Break(())
    };
    feed.read(&log.question(&Predicate::All, &before), one).unwrap();
    let mut rest = Vec::new();
    let each = &mut |hit: &search::Hit| {
        rest.push(hit.leaf);
        ControlFlow::Continue(())
    };
    feed.read(&log.question(&Predicate::All, &after), each).unwrap();
    let wanted = in_leaf_order(&log, &predicate("outcome:failure"));
    let wanted: Vec<_> = wanted.into_iter().filter(|leaf| Some(*leaf) > first).collect();
    assert_eq!(rest, wanted);
    assert!(rest.len() < 200 && !rest.is_empty());
}
