//! What a caller may see of persons: everything that is not erased.

use std::net::IpAddr;

use event::personal::Fit;
use event::{Entry, PersonId};
use search::{Addresses, Identities};
use segment::{DisclosureRecord, Part, PartError};
use vault::{KeyState, Vault};

use crate::rows::{address_in, open};

/// The vault as search sees it.
pub(crate) struct Visible<'a>(pub(crate) &'a Vault);

impl Identities for Visible<'_> {
    fn each(&self, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.0.for_each_identity(&mut |identity| {
            for (pointer, value) in identity.values {
                take(identity.digest, pointer, value);
            }
        });
    }

    fn fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.0.for_each_fitting(fit, folded, take);
    }
}

impl Addresses for Visible<'_> {
    fn token(&self, ip: IpAddr) -> u64 {
        self.0.address_token(&ip.to_string())
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        Ok(self.name(part, row)? == Some(ip.to_canonical()))
    }

    fn all_visible(&self) -> bool {
        !self.0.has_erased()
    }

    /// Only the connection of a person left the line: without one, the address stands in it.
    fn is_visible(&self, part: &dyn Part, row: u32) -> Result<bool, PartError> {
        let mut connections = part.disclosures(row)?.into_iter().filter_map(|[_, connection, _]| connection).peekable();
        let in_the_line = connections.peek().is_none();
        let live = |record: DisclosureRecord| self.0.key_state(PersonId(record.person)) == KeyState::Live;
        Ok(in_the_line || connections.any(live))
    }

    fn name(&self, part: &dyn Part, row: u32) -> Result<Option<IpAddr>, PartError> {
        let canonical = |text: &str| text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let line = part.line(row)?;
        let entry = Entry::parse(&line).map_err(|error| PartError::Store(Box::new(error)))?;
        if let Some(known) = entry.client.ip.as_deref() {
            return Ok(canonical(known));
        }
        for record in part.disclosures(row)?.into_iter().filter_map(|[_, connection, _]| connection) {
            if let Some(known) = open(self.0, &record)?.as_deref().map(address_in).transpose()?.flatten() {
                return Ok(canonical(&known));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use event::Person;
    use event::personal::Scope;
    use search::{ADDRESSES_MAX, Predicate, Scope as Sight, parse_query};

    use super::*;
    use crate::{Config, Log, Submission, World};

    /// Three persons and a token, each from the two addresses in turn.
    fn submit(log: &Log) {
        let event = |n: usize| {
            let kind = if n % 4 == 3 { "token" } else { "user" };
            let actor = format!(r#"{{"type":"{kind}","id":"u{}"}}"#, n % 4);
            format!(r#"{{"action":"door.open","actor":{actor},"client":{{"ip":"10.0.0.{}"}}}}"#, n / 4 % 2)
        };
        let body = (0..40).map(event).collect::<Vec<_>>().join("\n");
        let kind = event::BodyKind::guess(body.as_bytes());
        log.submit(&Submission { body: body.as_bytes(), kind, source: "test", partial: false }).unwrap();
    }

    fn counted(log: &Log) -> Vec<(String, u64)> {
        let ask = |predicate: &Predicate, count: &dyn Fn(&search::Question<'_>) -> Vec<(IpAddr, u64)>| {
            let answer =
                log.ask(&log.view(), predicate, &Sight::everything(), &|| false, |question| Ok(count(question)));
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
}
