//! Prints nanoseconds per event for each stage of admission: `admit_speed EVENTS.ndjson`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]
#![allow(clippy::disallowed_methods, reason = "a stopwatch is what this program is")]

use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use indelible_event::line::{self, Stamp};
use indelible_event::{
    Admission, Agents, BodyKind, Digest, Entry, Event, KeyError, Keys, Person, PersonId, PersonKey, Place, Places,
    Rules, admit, parse_batch, parse_one, personal, rules,
};

struct MapKeys {
    keys: Mutex<HashMap<Vec<u8>, Arc<PersonKey>>>,
}

impl Keys for MapKeys {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut name = Vec::new();
        person.write_bytes(&mut name);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let count = keys.len() as u128;
        let key = keys
            .entry(name)
            .or_insert_with(|| Arc::new(PersonKey::new(PersonId(count.to_be_bytes()), [count as u8; 32].into())));
        Ok(Arc::clone(key))
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        personal::pseudonym(&[7; 32], person)
    }
}

struct Nowhere;

impl Places for Nowhere {
    fn lookup(&self, _: IpAddr) -> Option<Place> {
        None
    }
}

impl Agents for Nowhere {
    fn ci(&self, _: &str) -> Option<&str> {
        None
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: admit_speed EVENTS.ndjson")?;
    let body = std::fs::read(path)?;
    let events: Vec<&[u8]> = body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let count = events.len();
    println!("{count} events, {} bytes each on average", body.len() / count);

    let rules = Rules::builtin();
    let keys = MapKeys { keys: Mutex::default() };
    let admission = Admission {
        now_us: 1_790_000_000_000_000,
        source: "bench",
        id_random: [3; 10],
        keys: &keys,
        places: &Nowhere,
        agents: &Nowhere,
        rules: &rules,
    };
    let parsed: Vec<Event<'_>> = events.iter().filter_map(|event| parse_one(event).ok()).collect();
    assert_eq!(parsed.len(), count, "the events of this file are not all valid");

    measure("parse one by one", count, || events.iter().filter(|event| parse_one(black_box(event)).is_ok()).count());
    let batches: Vec<Vec<u8>> = events.chunks(1000).map(|chunk| chunk.join(&b'\n')).collect();
    measure("parse batches of 1000", count, || {
        let sound =
            |batch: &Vec<u8>| parse_batch(black_box(batch), BodyKind::Ndjson).is_ok_and(|batch| batch.is_sound());
        batches.iter().filter(|batch| sound(batch)).count()
    });
    measure("clone", count, || parsed.iter().filter(|event| black_box((*event).clone()).time_us.is_some()).count());
    measure("clone, redact", count, || {
        parsed.iter().map(|event| rules::redact(&mut event.clone(), &rules, &mut Vec::new())).count()
    });
    measure("clone, derive", count, || parsed.iter().map(|event| rules::derive(&mut event.clone(), &rules)).count());
    measure("clone, split", count, || {
        parsed.iter().filter(|event| personal::split(&mut (*event).clone(), "bench", &keys).is_ok()).count()
    });
    let mut out = Vec::new();
    let stamp = Stamp { id: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", received_us: 0, source: "bench", personal: &[] };
    measure("line", count, || {
        let lengths = parsed.iter().map(|event| {
            out.clear();
            line::write(&mut out, black_box(event), &stamp);
            usize::from(!out.is_empty())
        });
        lengths.sum()
    });
    measure("admit", count, || parsed.iter().filter(|event| admit(black_box(event), &admission).is_ok()).count());
    let lines: Vec<Vec<u8>> = parsed.iter().filter_map(|event| Some(admit(event, &admission).ok()?.line)).collect();
    let bytes: usize = lines.iter().map(Vec::len).sum();
    println!("lines have {} bytes on average", bytes / count);
    measure("digest", count, || lines.iter().filter(|line| black_box(Digest::of(line)).0[0] < 255).count());
    measure("read a line back", count, || lines.iter().filter(|line| Entry::parse(black_box(line)).is_ok()).count());
    Ok(())
}

/// The best of several rounds: what the code costs, not what the machine was busy with.
fn measure(stage: &str, count: usize, mut round: impl FnMut() -> usize) {
    let best = (0..7).map(|_| {
        let start = Instant::now();
        black_box(round());
        start.elapsed()
    });
    let ns = best.min().unwrap_or_default().as_nanos() as usize / count;
    println!("{stage:>24}: {ns:>6} ns an event");
}
