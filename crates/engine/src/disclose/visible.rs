//! What questions see of persons: everything that is not erased, as far as whoever asks may see it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use event::personal::{Fit, SealedDisclosure};
use event::{Entry, Kind};
use index::AddressValue;
use search::{Addresses, Identities};
use segment::{Part, PartError};
use vault::OpenIdentity;

use super::disclosing::{Disclosing, Opening, store};
use super::indexing::address_in;
use super::named::must_name;
use super::sight::Persons;

/// For how many addresses a question keeps what the index may hold, 32 bytes a person each: nobody asks for more at once.
const KEPT_MAX: usize = 4;

/// The vault as search sees it, for one question.
pub(crate) struct Visible<'a> {
    disclosing: Disclosing<'a>,
    /// What the index may hold for the addresses asked for last: each part of the log is asked for the same ones.
    values: Mutex<Vec<(IpAddr, Arc<[AddressValue]>)>>,
}

impl<'a> Visible<'a> {
    pub(crate) fn new(disclosing: Disclosing<'a>) -> Self {
        Self { disclosing, values: Mutex::default() }
    }

    /// Of whom names and e-mail addresses may be seen.
    fn named(&self) -> &Persons {
        self.disclosing.sight.of(Kind::Identity)
    }

    /// Of whom addresses of clients may be seen.
    fn connected(&self) -> &Persons {
        self.disclosing.sight.of(Kind::Connection)
    }

    /// The address of the entry at `row`, by its line or a disclosure, in canonical form.
    fn address(&self, part: &dyn Part, row: u32) -> Result<Option<IpAddr>, PartError> {
        let canonical = |text: &str| text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let line = part.line(row)?;
        let entry = Entry::parse(&line).map_err(store)?;
        if let Some(known) = entry.client.ip.as_deref() {
            return Ok(canonical(known));
        }
        let disclosed = part.disclosures(row)?;
        must_name(&line, part.leaf(row), &disclosed)?;
        for record in disclosed.iter().filter_map(|[_, connection, _]| connection.as_ref()) {
            if let Opening::Text(json) = self.disclosing.open(record.as_ref())?
                && let Some(known) = address_in(&json)?
            {
                return Ok(canonical(&known));
            }
        }
        Ok(None)
    }
}

impl Identities for Visible<'_> {
    fn each(&self, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.fitting(Fit::Inside, "", take);
    }

    fn are_all_open(&self) -> bool {
        *self.named() == Persons::Nobody || self.disclosing.vault.holds_all_identities()
    }

    fn others(
        &self,
        part: &dyn Part,
        wanted: &dyn Fn(&[u8; 32]) -> Result<bool, PartError>,
        take: &mut dyn FnMut(&[u8; 32], &str, &str),
    ) -> Result<(), PartError> {
        if self.are_all_open() {
            return Ok(());
        }
        let mut open = |record: SealedDisclosure<&[u8]>| {
            // Of those that may not be seen, none counts either.
            if !self.named().has(record.person) || self.disclosing.vault.has_identity(&record.digest) {
                return Ok(());
            }
            if !wanted(&record.digest)? {
                return Ok(());
            }
            let Opening::Text(json) = self.disclosing.open(record)? else { return Ok(()) };
            let values = vault::identity_values(&json).map_err(store)?;
            values.iter().for_each(|(pointer, value)| take(&record.digest, pointer, value));
            Ok(())
        };
        if let Some(file) = part.disclosure_file() {
            return file.each_record(Kind::Identity, &mut |_, record| open(record.as_ref()));
        }
        for row in 0..part.rows() {
            let disclosed = part.disclosures(row)?;
            disclosed.iter().filter_map(|[identity, ..]| identity.as_ref()).try_for_each(|one| open(one.as_ref()))?;
        }
        Ok(())
    }

    fn fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        let persons = self.named();
        if *persons == Persons::Nobody {
            return;
        }
        self.disclosing.vault.for_each_fitting(fit, folded, &mut |OpenIdentity { digest, person }, pointer, value| {
            if persons.has(*person) {
                take(digest, pointer, value);
            }
        });
    }
}

