//! What sealing and opening a connection cost, and how long its record is: `cargo run --release -p indelible-vault --example seal_speed`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]
#![allow(clippy::disallowed_methods, reason = "a measurement needs the clock, and nothing depends on its result")]

use std::sync::Arc;
use std::time::Instant;

use env::fake::{ManualClock, SeededRandom};
use event::personal::{Scope, SealedDisclosure};
use event::{Disclosure, Keys as _, Kind, Person};
use indelible_vault::{SqliteKeys, Surroundings, Vault};

const RECORDS: usize = 100_000;
const ROUNDS: usize = 5;

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Boto3/1.26.114 Python/3.9.16 Linux/5.10.176 Botocore/1.29.114",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0.0.0",
];

fn main() {
    let dir = tempfile::tempdir().expect("a folder");
    let surroundings = Surroundings {
        disk: Arc::new(env::SystemDisk),
        keys: Arc::new(SqliteKeys::of(dir.path())),
        clock: Arc::new(ManualClock::at(0)),
        random: Arc::new(SeededRandom::new(1)),
        fold: str::to_lowercase,
    };
    let vault = Vault::create(dir.path(), surroundings).expect("a vault");
    let person = Person { scope: Scope::Organization("acme"), kind: "user", id: "1" };
    let key = vault.person(&person).expect("a key");
    let disclosures: Vec<Arc<Disclosure>> = (0..RECORDS as u32)
        .zip(AGENTS.iter().cycle())
        .map(|(at, agent)| {
            let [a, b, c, d] = at.wrapping_mul(2_654_435_761).to_be_bytes();
            let place = r#""/client/location/city":"Vienna""#;
            let value = format!(r#"{{"/client/ip":"{a}.{b}.{c}.{d}",{place},"/client/user_agent":"{agent}"}}"#);
            key.disclose(Kind::Connection, &value)
        })
        .collect();
    let mean = |bytes: usize| bytes as f64 / RECORDS as f64;
    println!("{:.1} bytes of text", mean(disclosures.iter().map(|disclosure| disclosure.json.len()).sum()));
    let mut records = Vec::new();
    for _ in 0..ROUNDS {
        records.clear();
        let start = Instant::now();
        records.extend(disclosures.iter().map(|disclosure| vault.seal_record(&key, disclosure)));
        let sealing = start.elapsed();
        let sealed: Vec<_> =
            records.iter().map(|record| SealedDisclosure::from_record(record).expect("a record")).collect();
        let start = Instant::now();
        for sealed in &sealed {
            assert!(vault.open_sealed(sealed).expect("a disclosure").is_some());
        }
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / RECORDS as f64;
        println!("seal {:.2} µs, open {:.2} µs", each(sealing), each(start.elapsed()));
    }
    println!("{:.1} bytes of ciphertext", mean(records.iter().map(|record| record.len() - 49).sum()));
}
