//! Batches are a scan, many entries at a time.

use search::{LeafLine, Order, Predicate, Scope, SearchError, batches, scan};

use crate::ask::{Log, draws, removed};

fn predicate(text: &str) -> Predicate {
    search::parse_query(text, &jiff::tz::TimeZone::UTC).unwrap()
}

#[test]
fn batches_are_what_a_scan_hands_out_in_every_order() {
    let scope = Scope::everything();
    for cut in [1, 20, 64, 300] {
        for log in [Log::new(&draws(300, 11), cut), Log::with_gaps(&draws(300, 11), cut, &removed(5))] {
            for text in ["", "outcome:failure", "-channel:auth", "id:none"] {
                let predicate = predicate(text);
                let question = log.question(&predicate, &scope);
                for order in [Order::NewestFirst, Order::OldestFirst, Order::Leaf] {
                    let expected: Vec<_> = scan(&question, order).map(|hit| hit.unwrap().leaf).collect();
                    for leaves_max in [1, 7, 1_000] {
                        let mut leaves = Vec::new();
                        let mut all = batches(&question, order, leaves_max);
                        while let Some(batch) = all.next().unwrap() {
                            // Whatever parts they lie in: only the last is not full.
                            assert_eq!(batch.len(), leaves_max.min(expected.len() - leaves.len()));
                            let mut before = None;
                            let mut read = vec![None; batch.len()];
                            let lines = &mut |LeafLine { place, part, leaf, line }: LeafLine<'_>| {
                                assert_eq!(Some(line), log.line(leaf));
                                assert!(
                                    before < Some(leaf) && leaf == batch[place] && part.row_of_leaf(leaf).is_some()
                                );
                                (before, read[place]) = (Some(leaf), Some(leaf));
                            };
                            question.lines(&batch, lines).unwrap();
                            leaves.extend(read.into_iter().flatten());
                        }
                        assert_eq!(leaves, expected, "{text} {order:?} cut {cut} by {leaves_max}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_of_another_scope_does_not_leave() {
    let log = Log::new(&draws(100, 12), 30);
    let everything = Scope::everything();
    let auth = Scope::within(predicate("channel:auth")).unwrap();
    let all = batches(&log.question(&Predicate::All, &everything), Order::Leaf, 10).next().unwrap().unwrap();
    let inside = log.question(&Predicate::All, &auth);
    let mut seen = 0;
    let refused = inside.lines(&all, &mut |_| seen += 1);
    assert!(matches!(refused, Err(SearchError::OutsideScope { .. })) && seen < 10, "I-8: {refused:?}");
}

#[test]
fn batches_are_scattered_where_times_say_nothing_of_leaves() {
    let predicate = Predicate::All;
    let scope = Scope::everything();
    // Draws have times at random, and lie in one part or in several.
    for cut in [300, 100] {
        let log = Log::new(&draws(300, 13), cut);
        let question = log.question(&predicate, &scope);
        let scattered = |order| question.are_scattered(&batches(&question, order, 200).next().unwrap().unwrap());
        assert!(scattered(Order::NewestFirst) && scattered(Order::OldestFirst), "cut {cut}");
        assert!(!scattered(Order::Leaf));
        // Parts that take turns, each in its order, read every frame once.
        let turns: Vec<u64> = (0..100).flat_map(|n| [n, 100 + n, 200 + n]).collect();
        assert!(cut == 300 || !question.are_scattered(&turns));
        let mut all = batches(&question, Order::Leaf, 200);
        all.set_leaves_max(10);
        assert_eq!(all.next().unwrap().unwrap().len(), 10);
    }
}
