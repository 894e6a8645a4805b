//! The questions of the benchmark, on a small log.

use jiff::tz::TimeZone;
use search::{FacetField, Filters, Interval, Order, PageRequest, Scope, count, facets, histogram, page, scan};

use crate::ask::{Log, NOW_US, draws};
use crate::naive::matches;

fn log() -> Log {
    Log::new(&draws(1_500, 2_026), 400)
}

/// Asks for a page of 50 with the count, compares both with the oracle, and returns the count.
fn listing(log: &Log, query: &[(&str, &str)]) -> u64 {
    let filters = Filters::parse(query.iter().copied(), &[]).unwrap();
    let scope = Scope::everything();
    let question = log.question(&filters.predicate, &scope);
    let request = PageRequest { limit: 50, count: true, ..PageRequest::default() };
    let page = page(&question, &request).unwrap();
    let want = log.newest(u64::MAX, |made| matches(&filters.predicate, made, NOW_US));
    let hits: Vec<u64> = page.hits.iter().map(|hit| hit.leaf).collect();
    assert_eq!(hits, want[..want.len().min(50)]);
    assert_eq!(page.count, Some(want.len() as u64));
    want.len() as u64
}

#[test]
fn q1_to_q6_and_q9_to_q11_list_the_newest_with_their_exact_count() {
    let log = log();
    assert_eq!(listing(&log, &[("-source", "indelible")]), 1_500);
    assert!(listing(&log, &[("actor", "77")]) > 50);
    let month =
        [("resource_type", "workstation"), ("outcome", "failure"), ("from", "2026-03-01"), ("to", "2026-03-31")];
    assert!(listing(&log, &month) > 5);
    assert!(listing(&log, &[("resource_id", "ws-3")]) > 50);
    assert!(listing(&log, &[("search", "anna lehmann")]) > 20);
    assert!(listing(&log, &[("search", "assigned")]) > 100);
    assert!(listing(&log, &[("event_id", "e-77")]) > 0);
    assert!(listing(&log, &[("organization", "o1"), ("to", "2026-04-10T07:00:00Z")]) > 50);
    let narrow = [("organization", "o1"), ("channel", "hardware"), ("actor", "77"), ("search", "report")];
    assert!(listing(&log, &narrow) > 2);
}

#[test]
fn q7_and_q8_count_under_an_organization() {
    let log = log();
    let filters = Filters::parse([("organization", "o1")], &[]).unwrap();
    let scope = Scope::everything();
    let question = log.question(&filters.predicate, &scope);
    let total = count(&question).unwrap();
    let fields = ["channel", "event"].map(|name| FacetField::find(name).unwrap());
    for facet in facets(&question, &fields, 1_000).unwrap() {
        assert_eq!(facet.values.iter().map(|(_, count)| count).sum::<u64>(), total);
        assert_eq!(facet.values.len(), 3);
    }
    let bars = histogram(&question, Interval::Day, Some(fields[0]), &TimeZone::UTC).unwrap();
    assert_eq!(bars.iter().flat_map(|bar| &bar.counts).map(|(_, count)| count).sum::<u64>(), total);
}

#[test]
fn q12_exports_a_month_of_an_organization() {
    let log = log();
    let filters = Filters::parse([("organization", "o1"), ("from", "2026-03"), ("to", "2026-03")], &[]).unwrap();
    let scope = Scope::everything();
    let question = log.question(&filters.predicate, &scope);
    let mut want = log.newest(u64::MAX, |made| matches(&filters.predicate, made, NOW_US));
    want.sort_unstable();
    let hits: Vec<u64> = scan(&question, Order::Leaf).map(|hit| hit.unwrap().leaf).collect();
    assert_eq!(hits, want);
    assert!(hits.len() > 50);
}
