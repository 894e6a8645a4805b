//! A few records of each format beside the events they must become, byte for byte: `tests/it/golden/<format>.jsonl`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p indelible-ingest` writes them anew; read the difference before committing it.

use std::fmt::Write;
use std::path::Path;

use crate::samples;

/// Which events of each file are kept: spread, so that many shapes are among them.
const EVENTS_PER_FILE: usize = 4;

#[test]
fn records_become_the_events_on_file() {
    let mut formats: Vec<String> = samples::all().into_iter().map(|sample| sample.format).collect();
    formats.sort();
    formats.dedup();
    for format in formats {
        let mut text = String::new();
        for sample in samples::all().into_iter().filter(|sample| sample.format == format) {
            let events = samples::events(&sample);
            let step = (events.len() / EVENTS_PER_FILE).max(1);
            for event in events.iter().step_by(step).take(EVENTS_PER_FILE) {
                writeln!(text, "{event}").unwrap();
            }
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/golden/{format}.jsonl"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        for (at, (line, expected)) in text.lines().zip(expected.lines()).enumerate() {
            assert_eq!(line, expected, "{format}, event {at}");
        }
        assert_eq!(text.lines().count(), expected.lines().count(), "{format}");
    }
}
