//! Every function against the oracle, for random predicates over random logs.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use search::{
    FacetField, Interval, Order, Page, PageRequest, Predicate, Question, Scope, count, facets, find_event_id, find_id,
    histogram, page, scan,
};

use crate::ask::{Log, NOW_US, draws, removed};
use crate::entries::{BEGIN_US, Made};
use crate::naive::{exact, matches};
use crate::predicates::predicate;

fn log() -> impl Strategy<Value = Log> {
    let gaps = prop_oneof![Just(0), any::<u64>()];
    let log = (1..120_usize, 1..60_usize, any::<u64>(), gaps);
    log.prop_map(|(count, cut, seed, gaps)| Log::with_gaps(&draws(count, seed), cut, &removed(gaps)))
}

fn chain(question: &Question<'_>, oldest_first: bool, limit: usize) -> (Vec<u64>, Vec<Page>) {
    let mut leaves = Vec::new();
    let mut pages: Vec<Page> = Vec::new();
    loop {
        let cursor = pages.last().and_then(|page| page.next.clone());
        if !pages.is_empty() && cursor.is_none() {
            return (leaves, pages);
        }
        let request =
            PageRequest { oldest_first, limit, cursor: cursor.as_deref(), count: pages.len().is_multiple_of(2) };
        let page = page(question, &request).unwrap();
        leaves.extend(page.hits.iter().map(|hit| hit.leaf));
        pages.push(page);
    }
}

fn day(us: i64) -> i64 {
    us.div_euclid(86_400_000_000) * 86_400_000_000
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The first few say enough of a log that was shrunk, and a page of others says nothing.
        for made in self.entries.iter().take(5) {
            writeln!(f, "{} {} {}", made.leaf, made.order_us - BEGIN_US, made.shown)?;
        }
        write!(f, "{} entries", self.entries.len())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn counts_pages_and_scans_agree_with_a_look_at_every_entry(
        log in log(), predicate in predicate(), limit in 1..40_usize,
    ) {
        let scope = Scope::everything();
        let question = log.question(&predicate, &scope);
        let newest = log.newest(u64::MAX, |made| matches(&predicate, made, NOW_US));
        prop_assert_eq!(count(&question).unwrap(), newest.len() as u64, "{}", predicate);
        let mut oldest = newest.clone();
        oldest.reverse();
        for (want, oldest_first) in [(&newest, false), (&oldest, true)] {
            let (leaves, pages) = chain(&question, oldest_first, limit);
            prop_assert_eq!(&leaves, want, "{}", predicate);
            for page in pages {
                prop_assert!(page.hits.len() == limit || page.next.is_none());
                prop_assert!(page.count.is_none_or(|count| count == newest.len() as u64));
            }
        }
        let scanned = |order| scan(&question, order).map(|hit| hit.unwrap().leaf).collect::<Vec<_>>();
        let mut by_leaf = newest.clone();
        by_leaf.sort_unstable();
        prop_assert_eq!(scanned(Order::NewestFirst), newest);
        prop_assert_eq!(scanned(Order::OldestFirst), oldest);
        prop_assert_eq!(scanned(Order::Leaf), by_leaf);
    }

    #[test]
    fn facets_and_histograms_agree_with_a_look_at_every_entry(log in log(), predicate in predicate()) {
        let scope = Scope::everything();
        let question = log.question(&predicate, &scope);
        let found: Vec<&Made> = log.entries.iter().filter(|made| matches(&predicate, made, NOW_US)).collect();
        let fields: Vec<FacetField> = FacetField::all().filter(|field| field.name() != "actor").collect();
        for facet in facets(&question, &fields, 1_000).unwrap() {
            let mut want: BTreeMap<String, u64> = BTreeMap::new();
            for made in &found {
                // A facet shows what the index holds: pseudonyms, not the addresses behind them.
                let values = exact(facet.field.name(), &made.shown).into_iter().filter(|value| !value.contains('@'));
                for value in values {
                    *want.entry(value).or_default() += 1;
                }
            }
            let mut want: Vec<_> = want.into_iter().collect();
            want.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            prop_assert_eq!(facet.values, want, "{}", facet.field.name());
        }
        let by = FacetField::find("severity").unwrap();
        let mut want: BTreeMap<i64, BTreeMap<String, u64>> = BTreeMap::new();
        for made in &found {
            let bar = want.entry(day(made.order_us)).or_default();
            *bar.entry(made.shown["severity"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let bars = histogram(&question, Interval::Day, Some(by), &TimeZone::UTC).unwrap();
        let bars: BTreeMap<i64, BTreeMap<String, u64>> =
            bars.into_iter().map(|bar| (bar.start_us, bar.counts.into_iter().collect())).collect();
        prop_assert_eq!(bars, want);
    }

    #[test]
    fn the_canonical_text_reads_back_as_the_same_predicate(predicate in predicate()) {
        let text = predicate.to_string();
        let read = search::parse_query(&text, &TimeZone::UTC);
        prop_assert_eq!(read.as_ref(), Ok(&predicate), "{}", text);
        prop_assert_eq!(read.unwrap().hash(), predicate.hash());
    }
}

#[test]
fn entries_are_found_by_id_and_event_id() {
    for log in [Log::new(&draws(80, 3), 17), Log::with_gaps(&draws(80, 3), 17, &removed(9))] {
        let scope = Scope::everything();
        for made in &log.entries {
            let id = made.shown["id"].as_str().unwrap();
            let hit = find_id(&log.view, &id.to_uppercase(), &scope, log.context()).unwrap();
            assert_eq!(hit.map(|hit| hit.leaf), Some(made.leaf));
        }
        for made in Log::new(&draws(80, 3), 17).entries.iter().filter(|made| log.line(made.leaf).is_none()) {
            let id = made.shown["id"].as_str().unwrap();
            assert!(find_id(&log.view, id, &scope, log.context()).unwrap().is_none(), "it was removed");
            assert!(log.view.find(made.leaf).is_none());
        }
        assert!(find_id(&log.view, "no such id", &scope, log.context()).unwrap().is_none());
        let wanted = log.entries[0..].iter().find_map(|made| made.shown["event_id"].as_str()).unwrap();
        let want = log.newest(u64::MAX, |made| made.shown["event_id"] == wanted);
        let hits = find_event_id(&log.view, wanted, &scope, log.context()).unwrap();
        assert_eq!(hits.iter().map(|hit| hit.leaf).collect::<Vec<_>>(), want);
    }
}

#[test]
fn an_empty_log_answers_everything_with_nothing() {
    let log = Log::new(&[], 1);
    let scope = Scope::everything();
    let question = log.question(&Predicate::All, &scope);
    assert_eq!(count(&question).unwrap(), 0);
    let page = page(&question, &PageRequest { limit: 50, count: true, ..PageRequest::default() }).unwrap();
    assert!(page.hits.is_empty() && page.next.is_none() && page.count == Some(0));
    assert!(histogram(&question, Interval::Hour, None, &TimeZone::UTC).unwrap().is_empty());
}

#[test]
fn a_question_over_its_budget_is_refused_rather_than_cut_short() {
    let log = Log::new(&draws(60, 4), 20);
    let scope = Scope::everything();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let over_budget = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 2;
    let context = search::Context { over_budget: &over_budget, ..log.context() };
    let question = Question::new(&log.view, &Predicate::All, &scope, context);
    assert!(matches!(count(&question), Err(search::SearchError::OverBudget(search::Spent::Time))));
}
