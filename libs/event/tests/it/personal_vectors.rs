//! The golden vectors of spec/vectors/disclosure.

use std::sync::Arc;

use indelible_event::personal::{OpenedDisclosure, Scope, combined_digest, disclosure_digest, pseudonym};
use indelible_event::render::{Options, erased_name, restore};
use indelible_event::{Disclosure, Entry, Kind, Person, PersonId, PersonKey};
use serde_json::{Value, json};

use crate::context::{PSEUDONYM_KEY, admitted, line_of};
use crate::personal::opened;
use crate::vectors::check;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn persons_and_disclosures_are_those_of_the_vectors() {
    check("disclosure/disclosures.json", |case| {
        let text = |name: &str| case[name].as_str().unwrap();
        let scope = match text("scope") {
            "o" => Scope::Organization(text("scope_id")),
            _ => Scope::Source(text("scope_id")),
        };
        let person = Person { scope, kind: text("type"), id: text("id") };
        let mut bytes = Vec::new();
        person.write_bytes(&mut bytes);
        let secret: [u8; 32] = unhex(text("person_key")).try_into().unwrap();
        let key = PersonKey::new(PersonId([0; 16]), secret.into());
        let disclose = |disclosure: &Value| {
            let kind = Kind::from_word(disclosure["kind"].as_str().unwrap()).unwrap();
            key.disclose(kind, disclosure["value"].as_str().unwrap())
        };
        let disclosures: Vec<Arc<Disclosure>> = case["disclosures"].as_array().unwrap().iter().map(disclose).collect();
        let combined = combined_digest(disclosures.iter().map(|disclosure| &disclosure.digest));
        json!({
            "person": hex(&bytes),
            "pseudonym": pseudonym(&PSEUDONYM_KEY, &person),
            "salt_key": hex(key.derive(b"salt/v1").as_slice()),
            "combined": base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, combined),
            "disclosures": disclosures.iter().map(|disclosure| json!({
                "kind": disclosure.kind.as_str(),
                "value": disclosure.value(),
                "text": disclosure.json,
                "disclosure": disclosure.encoded(),
                "digest": hex(&disclosure.digest),
            })).collect::<Vec<_>>(),
        })
    });
}

#[test]
fn an_erased_persons_name_follows_from_the_person() {
    check("disclosure/disclosures.json", |case| {
        let text = |name: &str| case[name].as_str().unwrap();
        let organization = match text("scope") {
            "o" => format!(r#""organization":{},"#, json!({"id": text("scope_id")})),
            _ => String::new(),
        };
        let line = line_of(&format!(r#"{{{organization}"action":"a.b"}}"#));
        let line = line.replace(r#""source":"test""#, &format!(r#""source":"{}""#, text("scope_id")));
        let entry = Entry::parse(line.as_bytes()).unwrap();
        json!({ "erased_name": erased_name(&entry, &format!("{}:{}", text("type"), text("id"))) })
    });
}

#[test]
fn personal_values_leave_events_as_in_the_vectors() {
    check("disclosure/splits.json", |case| {
        let admitted = admitted(&case["event"].to_string());
        let line: Value = serde_json::from_slice(&admitted.line).unwrap();
        let left = |member: &str| line.get(member).cloned();
        let entry = Entry::parse(&admitted.line).unwrap();
        let everything = opened(&admitted);
        let back = restore(&entry, &everything, Options { full: true, leaf_index: None });
        let given = |member: &str| case["event"].get(member).map(|value| value.to_string());
        assert_eq!(
            back.properties.map(|raw| serde_json::from_str::<Value>(&raw).unwrap().to_string()),
            given("properties")
        );
        let mut made = serde_json::Map::new();
        for member in [
            "organization",
            "workspace",
            "project",
            "actor",
            "description",
            "resource",
            "targets",
            "detail",
            "reason",
            "http",
            "client",
            "changes",
            "properties",
            "personal",
        ] {
            made.extend(left(member).map(|value| (member.to_owned(), value)));
        }
        let disclosures: Vec<Vec<&str>> = admitted
            .personal
            .iter()
            .map(|parts| parts.disclosures.iter().map(|disclosure| disclosure.value()).collect())
            .collect();
        json!({ "line": made, "values": disclosures })
    });
}

#[test]
fn a_disclosure_is_opened_only_if_its_digest_is_right() {
    let key = PersonKey::new(PersonId([0; 16]), [1; 32].into());
    let made = key.disclose(Kind::Fields, r#"{"/detail":"x","/properties/a~1b":{"c":[1.50]}}"#);
    let mut text = String::new();
    let opened = OpenedDisclosure::decode(&made.encoded(), &made.digest, &mut text).unwrap();
    assert_eq!(opened.kind, Kind::Fields);
    let values: Vec<_> = opened.values.iter().map(|(pointer, value)| (pointer.as_ref(), *value)).collect();
    assert_eq!(values, [("/detail", r#""x""#), ("/properties/a~1b", r#"{"c":[1.50]}"#)]);
    assert!(OpenedDisclosure::decode(&made.encoded(), &[0; 32], &mut String::new()).is_err());
    for bad in [
        "",
        "[]",
        r#"["s","identity"]"#,
        r#"["s","other",{}]"#,
        r#"["s","identity",{},1]"#,
        r#"["s","identity",{}] x"#,
        r#"[1,"identity",{}]"#,
        r#"["s","identity",{"a":}]"#,
    ] {
        assert!(OpenedDisclosure::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(disclosure_digest(&made.json), made.digest);
}

#[test]
fn a_persons_last_identity_and_connection_are_made_once() {
    let key = PersonKey::new(PersonId([0; 16]), [1; 32].into());
    for kind in [Kind::Identity, Kind::Connection] {
        let first = key.disclose(kind, r#"{"/a":"1"}"#);
        assert!(Arc::ptr_eq(&first, &key.disclose(kind, r#"{"/a":"1"}"#)));
        assert_ne!(first, key.disclose(kind, r#"{"/a":"2"}"#));
        assert_eq!(first, key.disclose(kind, r#"{"/a":"1"}"#));
    }
}
