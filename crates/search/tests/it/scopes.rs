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
        let text = "organization:o1 (channel:auth OR person:user:77) -resource_type:report";
        let limit = parse_query(text, &TimeZone::UTC).unwrap();
        let scope = scope(text);
        let question = log.question(&predicate, &scope);
        let want = log.newest(u64::MAX, |made| matches(&limit, made, NOW_US) && matches(&predicate, made, NOW_US));
        prop_assert_eq!(count(&question).unwrap(), want.len() as u64);
        let scanned: Vec<u64> = scan(&question, Order::NewestFirst).map(|hit| hit.unwrap().leaf).collect();
        prop_assert_eq!(&scanned, &want);
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
    let mut scan = scan(&question, Order::Leaf);
    let stopped = scan.find_map(Result::err);
    assert!(matches!(stopped, Some(SearchError::OutsideScope { .. })));
    assert!(scan.next().is_none());
}