impl Addresses for Visible<'_> {
    fn values(&self, ip: IpAddr) -> Arc<[AddressValue]> {
        // The lock is held while they are worked out, since the threads of a question ask for the same.
        let mut kept = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, values)) = kept.iter().find(|(known, _)| *known == ip) {
            return Arc::clone(values);
        }
        let vault = self.disclosing.vault;
        let values: Arc<[AddressValue]> = match self.connected() {
            Persons::Everybody => vault.address_values(ip),
            Persons::Nobody => vault.address_values_of(&[], ip),
            Persons::These(persons) => vault.address_values_of(persons.handles(), ip),
        }
        .into();
        kept.truncate(KEPT_MAX - 1);
        kept.insert(0, (ip, Arc::clone(&values)));
        values
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        Ok(self.address(part, row)? == Some(ip.to_canonical()))
    }

    fn reveal(&self, value: &AddressValue) -> Option<IpAddr> {
        let holder = vault::holder_of_address(value);
        holder.is_none_or(|person| self.connected().has(person)).then(|| self.disclosing.vault.reveal_address(value))?
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event::Person;
    use event::personal::Scope;
    use search::{ADDRESSES_MAX, Predicate, parse_query};

    use super::*;
    use crate::{Config, Log, Submission, World, inspect};

    /// Three persons and a token, each from the two addresses in turn.
    fn submit(log: &Log) {
        let event = |n: usize| {
            let kind = if n % 4 == 3 { "token" } else { "user" };
            let actor = format!(r#"{{"type":"{kind}","id":"u{}"}}"#, n % 4);
            format!(r#"{{"action":"door.open","actor":{actor},"client":{{"ip":"10.0.0.{}"}}}}"#, n / 4 % 2)
        };
        let body = (0..40).map(event).collect::<Vec<_>>().join("\n");
        let kind = event::BodyKind::guess(body.as_bytes());
        log.submit(&Submission { body: body.as_bytes(), kind, source: "test", reach: None, partial: false }).unwrap();
    }

    fn counted(log: &Log) -> Vec<(String, u64)> {
        let ask = |predicate: &Predicate, count: &dyn Fn(&search::Question<'_>) -> Vec<(IpAddr, u64)>| {
            let answer = inspect::ask(log, &inspect::view(log), predicate, |question| Ok(count(question)));
            answer.unwrap()
        };
        let found = ask(&Predicate::All, &|question| search::addresses(question, ADDRESSES_MAX).unwrap());
        for (ip, count) in &found {
            let filter = parse_query(&format!("ip:{ip}"), &jiff::tz::TimeZone::UTC).unwrap();
            let by_filter = ask(&filter, &|question| vec![(*ip, search::count(question).unwrap())]);
            assert_eq!(by_filter, [(*ip, *count)], "as many as the filter finds");
        }
        found.into_iter().map(|(ip, count)| (ip.to_string(), count)).collect()
    }

    #[test]
    fn addresses_of_the_erased_are_neither_counted_nor_named() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(&dir.path().join("data"));
        config.marks = dir.path().join("marks");
        let log = Log::open(config, World::system()).unwrap();
        submit(&log);
        log.seal().unwrap();
        submit(&log);
        let both = |count| vec![("10.0.0.0".to_owned(), count), ("10.0.0.1".to_owned(), count)];
        assert_eq!(counted(&log), both(40));
        for (gone, left) in [("u0", 30), ("u2", 20), ("u1", 10)] {
            let person = Person { scope: Scope::Source("test"), kind: "user", id: gone };
            log.shared.vault.destroy(&person).unwrap().unwrap();
            assert_eq!(counted(&log), both(left), "without {gone}");
        }
    }

    /// Of the addresses of a /16, those that somebody with every key there is finds behind what any part of the log, sealed or
    /// not, holds for an address: by trying them all under each person's key, and by reading each value.
    fn found_by_enumerating(log: &Log) -> BTreeSet<IpAddr> {
        let vault = &log.shared.vault;
        let mut held: BTreeSet<AddressValue> = BTreeSet::new();
        for part in &inspect::view(log).parts {
            let values = part.values(index::Field::Address).unwrap();
            held.extend(values.into_iter().map(|(value, _)| AddressValue::try_from(value).unwrap()));
        }
        let all = (0..=u16::MAX).map(|end| IpAddr::from([10, 1, (end >> 8) as u8, end as u8]));
        let tried = all.filter(|ip| vault.address_values(*ip).iter().any(|value| held.contains(value)));
        tried.chain(held.iter().filter_map(|value| vault.reveal_address(value))).collect()
    }

    #[test]
    fn with_all_keys_but_the_erased_one_trying_every_address_finds_none_of_the_erased() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(&dir.path().join("data"));
        config.marks = dir.path().join("marks");
        let log = Log::open(config.clone(), World::system()).unwrap();
        let sent = |n: u8| {
            let event = |m: u8| {
                format!(r#"{{"action":"a.b","actor":{{"type":"user","id":"u{m}"}},"client":{{"ip":"10.1.{n}.{m}"}}}}"#)
            };
            let body = [event(1), event(2)].join("\n");
            let kind = event::BodyKind::guess(body.as_bytes());
            log.submit(&Submission { body: body.as_bytes(), kind, source: "test", reach: None, partial: false })
                .unwrap();
        };
        sent(1);
        log.seal().unwrap();
        sent(2);
        let ips = |list: &[[u8; 2]]| list.iter().map(|[n, m]| IpAddr::from([10, 1, *n, *m])).collect::<BTreeSet<_>>();
        assert_eq!(found_by_enumerating(&log), ips(&[[1, 1], [1, 2], [2, 1], [2, 2]]), "so it can be found");
        let person = Person { scope: Scope::Source("test"), kind: "user", id: "u1" };
        let handle = log.shared.vault.destroy(&person).unwrap().unwrap();
        log.record_own(&crate::Own::Erased { person: handle }).unwrap();
        assert_eq!(found_by_enumerating(&log), ips(&[[1, 2], [2, 2]]));
        // The same of what is replayed, and of what is sealed and made again afterwards.
        log.close().unwrap();
        let log = Log::open(config.clone(), World::system()).unwrap();
        assert_eq!(found_by_enumerating(&log), ips(&[[1, 2], [2, 2]]));
        log.seal().unwrap();
        assert_eq!(found_by_enumerating(&log), ips(&[[1, 2], [2, 2]]));
        log.close().unwrap();
    }
}
