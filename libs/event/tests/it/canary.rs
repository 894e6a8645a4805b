//! Random events: what is personal stands nowhere in the line, and everything comes back for those who may see it.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use indelible_event::render::{Opened, Options, restore};
use indelible_event::{Admitted, Entry, Rules, admit, parse_one};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::context::admission;
use crate::personal::{completed, opened};

/// Values that make trouble: braces, quotes, escapes, short ones, one inside another, letters beyond ASCII.
const VALUES: &[&str] = &[
    "Ann Lee",
    "Ann",
    "Lee",
    "ann@example.com",
    "bob.ray@example.org",
    "Bob \"Bobby\" Ray",
    "Ünal Öz",
    "a{b}c",
    "{{x}}",
    "back\\slash",
    "192.0.2.77",
    "2001:db8::7",
    "Mozilla/5.0 (X11; Linux)",
    "Oslo",
    "Île-de-France",
    "x",
    "né",
    "5551234567",
    "{/actor/name}",
    "tab\tbed",
    "100%",
    "a+b",
    "50% off+1",
];

const GLUE: &[&str] = &["", " ", ", ", "-", "{", "}", "{{", "x", "é", "\"", "\\", "%20", "+", "/", "\n", "1", "_"];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(VALUES).prop_map(str::to_owned), 1 => "[a-zA-Z{}é]{1,6}"]
}

/// Text in which personal values may stand.
fn text() -> impl Strategy<Value = String> {
    let encoded = value().prop_map(|value| {
        value
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    });
    let piece = prop_oneof![3 => value(), 3 => prop::sample::select(GLUE).prop_map(str::to_owned), 1 => encoded];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::String),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(json!(5_551_234_567_u64)),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    let key = prop_oneof![4 => prop::sample::select(&["a", "b", "note", "x~y/z", "br}ace"][..]).prop_map(str::to_owned), 1 => text()];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    let names = &["a", "b", "note", "x~y/z", "br}ace", "ann@example.com"][..];
    prop::collection::vec((prop::sample::select(names), tree()), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn who() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(&["user", "agent", "token", "system"][..]),
        prop::sample::select(&["77", "ann@example.com", "Ann"][..]),
        prop::option::of(value()),
        prop::option::of(value()),
    )
        .prop_map(|(kind, id, name, email)| json!({"type": kind, "id": id, "name": name, "email": email}))
}

fn declared() -> impl Strategy<Value = Value> {
    let path = prop::sample::select(
        &[
            "/detail",
            "/reason",
            "/resource/name",
            "/targets/0/name",
            "/project/name",
            "/properties/a",
            "/properties/a/b",
            "/properties/x~0y~1z",
            "/properties/br}ace",
            "/properties/note/0",
            "/properties/ann@example.com",
            "/changes/a/after",
            "/actor/name",
        ][..],
    );
    (
        prop::sample::select(&["user:77", "user:ann@example.com", "customer:5", "user:eve@example.net"][..]),
        prop::collection::vec(path, 0..4),
    )
        .prop_map(|(of, paths)| json!({"of": of, "paths": paths}))
}

prop_compose! {
    fn event()(
        mut actor in who(), behalf in prop::option::of(who()), texts in prop::collection::vec(prop::option::of(text()), 9),
        ids in prop::collection::vec(prop::sample::select(&["r1", "bob.ray@example.org"][..]), 2),
        client in prop::option::of((prop::option::of(value()), prop::option::of(value()))),
        properties in prop::option::of(object()), before in prop::option::of(tree()), after in tree(),
        declared in prop::collection::vec(declared(), 0..3), organization in any::<bool>(),
    ) -> Value {
        actor["on_behalf_of"] = behalf.unwrap_or(Value::Null);
        let [description, detail, reason, resource, target, project, path, workspace, city] = &texts[..] else { unreachable!() };
        let client = client.map(|(agent, region)| json!({
            "ip": "192.0.2.77", "user_agent": agent, "location": {"city": city, "region": region, "country": "NO"},
        }));
        let mut event = json!({
            "action": "file.update", "actor": actor, "description": description, "detail": detail, "reason": reason,
            "resource": {"type": "user", "id": ids[0], "name": resource},
            "targets": [{"type": "user", "id": ids[1], "name": target}],
            "project": {"id": "p", "name": project}, "workspace": {"id": "w", "name": workspace},
            "http": {"path": path}, "client": client, "properties": properties, "personal": declared,
            "changes": {"a": {"before": before, "after": after}},
        });
        if organization {
            event["organization"] = json!({"id": "o1"});
        }
        event
    }
}

