use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;
use search::{ADDRESSES_MAX, Addresses, Context, Predicate, Question, Scope, SearchError, addresses, parse_query};
use segment::{Part, PartError};

use crate::ask::{Log, NOW_US, draws};
use crate::entries::token;
use crate::naive::matches;

/// Addresses of which those of some leaves are erased; counts what is opened.
struct Watched<'a> {
    log: &'a Log,
    erased: fn(u64) -> bool,
    opened: AtomicU64,
}

impl Addresses for Watched<'_> {
    fn token(&self, ip: IpAddr) -> u64 {
        token(ip)
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        self.log.context().addresses.confirm(part, row, ip)
    }

    fn all_visible(&self) -> bool {
        (0..self.log.view.size).all(|leaf| !(self.erased)(leaf))
    }

    fn is_visible(&self, part: &dyn Part, row: u32) -> Result<bool, PartError> {
        Ok(!(self.erased)(part.leaf(row)))
    }

    fn name(&self, part: &dyn Part, row: u32) -> Result<Option<IpAddr>, PartError> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.log.context().addresses.name(part, row)
    }
}

#[test]
fn addresses_are_counted_as_a_look_at_every_entry_counts_them() {
    let scope = Scope::everything();
    let nobody: fn(u64) -> bool = |_| false;
    let erasures = [nobody, |leaf| leaf % 3 == 0, |_| true];
    for (cut, text) in [(37, ""), (130, "outcome:failure"), (1_000, "severity:>=warning -channel:auth")] {
        let log = Log::new(&draws(700, 29), cut);
        let predicate = parse_query(text, &TimeZone::UTC).unwrap();
        for erased in erasures {
            let watched = Watched { log: &log, erased, opened: AtomicU64::new(0) };
            let context = Context { addresses: &watched, ..log.context() };
            let question = Question::new(&log.view, &predicate, &scope, context);
            let found = addresses(&question, ADDRESSES_MAX).unwrap();
            // The tokens of this test collide: what is counted as one is named by one of them.
            let mut want: BTreeMap<u64, u64> = BTreeMap::new();
            let seen = log.entries.iter().filter(|made| matches(&predicate, made, NOW_US) && !erased(made.leaf));
            let ips = seen.filter_map(|made| made.shown.pointer("/client/ip"));
            for ip in ips {
                *want.entry(token(ip.as_str().unwrap().parse().unwrap())).or_default() += 1;
            }
            let by_token: BTreeMap<u64, u64> = found.iter().map(|(ip, count)| (token(*ip), *count)).collect();
            assert_eq!(by_token, want, "{cut} {text}");
            assert_eq!(found.len(), want.len());
            assert!(found.is_sorted_by(|a, b| (b.1, a.0) < (a.1, b.0)), "most frequent first");
            assert!(watched.opened.into_inner() <= found.len() as u64, "an entry is opened for each address listed");
        }
    }
}

#[test]
fn no_more_addresses_are_opened_than_are_asked_for() {
    let (log, scope) = (Log::new(&draws(300, 4), 40), Scope::everything());
    let watched = Watched { log: &log, erased: |_| false, opened: AtomicU64::new(0) };
    let ask = |limit: usize| {
        let context = Context { addresses: &watched, ..log.context() };
        addresses(&Question::new(&log.view, &Predicate::All, &scope, context), limit)
    };
    let all = ask(ADDRESSES_MAX).unwrap();
    assert_eq!(all.len(), 2);
    watched.opened.store(0, Ordering::Relaxed);
    assert_eq!(ask(1).unwrap(), all[..1]);
    assert_eq!(watched.opened.load(Ordering::Relaxed), 1);
    for limit in [0, ADDRESSES_MAX + 1] {
        assert!(matches!(ask(limit), Err(SearchError::AddressLimit(_))));
    }
    assert_eq!(all.iter().map(|(ip, _)| ip).collect::<BTreeSet<_>>().len(), 2);
}

#[test]
fn looking_for_the_erased_spends_the_budget_of_the_question() {
    let (log, scope) = (Log::new(&draws(300, 4), 40), Scope::everything());
    let watched = Watched { log: &log, erased: |leaf| leaf == 0, opened: AtomicU64::new(0) };
    let context = Context { addresses: &watched, lines_max: 50, ..log.context() };
    let question = Question::new(&log.view, &Predicate::All, &scope, context);
    assert!(matches!(addresses(&question, 10), Err(SearchError::OverBudget(_))));
}
