use std::sync::Arc;

use jiff::tz::TimeZone;
use search::{BUCKETS_MAX, FacetField, Interval, Predicate, Scope, SearchError, facets, histogram};
use segment::{Part, View};

use crate::ask::{Log, draws};
use crate::entries::{BEGIN_US, make};
use crate::naive_part::NaivePart;

#[test]
fn a_histogram_has_at_most_so_many_bars() {
    let mut log = Log::new(&[], 1);
    let minutes = |count: usize| {
        let mut entries: Vec<_> =
            draws(count, 1).iter().enumerate().map(|(leaf, draw)| make(leaf as u64, draw)).collect();
        entries.iter_mut().enumerate().for_each(|(at, made)| made.order_us = BEGIN_US + at as i64 * 60_000_000);
        View {
            size: count as u64,
            parts: entries.chunks(4_000).map(|made| Arc::new(NaivePart::new(made)) as Arc<dyn Part>).collect(),
        }
    };
    let scope = Scope::everything();
    log.view = minutes(BUCKETS_MAX);
    let bars = |log: &Log| histogram(&log.question(&Predicate::All, &scope), Interval::Minute, None, &TimeZone::UTC);
    assert_eq!(bars(&log).unwrap().len(), BUCKETS_MAX);
    log.view = minutes(BUCKETS_MAX + 1);
    assert!(matches!(bars(&log), Err(SearchError::Buckets)));
}

#[test]
fn a_histogram_leaves_empty_intervals_out() {
    // Times are 7 hours apart over 300 days: a quarter of a million minutes, few of them with entries.
    let log = Log::new(&draws(200, 21), 30);
    let scope = Scope::everything();
    let question = log.question(&Predicate::All, &scope);
    let bars = histogram(&question, Interval::Minute, None, &TimeZone::UTC).unwrap();
    assert_eq!(bars.iter().map(|bar| bar.total).sum::<u64>(), 200);
    assert!(bars.windows(2).all(|pair| pair[0].start_us < pair[1].start_us));
}

#[test]
fn an_unknown_field_is_answered_with_those_there_are() {
    let error = FacetField::find("description").unwrap_err();
    assert!(error.to_string().contains("channel, resource_type"), "{error}");
    for name in ["actor", "channel", "event", "severity", "http_status", "country"] {
        assert_eq!(FacetField::find(name).unwrap().name(), name);
    }
}

#[test]
fn a_facet_hands_out_the_most_frequent_values() {
    let log = Log::new(&draws(200, 21), 30);
    let scope = Scope::everything();
    let question = log.question(&Predicate::All, &scope);
    let field = [FacetField::find("event_id").unwrap()];
    let all = facets(&question, &field, 1_000).unwrap().remove(0).values;
    let some = facets(&question, &field, 3).unwrap().remove(0).values;
    assert_eq!(some, all[..3]);
    assert!(matches!(facets(&question, &field, 0), Err(SearchError::FacetLimit(0))));
}
