use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use index::AddressValue;
use jiff::tz::TimeZone;
use search::{ADDRESSES_MAX, Addresses, Context, Predicate, Question, Scope, SearchError, addresses, parse_query};
use segment::{Part, PartError};

use crate::ask::{Log, NOW_US, draws};
use crate::entries::holder;
use crate::naive::matches;

/// Addresses of which those of some persons are erased.
struct Watched<'a> {
    log: &'a Log,
    erased: fn(u8) -> bool,
}

impl Addresses for Watched<'_> {
    fn values(&self, ip: IpAddr) -> Arc<[AddressValue]> {
        let values = self.log.context().addresses.values(ip);
        values.iter().filter(|value| !(self.erased)(value[0])).copied().collect()
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        self.log.context().addresses.confirm(part, row, ip)
    }

    fn reveal(&self, value: &AddressValue) -> Option<IpAddr> {
        self.log.context().addresses.reveal(value).filter(|_| !(self.erased)(value[0]))
    }
}

#[test]
fn addresses_are_counted_as_a_look_at_every_entry_counts_them() {
    let scope = Scope::everything();
    let nobody: fn(u8) -> bool = |_| false;
    let erasures = [nobody, |holder| holder == 0, |_| true];
    for (cut, text) in [(37, ""), (130, "outcome:failure"), (1_000, "severity:>=warning -channel:auth")] {
        let log = Log::new(&draws(700, 29), cut);
        let predicate = parse_query(text, &TimeZone::UTC).unwrap();
        for erased in erasures {
            let watched = Watched { log: &log, erased };
            let context = Context { addresses: &watched, ..log.context() };
            let question = Question::new(&log.view, &predicate, &scope, context);
            let found = addresses(&question, ADDRESSES_MAX).unwrap();
            let mut want: BTreeMap<IpAddr, u64> = BTreeMap::new();
            let seen = log.entries.iter();
            let seen = seen.filter(|made| matches(&predicate, made, NOW_US) && !erased(holder(made.leaf)));
            for ip in seen.filter_map(|made| made.shown.pointer("/client/ip")) {
                *want.entry(ip.as_str().unwrap().parse().unwrap()).or_default() += 1;
            }
            assert_eq!(found.iter().copied().collect::<BTreeMap<_, _>>(), want, "{cut} {text}");
            assert_eq!(found.len(), want.len());
            assert!(found.is_sorted_by(|a, b| (b.1, a.0) < (a.1, b.0)), "most frequent first");
        }
    }
}

#[test]
fn no_more_addresses_are_listed_than_are_asked_for() {
    let log = Log::new(&draws(300, 4), 40);
    let scope = Scope::everything();
    let ask = |limit: usize| addresses(&Question::new(&log.view, &Predicate::All, &scope, log.context()), limit);
    let all = ask(ADDRESSES_MAX).unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(ask(1).unwrap(), all[..1]);
    for limit in [0, ADDRESSES_MAX + 1] {
        assert!(matches!(ask(limit), Err(SearchError::AddressLimit(_))));
    }
}

#[test]
fn a_filter_finds_the_addresses_of_those_who_are_not_erased_in_every_kind_of_part() {
    let log = Log::new(&draws(700, 29), 37);
    let scope = Scope::everything();
    let watched = Watched { log: &log, erased: |holder| holder == 1 };
    let context = Context { addresses: &watched, ..log.context() };
    let predicate = parse_query("ip:203.0.113.2", &TimeZone::UTC).unwrap();
    let found = search::count(&Question::new(&log.view, &predicate, &scope, context)).unwrap();
    let want = log.entries.iter().filter(|made| holder(made.leaf) != 1);
    let want = want.filter(|made| made.shown.pointer("/client/ip").is_some_and(|ip| ip == "203.0.113.2"));
    assert_eq!(found, want.count() as u64);
    assert!(found > 0);
}
