//! Request bodies: any bytes are refused with problems or become entries whose lines read back, and whose events, sent
//! again, have the same digest.

#![no_main]

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use event::render::Opened;
use event::{
    Admission, AdmitError, Agents, BodyKind, Digest, Entry, Event, KeyError, Keys, Person, PersonId, PersonKey, Place,
    Places, Rules, admit_seen, limits, parse_batch, parse_one, personal, readmit,
};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

struct Fixed;

impl Keys for Fixed {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut bytes = Vec::new();
        person.write_bytes(&mut bytes);
        Ok(Arc::new(PersonKey::new(PersonId([1; 16]), Digest::of(&bytes).0.into())))
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        personal::pseudonym(&[2; 32], person)
    }
}

impl Places for Fixed {
    fn lookup(&self, _: IpAddr) -> Option<Place> {
        Some(Place { city: Some("{Zürich".to_owned()), region: None, country: Some("CH".to_owned()) })
    }
}

impl Agents for Fixed {
    fn ci(&self, _: &str) -> Option<&str> {
        Some("CI")
    }
}

fn record(event: &Event<'_>) {
    let admission = Admission {
        now_us: 1_795_424_753_123_456,
        source: "fuzz",
        id_random: [3; 10],
        keys: &Fixed,
        places: &Fixed,
        agents: &Fixed,
        rules: &RULES,
    };
    let (admitted, seen) = match admit_seen(event, &admission, |entry, _| format!("{entry:?}")) {
        Ok(both) => both,
        Err(AdmitError::LineTooLong { bytes }) => return assert!(bytes > limits::LINE_BYTES_MAX),
        Err(error) => panic!("{error}"),
    };
    assert!(serde_json::from_slice::<Box<serde_json::value::RawValue>>(&admitted.line).is_ok(), "a line is JSON");
    let entry = Entry::parse(&admitted.line).expect("a line reads back");
    assert_eq!(seen, format!("{entry:?}"), "what admission shows is what the line says");
    assert_eq!(entry.id, admitted.id);
    assert_eq!(entry.order_time_us(), admitted.order_time_us);
    assert_eq!(entry.personal.len(), admitted.personal.len());
    let opened: Vec<Opened<'_>> = admitted
        .personal
        .iter()
        .map(|parts| {
            let mut opened = Opened::default();
            for disclosure in &parts.disclosures {
                opened.add(&disclosure.json).expect("a disclosure reads back");
            }
            opened
        })
        .collect();
    let again = readmit(event, &admitted.line, &opened, &Admission { now_us: 1_800_000_000_000_000, ..admission });
    assert_eq!(again.expect("readmitted"), admitted.digest, "the same event again");
}

fuzz_target!(|bytes: &[u8]| {
    let _ = BodyKind::guess(bytes);
    let _ = Entry::parse(bytes);
    for kind in [BodyKind::Array, BodyKind::Ndjson] {
        if let Ok(batch) = parse_batch(bytes, kind) {
            batch.events.iter().flatten().for_each(record);
            assert_eq!(batch.is_sound(), batch.problems().is_empty(), "what is refused has a reason");
        }
    }
    match parse_one(bytes) {
        Ok(event) => record(&event),
        Err(problems) => assert!(!problems.is_empty(), "what is refused has a reason"),
    }
});