/// Every personal value of an entry: the strings and numbers of its disclosures' pointers, as far as they are looked for.
fn personal_values(admitted: &Admitted) -> Vec<String> {
    fn leaves(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::String(text) => out.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|value| leaves(value, out)),
            // other spellings count in texts only, of which dress.rs has tests
            Value::Object(members) => {
                members.iter().filter(|(pointer, _)| !pointer.contains("~4")).for_each(|(_, value)| leaves(value, out));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for disclosure in admitted.personal.iter().flat_map(|parts| &parts.disclosures) {
        if disclosure.kind.as_str() != "fields" {
            leaves(&serde_json::from_str(disclosure.value()).unwrap(), &mut out);
        }
    }
    out.retain(|value| value.chars().count() >= 3);
    out
}

/// Whether the text holds the word with neither letter nor digit beside it.
fn holds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
            && !text[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric)
    })
}

/// All texts of the line that are no ids: members of `changes` and `properties`, names of members included, and the
/// literal parts of texts with placeholders.
fn visible(line: &Value, at: &str, out: &mut Vec<String>) {
    let templates = ["/description", "/detail", "/reason", "/http/path"];
    match line {
        Value::String(text) if at.starts_with("/properties") || at.starts_with("/changes") => out.push(text.clone()),
        Value::String(text) if templates.contains(&at) || at.ends_with("/name") || at.ends_with("/email") => {
            out.extend(literals(text));
        }
        Value::Number(number) if at.starts_with("/properties") => out.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| visible(value, at, out)),
        Value::Object(members) => {
            for (name, value) in members {
                out.push(name.clone());
                visible(value, &format!("{at}/{name}"), out);
            }
        }
        _ => {}
    }
}

/// The text between placeholders, braces undoubled; a letter that no value has where a placeholder stood, as what was
/// beside a longer value need not have been a word.
fn literals(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            out.push('{');
            rest = after;
        } else {
            let (_, after) = after.split_once('}')?;
            out.push('ж');
            rest = after;
        }
    }
    out.push_str(rest);
    Some(out)
}

fn check(event: &Value) -> Result<(), TestCaseError> {
    let json = event.to_string();
    let Ok(event) = parse_one(json.as_bytes()) else { return Err(TestCaseError::reject("not an event")) };
    static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);
    let rules = &*RULES;
    let admitted = admit(&event, &admission(rules)).unwrap();
    let line = std::str::from_utf8(&admitted.line).unwrap();

    let entry = Entry::parse(&admitted.line).unwrap();
    let everything = opened(&admitted);
    let back = restore(&entry, &everything, Options { full: true, leaf_index: None });
    prop_assert_eq!(&back, &completed(&event, rules), "line {}", line);

    let mut texts = Vec::new();
    visible(&serde_json::from_str(line).unwrap(), "", &mut texts);
    for value in personal_values(&admitted) {
        let escaped = Value::String(value.clone()).to_string();
        for text in &texts {
            prop_assert!(!holds_word(text, &value), "{:?} stands in {:?}: {}", value, text, line);
        }
        // a program's connection stays as sent; a doubled brace looks like the end of a word
        if value.len() > 8 && entry.client.ip.is_none() && !value.contains('{') {
            for spelled in [
                escaped[1..escaped.len() - 1].to_owned(),
                URL_SAFE_NO_PAD.encode(&value),
                STANDARD_NO_PAD.encode(&value),
            ] {
                let outside_ids = !line.contains(&format!("\"id\":\"{spelled}"));
                prop_assert!(!holds_word(line, &spelled) || !outside_ids, "{} stands in {}", spelled, line);
            }
        }
    }

    let nothing = restore(&entry, &[], Options { full: true, leaf_index: None });
    let erased: Vec<Opened<'_>> = entry.personal.iter().map(|_| Opened::erased()).collect();
    let gone = restore(&entry, &erased, Options { full: true, leaf_index: None });
    prop_assert_eq!(nothing.properties, gone.properties);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn personal_values_leave_the_line_and_come_back(event in event()) {
        check(&event)?;
    }
}
