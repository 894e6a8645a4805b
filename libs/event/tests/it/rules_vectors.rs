//! The golden vectors of spec/vectors/derive.

use indelible_event::rules::{derive, redact};
use indelible_event::{Outcome, Rules, Severity};
use serde_json::{Value, json};

use crate::context::parsed;
use crate::vectors::check;

#[test]
fn events_are_completed_as_in_the_vectors() {
    let rules = Rules::builtin();
    check("derive/derivations.json", |case| {
        let json = case["event"].to_string();
        let mut event = parsed(&json);
        derive(&mut event, &rules);
        json!({ "derived": {
            "event": event.event,
            "channel": event.channel,
            "description": event.description,
            "outcome": event.outcome.map(Outcome::as_str),
            "severity": event.severity.map(Severity::as_str),
        }})
    });
}

#[test]
fn secrets_are_redacted_as_in_the_vectors() {
    let rules = Rules::builtin();
    check("derive/redactions.json", |case| {
        let json = case["event"].to_string();
        let mut event = parsed(&json);
        let mut warnings = Vec::new();
        redact(&mut event, &rules, &mut warnings);
        let raw = |raw: &Option<std::borrow::Cow<'_, str>>| {
            raw.as_deref().map(|raw| serde_json::from_str::<Value>(raw).unwrap())
        };
        json!({
            "redacted": {"path": event.http.path, "changes": raw(&event.changes), "properties": raw(&event.properties)},
            "pointers": warnings.iter().map(|warning| &warning.pointer).collect::<Vec<_>>(),
        })
    });
}
