//! I-8: nothing outside the scope is counted or returned.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use search::{
    FacetField, Interval, Order, Scope, SearchError, count, facets, find_id, histogram, page, parse_query, scan,
};

use crate::ask::{Log, NOW_US, draws};
use crate::naive::matches;
use crate::predicates::predicate;

fn scope(text: &str) -> Scope {
    Scope::within(parse_query(text, &TimeZone::UTC).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_answer_reaches_outside_the_scope(seed in any::<u64>(), predicate in predicate()) {
        let log = Log::new(&draws(90, seed), 25);
        let texts = [
            "organization:o1 (channel:auth OR person:user:77) -resource_type:report",
            // An actor's id is also that of whom somebody acted for: index and line must agree on it.
            "actor:77 OR actor:b-77",
            "-actor:b-78 -project:p1",
        ];
        let text = texts[usize::try_from(seed % 3).unwrap()];
        let limit = parse_query(text, &TimeZone::UTC).unwrap();
        let scope = scope(text);
        let question = log.question(&predicate, &scope);
        let want = log.newest(u64::MAX, |made| matches(&limit, made, NOW_US) && matches(&predicate, made, NOW_US));
        prop_assert_eq!(count(&question).unwrap(), want.len() as u64);
        let scanned: Vec<u64> = scan(&question, Order::NewestFirst).map(|hit| hit.unwrap().leaf).collect();
        prop_assert_eq!(&scanned, &want);
        for hit in scan(&question, Order::NewestFirst) {
            prop_assert!(hit.unwrap().line(&scope).is_ok(), "what the index finds, the line says, too");
        }
        let request = search::PageRequest { limit: 1_000, count: true, ..search::PageRequest::default() };
        let page = page(&question, &request).unwrap();
        prop_assert_eq!(page.hits.iter().map(|hit| hit.leaf).collect::<Vec<_>>(), want.clone());
        prop_assert_eq!(page.count, Some(want.len() as u64));
        let facet = facets(&question, &[FacetField::find("action").unwrap()], 10).unwrap();
        prop_assert_eq!(facet[0].values.iter().map(|(_, count)| count).sum::<u64>(), want.len() as u64);
        let bars = histogram(&question, Interval::Week, None, &TimeZone::UTC).unwrap();
        prop_assert_eq!(bars.iter().map(|bar| bar.total).sum::<u64>(), want.len() as u64);
        for made in &log.entries {
            let inside = matches(&limit, made, NOW_US);
            let found = find_id(&log.view, made.shown["id"].as_str().unwrap(), &scope, log.context()).unwrap();
            prop_assert_eq!(found.is_some(), inside);
        }
    }
}

#[test]
fn only_what_the_line_itself_says_can_be_a_scope() {
    for text in
        ["assigned", "actor_name:anna", "actor:anna@x.example", "since:7d", "organization:o*", "a OR -ip:203.0.113.1"]
    {
        assert!(Scope::within(parse_query(text, &TimeZone::UTC).unwrap()).is_err(), "{text}");
    }
}

#[test]
fn a_row_that_its_line_puts_outside_the_scope_does_not_leave() {
    // An index that claims every row for every value stands for a damaged one.
    let mut log = Log::new(&draws(20, 8), 25);
    log.view.parts = vec![std::sync::Arc::new(crate::naive_part::Lying(log.view.parts[0].clone()))];
    let scope = scope("organization:o1");
    let question = log.question(&search::Predicate::All, &scope);
    let hits: Vec<_> = scan(&question, Order::Leaf).map(Result::unwrap).collect();
    assert_eq!(hits.len(), 20);
    let outside = hits.iter().filter(|hit| matches!(hit.line(&scope), Err(SearchError::OutsideScope { .. })));
    let inside =
        log.newest(u64::MAX, |made| matches(&parse_query("organization:o1", &TimeZone::UTC).unwrap(), made, NOW_US));
    assert_eq!(outside.count(), 20 - inside.len());
}
