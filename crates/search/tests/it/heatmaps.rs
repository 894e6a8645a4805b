use jiff::Timestamp;
use jiff::tz::TimeZone;
use search::{Heatmap, Predicate, Scope, SearchError, heatmap, parse_query};

use crate::ask::{Log, NOW_US, draws};
use crate::naive::matches;

fn naive(log: &Log, predicate: &Predicate, tz: &TimeZone) -> Heatmap {
    let mut cells = Heatmap::default();
    for made in log.entries.iter().filter(|made| matches(predicate, made, NOW_US)) {
        let at = Timestamp::from_microsecond(made.order_us).unwrap().to_zoned(tz.clone());
        let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap();
        cells[weekday][usize::try_from(at.hour()).unwrap()] += 1;
    }
    cells
}

/// Entries every seven minutes around the days when clocks change.
fn around_changes() -> Log {
    let mut log = Log::new(&draws(3_000, 5), 3_000);
    let days = ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-04-04T03:00:00Z"];
    let begin = |day: &str| day.parse::<Timestamp>().unwrap().as_microsecond();
    for (at, made) in log.entries.iter_mut().enumerate() {
        made.order_us = begin(days[at % 3]) + (at / 3) as i64 * 7 * 60_000_000;
    }
    let parts = log.entries.chunks(700).map(|made| std::sync::Arc::new(crate::naive_part::NaivePart::new(made)) as _);
    log.view.parts = parts.collect();
    log
}

#[test]
fn a_heatmap_agrees_with_a_look_at_every_entry() {
    let scope = Scope::everything();
    for (cut, text) in [(37, ""), (400, "severity:critical"), (1_000, "event:updated OR outcome:failure")] {
        let log = Log::new(&draws(1_500, 23), cut);
        let predicate = parse_query(text, &TimeZone::UTC).unwrap();
        for zone in ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"] {
            let tz = TimeZone::get(zone).unwrap();
            let cells = heatmap(&log.question(&predicate, &scope), &tz).unwrap();
            assert_eq!(cells, naive(&log, &predicate, &tz), "{zone} {text}");
            assert!(cells.as_flattened().iter().sum::<u64>() > 0, "{zone} {text}");
        }
    }
}

#[test]
fn hours_are_those_of_the_clock_on_the_days_when_it_changes() {
    let log = around_changes();
    let scope = Scope::everything();
    // By an hour, by half an hour, never.
    for zone in ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"] {
        let tz = TimeZone::get(zone).unwrap();
        let cells = heatmap(&log.question(&Predicate::All, &scope), &tz).unwrap();
        assert_eq!(cells, naive(&log, &Predicate::All, &tz), "{zone}");
    }
}

#[test]
fn monday_comes_first() {
    let mut log = Log::new(&draws(1, 1), 1);
    // 2026-11-23 is a Monday.
    log.entries[0].order_us = "2026-11-22T23:30:00Z".parse::<Timestamp>().unwrap().as_microsecond();
    log.view.parts = vec![std::sync::Arc::new(crate::naive_part::NaivePart::new(&log.entries))];
    let scope = Scope::everything();
    let cells = |zone: &str| heatmap(&log.question(&Predicate::All, &scope), &TimeZone::get(zone).unwrap()).unwrap();
    assert_eq!((cells("UTC")[6][23], cells("Europe/Berlin")[0][0]), (1, 1));
}

#[test]
fn a_heatmap_over_its_budget_is_refused() {
    let log = Log::new(&draws(200, 3), 50);
    let scope = Scope::everything();
    let context = search::Context { over_budget: &|| true, ..log.context() };
    let question = search::Question::new(&log.view, &Predicate::All, &scope, context);
    assert!(matches!(heatmap(&question, &TimeZone::UTC), Err(SearchError::OverBudget(_))));
}
