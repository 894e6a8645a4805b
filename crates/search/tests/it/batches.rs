//! Batches are a scan, many entries at a time.

use search::{Order, Predicate, Scope, SearchError, batches, scan};

use crate::ask::{Log, draws};

fn predicate(text: &str) -> Predicate {
    search::parse_query(text, &jiff::tz::TimeZone::UTC).unwrap()
}

#[test]
fn batches_are_what_a_scan_hands_out_in_every_order() {
    let scope = Scope::everything();
    for cut in [1, 20, 64, 300] {
        let log = Log::new(&draws(300, 11), cut);
        for text in ["", "outcome:failure", "-channel:auth", "id:none"] {
            let predicate = predicate(text);
            let question = log.question(&predicate, &scope);
            for order in [Order::NewestFirst, Order::OldestFirst, Order::Leaf] {
                let expected: Vec<_> = scan(&question, order).map(|hit| hit.unwrap().leaf).collect();
                for rows_max in [1, 7, 1_000] {
                    let (mut leaves, mut all) = (Vec::new(), batches(&question, order, rows_max));
                    while let Some(batch) = all.next().unwrap() {
                        assert!((1..=rows_max).contains(&batch.rows.len()));
                        let part = batch.part.as_ref();
                        let (mut before, mut read) = (None, vec![None; batch.rows.len()]);
                        let lines = &mut |place: usize, leaf: u64, line: &[u8]| {
                            assert_eq!(line, log.entries[leaf as usize].line);
                            assert!(before < Some(leaf) && leaf == part.leaf(batch.rows[place]));
                            (before, read[place]) = (Some(leaf), Some(leaf));
                        };
                        question.lines(part, &batch.rows, lines).unwrap();
                        leaves.extend(read.into_iter().flatten());
                    }
                    assert_eq!(leaves, expected, "{text} {order:?} cut {cut} by {rows_max}");
                }
            }
        }
    }
}

#[test]
fn a_batch_of_another_scope_does_not_leave() {
    let log = Log::new(&draws(100, 12), 30);
    let (everything, auth) = (Scope::everything(), Scope::within(predicate("channel:auth")).unwrap());
    let mut all = batches(&log.question(&Predicate::All, &everything), Order::Leaf, 10).next().unwrap().unwrap();
    all.rows.sort_unstable();
    let inside = log.question(&Predicate::All, &auth);
    let mut seen = 0;
    let refused = inside.lines(all.part.as_ref(), &all.rows, &mut |_, _, _| seen += 1);
    assert!(matches!(refused, Err(SearchError::OutsideScope { .. })) && seen < 10, "I-8: {refused:?}");
}

#[test]
fn batches_are_scattered_where_times_say_nothing_of_leaves() {
    let (predicate, scope) = (Predicate::All, Scope::everything());
    let first = |log: &Log, order| batches(&log.question(&predicate, &scope), order, 200).next().unwrap().unwrap();
    // Draws have times at random, and lie in one part.
    let log = Log::new(&draws(300, 13), 300);
    assert!(first(&log, Order::NewestFirst).is_scattered() && first(&log, Order::OldestFirst).is_scattered());
    assert!(!first(&log, Order::Leaf).is_scattered());
    let question = log.question(&predicate, &scope);
    let mut all = batches(&question, Order::Leaf, 200);
    all.set_rows_max(10);
    assert_eq!(all.next().unwrap().unwrap().rows.len(), 10);
}
