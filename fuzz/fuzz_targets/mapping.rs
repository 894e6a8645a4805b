//! The mapping engine: any line under every ready mapping is accounted for and never panics; any text is a mapping or a complaint.
#![no_main]

use std::sync::LazyLock;

use ingest::{Mapping, Outcome, Session};
use libfuzzer_sys::fuzz_target;

static MAPPINGS: LazyLock<Vec<Mapping>> =
    LazyLock::new(|| Mapping::builtin_names().into_iter().map(|name| Mapping::builtin(name).expect("a ready mapping loads")).collect());

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let Some(mapping) = MAPPINGS.get(usize::from(choice)) else {
        if let Ok(text) = std::str::from_utf8(rest) {
            let _ = Mapping::from_toml(text);
        }
        return;
    };
    let mut session = Session::new(mapping);
    let mut outcomes = Vec::new();
    for line in rest.split(|byte| *byte == b'\n') {
        outcomes.extend(session.push(line));
    }
    outcomes.extend(session.finish());
    let counts = session.counts();
    assert!(counts.balanced(), "{counts:?}");
    assert_eq!(outcomes.len() as u64, counts.read);
    for outcome in outcomes {
        if let Outcome::Event { json, .. } = outcome {
            serde_json::from_slice::<&serde_json::value::RawValue>(&json).expect("an event is JSON");
        }
    }
});
