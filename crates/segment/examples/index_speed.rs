//! Prints what an index costs: `index_speed EVENTS.ndjson`. Nanoseconds a row to build, bytes a row by section,
//! microseconds for some questions.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]
#![allow(clippy::disallowed_methods, reason = "a stopwatch is what this program is")]

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use event::{
    Admission, Agents, Entry, KeyError, Keys, Kind, Person, PersonId, PersonKey, Place, Places, Rules, admit,
    parse_one, personal,
};
use indelible_segment::tail::{BUFFER_ROWS_MAX, Buffer, LineAt, LineSource, Row, freeze};
use indelible_segment::{Disclosed, Part, PartError, PartLines};
use index::{Ask, Field, Index, IndexBuilder, Indexed, Lines, Needle, RowExtra, Text};

#[derive(Default)]
struct MapKeys(Mutex<HashMap<Vec<u8>, Arc<PersonKey>>>);

impl Keys for MapKeys {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut name = Vec::new();
        person.write_bytes(&mut name);
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = PersonId((keys.len() as u128).to_be_bytes());
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&id.0);
        Ok(keys.entry(name).or_insert_with(|| Arc::new(PersonKey::new(id, secret.into()))).clone())
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

#[derive(Clone)]
struct MemoryLines(Arc<Vec<Vec<u8>>>);

impl Lines for MemoryLines {
    type Error = PartError;

    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        self.0.get(leaf as usize).cloned().ok_or(PartError::NoSuchRow(leaf))
    }

    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        for (nth, &leaf) in leaves.iter().enumerate() {
            each(nth, self.0.get(leaf as usize).ok_or(PartError::NoSuchRow(leaf))?);
        }
        Ok(())
    }
}

impl PartLines for MemoryLines {
    fn disclosures(&self, _: u64) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

impl LineSource for MemoryLines {
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError> {
        Lines::line(self, at.0)
    }

    fn disclosures(&self, _: LineAt) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: index_speed EVENTS.ndjson")?;
    let (lines, extras) = admitted(&std::fs::read(path)?)?;
    let rows = lines.len();
    println!("{rows} rows, {} bytes a line", lines.iter().map(Vec::len).sum::<usize>() / rows);
    let source = MemoryLines(Arc::new(lines));
    let lines = &source.0;

    timed("parse", rows, || lines.iter().filter(|line| Entry::parse(line).is_ok()).count());
    let mut builder = IndexBuilder::new(0, 7);
    timed("parse and push", rows, || {
        (0..)
            .zip(lines.iter().zip(&extras))
            .try_for_each(|(leaf, (line, extra))| Entry::parse(line).map(|entry| builder.push(leaf, &entry, extra)))
    })?;
    let bytes = timed("finish", rows, || builder.finish());
    let buffer = Buffer::new(0, Arc::new(source.clone()));
    let some = rows.min(BUFFER_ROWS_MAX as usize);
    timed("parse and buffer", some, || {
        (0..).zip(lines.iter().zip(&extras)).take(some).try_for_each(|(leaf, (line, extra))| {
            let row = Row::new(&Entry::parse(line)?, extra, LineAt(leaf, 0));
            buffer.push(row).map_err(Box::<dyn Error>::from)
        })
    })?;
    timed("freeze", some, || freeze(&buffer, 7).map(|(run, _)| run.rows()))?;

    println!("{:.2} bytes a row", bytes.len() as f64 / rows as f64);
    let index = Index::open(Path::new("speed"), Arc::new(bytes))?;
    timed("verify", rows, || index.verify())?;
    for (name, size) in index.section_sizes() {
        println!("{name:>24} {:8.3}", size as f64 / rows as f64);
    }
    let part = Indexed::new(index, source.clone());
    println!("questions to the index, then to the buffer of {some} rows");
    ask(&part)?;
    println!("{} lines read to confirm", part.lines_confirmed());
    ask(&*buffer.snapshot(buffer.len()))
}

fn ask(part: &dyn Part) -> Result<(), Box<dyn Error>> {
    let first = part.line(part.rows() / 2)?;
    let entry = Entry::parse(&first)?;
    let resource = entry.resource.as_ref().map_or("", |resource| &resource.id);
    question("actor", || part.equal(Field::Actor, entry.actor.id.as_bytes()))?;
    question("resource id", || part.equal(Field::ResourceId, resource.as_bytes()))?;
    question("id", || part.equal(Field::Id, entry.id.as_bytes()))?;
    question("event id, missing", || part.equal(Field::EventId, b"missing"))?;
    question("outcome", || part.equal(Field::Outcome, b"failure"))?;
    question("path prefix", || part.prefix(Field::HttpPath, b"/v1/monitors/", &Ask::ALL))?;
    for (text, fold) in [("assigned", true), ("142", true), ("e", true), ("Monitor", false), ("assigned to", true)] {
        let needle = Needle { text: text.to_owned(), fold };
        question(&format!("{text:?}, fold {fold}"), || part.text_contains(Text::Description, &needle, &Ask::ALL))?;
    }
    let organization = part.equal(Field::Organization, b"org-01")?;
    for field in [Field::Channel, Field::Action, Field::Actor] {
        let start = Instant::now();
        let values = part.count_values(field, 0..part.rows(), &Ask { within: Some(&organization), ..Ask::ALL })?.len();
        println!("{:>24} {:>10.1} us {values:>8} values", format!("{field:?} facet"), micros(start));
    }
    Ok(())
}

fn question<E>(name: &str, ask: impl Fn() -> Result<roaring::RoaringBitmap, E>) -> Result<(), E> {
    ask()?;
    let start = Instant::now();
    let rows = black_box(ask()?);
    println!("{name:>24} {:>10.1} us {:>8} rows", micros(start), rows.len());
    Ok(())
}

fn micros(start: Instant) -> f64 {
    start.elapsed().as_nanos() as f64 / 1000.0
}

fn timed<T>(stage: &str, rows: usize, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    println!("{stage:>24} {:>8} ns a row", start.elapsed().as_nanos() as usize / rows.max(1));
    result
}

/// The lines of the events, and what stands beside them.
type Rows = (Vec<Vec<u8>>, Vec<RowExtra>);

fn admitted(body: &[u8]) -> Result<Rows, Box<dyn Error>> {
    let keys = MapKeys::default();
    let rules = Rules::builtin();
    let mut lines = Vec::new();
    let mut extras = Vec::new();
    for (nth, json) in body.split(|&byte| byte == b'\n').filter(|json| !json.is_empty()).enumerate() {
        let event = parse_one(json).map_err(|_| "an event is not valid")?;
        let mut id_random = [0; 10];
        id_random[2..].copy_from_slice(&(nth as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        let admission = Admission {
            now_us: 1_790_000_000_000_000 + nth as i64 * 7,
            source: "bench",
            id_random,
            keys: &keys,
            places: &Nowhere,
            agents: &Nowhere,
            rules: &rules,
        };
        let admitted = admit(&event, &admission)?;
        let identity = admitted.personal.iter().flat_map(|parts| &parts.disclosures);
        let identity = identity.filter(|disclosure| disclosure.kind == Kind::Identity);
        let token = |ip: &str| {
            ip.bytes().fold(7, |token: u64, byte| (token ^ u64::from(byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        };
        let address = event.client.ip.as_deref().map(|ip| {
            let mut value = [0; 32];
            value[24..].copy_from_slice(&token(ip).to_be_bytes());
            value
        });
        extras.push(RowExtra { address, identity: identity.map(|disclosure| disclosure.digest).collect() });
        lines.push(admitted.line);
    }
    Ok((lines, extras))
}
