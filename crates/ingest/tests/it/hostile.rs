//! Input that no vendor sends, and input that is broken.

use indelible_ingest::{Mapping, Outcome, Session};
use proptest::prelude::*;

fn push(mapping: &Mapping, line: &[u8]) -> Vec<Outcome> {
    let mut session = Session::new(mapping);
    let mut all = session.push(line);
    all.extend(session.finish());
    assert!(session.counts().balanced(), "{:?}", session.counts());
    all
}

#[test]
fn what_is_not_a_json_object_is_refused_with_the_place() {
    let mapping = Mapping::builtin("cloudtrail").unwrap();
    for (line, reason) in [
        (&b"{\"a\":1"[..], "the text ends early at byte 6"),
        (b"not json", "no JSON value at byte 0"),
        (b"{\"a\":1,\"a\":2}", "the same member twice at byte 7"),
        (b"{\"a\":\"\\ud800\"}", "a lone surrogate at byte 6"),
        (b"{\"a\":01}", "a comma or closing bracket is missing at byte 6"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"[1,2]", "not a JSON object"),
        (b"\"text\"", "not a JSON object"),
    ] {
        let all = push(&mapping, line);
        let [Outcome::Refused { reason: said, line_no: 1 }] = all.as_slice() else { panic!("{all:?}") };
        assert!(said.contains(reason), "{said:?} does not say {reason:?}");
    }
}

#[test]
fn depth_is_bounded() {
    let mapping = Mapping::builtin("okta").unwrap();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(push(&mapping, deep.as_bytes()).as_slice(), [Outcome::Refused { .. }]));
}

#[test]
fn a_blank_line_is_skipped_and_counted() {
    let mapping = Mapping::builtin("okta").unwrap();
    assert!(matches!(push(&mapping, b"  ").as_slice(), [Outcome::Skipped { .. }]));
}

#[test]
fn what_is_too_long_for_a_field_is_cut_and_stays_whole_in_properties() {
    let mapping = Mapping::from_toml(
        "name = \"long\"\n[fields]\naction = \"a.b\"\ndescription = \"/text\"\nrequest_id = \"/id\"\n",
    )
    .unwrap();
    let line = format!("{{\"text\":\"{}\",\"id\":\"{}\"}}", "ä".repeat(5_000), "x".repeat(200));
    let all = push(&mapping, line.as_bytes());
    let [Outcome::Event { json, .. }] = all.as_slice() else { panic!("{all:?}") };
    let event: serde_json::Value = serde_json::from_slice(json).unwrap();
    assert!(event["description"].as_str().unwrap().len() <= 4_096);
    assert!(event.get("request_id").is_none());
    assert_eq!(event["properties"]["text"].as_str().unwrap().chars().count(), 5_000);
    assert_eq!(event["properties"]["id"].as_str().unwrap().len(), 200);
}

#[test]
fn a_record_too_long_for_a_line_is_refused() {
    let mapping = Mapping::builtin("okta").unwrap();
    let line = format!("{{\"eventType\":\"a.b\",\"x\":\"{}\"}}", "x".repeat(300_000));
    let all = push(&mapping, line.as_bytes());
    assert!(matches!(all.as_slice(), [Outcome::Refused { reason, .. }] if reason.contains("bytes")), "{all:?}");
}

fn json(depth: u32) -> impl Strategy<Value = serde_json::Value> {
    let word = prop_oneof![
        Just("id".to_owned()),
        Just("type".to_owned()),
        Just("event".to_owned()),
        Just("user".to_owned()),
        Just("request".to_owned()),
        Just("payload".to_owned()),
        Just("target".to_owned()),
        Just("actor".to_owned()),
        Just("properties".to_owned()),
        Just("log".to_owned()),
        Just("time".to_owned()),
        Just("number".to_owned()),
        Just("action".to_owned()),
        Just("test".to_owned()),
        Just("name".to_owned()),
        "[a-z/~\"é$\\.]{0,5}",
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        prop_oneof![
            Just("request"),
            Just("response"),
            Just("2024-01-01T00:00:00Z"),
            Just("anna@example.com"),
            Just("1.2.3.4:80"),
            Just("{\"a\":[1]}")
        ]
        .prop_map(Into::into),
    ];
    leaf.prop_recursive(depth, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_accounted_for_and_what_comes_out_is_json(records in prop::collection::vec(json(5), 1..5)) {
        for name in Mapping::builtin_names() {
            let mapping = Mapping::builtin(name).unwrap();
            let mut session = Session::new(&mapping);
            let mut all = Vec::new();
            for record in &records {
                all.extend(session.push(record.to_string().as_bytes()));
            }
            all.extend(session.finish());
            prop_assert!(session.counts().balanced());
            for outcome in all {
                if let Outcome::Event { json, .. } = outcome {
                    let event: serde_json::Value = serde_json::from_slice(&json).unwrap();
                    prop_assert!(name == "indelible" || event["action"].is_string());
                    for person in event["personal"].as_array().into_iter().flatten().filter(|_| name != "indelible") {
                        for path in person["paths"].as_array().unwrap() {
                            prop_assert!(event.pointer(path.as_str().unwrap()).is_some(), "{} leads nowhere", path);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_accounted_for(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let mapping = Mapping::builtin("kubernetes").unwrap();
        prop_assert_eq!(push(&mapping, &line).len(), 1);
    }

    #[test]
    fn any_text_is_a_mapping_or_a_complaint(text in "\\PC{0,200}") {
        let _ = Mapping::from_toml(&text);
    }
}
