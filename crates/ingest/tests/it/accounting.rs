//! read = accepted + joined + skipped + refused, for every sample.

use std::collections::{HashMap, HashSet};

use indelible_ingest::{Mapping, Outcome};

use crate::samples;

#[test]
fn every_sample_record_is_accounted_for_and_none_is_refused() {
    for sample in samples::all() {
        let (outcomes, counts) = samples::outcomes(&sample);
        assert!(counts.balanced(), "{}: {counts:?}", sample.path);
        assert_eq!(outcomes.len() as u64, counts.read, "{}", sample.path);
        let refused: Vec<_> = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Refused { .. })).collect();
        assert!(refused.is_empty(), "{}: {refused:?}", sample.path);
        assert_eq!(
            (counts.read, counts.accepted, counts.joined),
            (sample.records, sample.events, sample.joined),
            "{}",
            sample.path
        );
    }
}

#[test]
fn a_file_gives_the_same_events_every_time() {
    for sample in samples::all().into_iter().filter(|sample| sample.records < 3_000) {
        assert_eq!(samples::outcomes(&sample).0, samples::outcomes(&sample).0, "{}", sample.path);
    }
}

#[test]
fn no_event_id_stands_for_two_different_events_of_one_format() {
    let mut seen: HashMap<(String, String), String> = HashMap::new();
    for sample in samples::all() {
        let mut twice = 0;
        for json in samples::events(&sample) {
            let event: serde_json::Value = serde_json::from_str(&json).unwrap();
            let id = event["event_id"].as_str().unwrap_or_else(|| panic!("no event_id: {json}")).to_owned();
            assert!(id.len() <= 128, "{id}");
            match seen.insert((sample.format.clone(), id), json.clone()) {
                Some(before) if before == json => twice += 1,
                Some(before) => panic!("{}: one id for two events\n{before}\n{json}", sample.path),
                None => {}
            }
        }
        assert_eq!(twice, sample.duplicates, "{}", sample.path);
    }
}

#[test]
fn every_format_of_the_samples_and_every_ready_mapping_is_there() {
    let names: HashSet<_> = Mapping::builtin_names().into_iter().collect();
    for name in &names {
        let mapping = Mapping::builtin(name).unwrap();
        assert_eq!(mapping.name(), *name);
        assert!(!mapping.title().is_empty());
    }
    assert!(samples::all().iter().all(|sample| names.contains(sample.format.as_str())));
    assert_eq!(names.len(), 11);
}
