//! Admission with everything fixed.

use std::net::IpAddr;
use std::sync::Arc;

use indelible_event::{
    Admission, Admitted, Agents, Digest, Entry, Event, KeyError, Keys, Person, PersonId, PersonKey, Place, Places,
    Rules, admit_seen, parse_one, personal,
};

/// Makes every person's key from the person's canonical bytes, so that nothing needs to be remembered.
pub struct FixedKeys;

impl Keys for FixedKeys {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut bytes = Vec::new();
        person.write_bytes(&mut bytes);
        let secret = Digest::of(&bytes).0;
        let mut id = [0; 16];
        id.copy_from_slice(&secret[..16]);
        Ok(Arc::new(PersonKey::new(PersonId(id), secret.into())))
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        personal::pseudonym(&PSEUDONYM_KEY, person)
    }
}

/// The log's pseudonym key of [`FixedKeys`].
pub const PSEUDONYM_KEY: [u8; 32] = [0x5A; 32];

/// Knows one address and one CI platform.
pub struct FixedLookups;

impl Places for FixedLookups {
    fn lookup(&self, ip: IpAddr) -> Option<Place> {
        let place =
            Place { city: Some("Zürich".to_owned()), region: Some("ZH".to_owned()), country: Some("CH".to_owned()) };
        (ip.to_string() == "192.0.2.7").then_some(place)
    }
}

impl Agents for FixedLookups {
    fn ci(&self, user_agent: &str) -> Option<&str> {
        user_agent.starts_with("actions/").then_some("GitHub Actions")
    }
}

/// 2026-11-23T09:05:53.123456Z
pub const NOW_US: i64 = 1_795_424_753_123_456;

pub fn admission(rules: &Rules) -> Admission<'_> {
    Admission {
        now_us: NOW_US,
        source: "test",
        id_random: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        keys: &FixedKeys,
        places: &FixedLookups,
        agents: &FixedLookups,
        rules,
    }
}

#[track_caller]
pub fn parsed(json: &str) -> Event<'_> {
    parse_one(json.as_bytes()).unwrap_or_else(|problems| panic!("{json}: {problems:?}"))
}

#[track_caller]
pub fn admitted(json: &str) -> Admitted {
    let seen = admit_seen(&parsed(json), &admission(&Rules::builtin()), |entry, _| format!("{entry:?}"));
    let (admitted, seen) = seen.expect("admitted");
    let read = Entry::parse(&admitted.line).expect("a line");
    assert_eq!(seen, format!("{read:?}"), "what admission shows is what the line says");
    admitted
}

#[track_caller]
pub fn line_of(json: &str) -> String {
    String::from_utf8(admitted(json).line).expect("UTF-8")
}
