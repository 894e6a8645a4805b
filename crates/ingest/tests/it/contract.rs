//! Every sample event is what `POST /v1/events` takes, and no personal value stays in its line.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use event::personal::{KeyError, Keys, Person, PersonId, PersonKey};
use event::{Admission, Agents, Event, Place, Places, Rules, admit, parse_one};

use crate::samples;

/// Keys made from a count: nothing here is secret.
#[derive(Default)]
struct PlainKeys(Mutex<HashMap<String, Arc<PersonKey>>>);

impl Keys for PlainKeys {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut held = self.0.lock().unwrap();
        let count = u8::try_from(held.len() % 251).unwrap();
        let key = || Arc::new(PersonKey::new(PersonId([count; 16]), zeroize::Zeroizing::new([count; 32])));
        Ok(Arc::clone(held.entry(format!("{person:?}")).or_insert_with(key)))
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        event::personal::pseudonym(&[7; 32], person)
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

#[test]
fn every_sample_event_is_accepted_by_the_strict_parser_and_admitted() {
    let keys = PlainKeys::default();
    let rules = Rules::builtin();
    for sample in samples::all() {
        for (at, json) in samples::events(&sample).iter().enumerate() {
            let event = parse_one(json.as_bytes())
                .unwrap_or_else(|problems| panic!("{} {at}: {problems:?}\n{json}", sample.path));
            // Admitting is the log's matter and slow in a test build: of the big files a part.
            if sample.records > 5_000 && at % 20 != 0 {
                continue;
            }
            let source = format!("import:{}", sample.format);
            let admission = Admission {
                now_us: 1_795_000_000_000_000,
                source: &source,
                id_random: [3; 10],
                keys: &keys,
                places: &Nowhere,
                agents: &Nowhere,
                rules: &rules,
            };
            let admitted =
                admit(&event, &admission).unwrap_or_else(|error| panic!("{} {at}: {error}\n{json}", sample.path));
            let line = String::from_utf8(admitted.line).unwrap();
            assert!(
                leaked(&event, json, &line).is_empty(),
                "{} {at}: {:?}\n{json}\n{line}",
                sample.path,
                leaked(&event, json, &line)
            );
        }
    }
}

#[test]
fn an_event_that_names_hundreds_of_people_is_admitted_and_hides_them_all() {
    let members: Vec<String> = (0..300).map(|at| format!(r#""user:person{at}@example.com""#)).collect();
    let line = format!(
        r#"{{"insertId":"i","protoPayload":{{"methodName":"SetIamPolicy","resourceName":"projects/x","request":{{"policy":{{"members":[{}]}}}}}}}}"#,
        members.join(",")
    );
    let json = samples::event("gcp", &line).to_string();
    let event = parse_one(json.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let keys = PlainKeys::default();
    let rules = Rules::builtin();
    let admission = Admission {
        now_us: 1_795_000_000_000_000,
        source: "import:gcp",
        id_random: [3; 10],
        keys: &keys,
        places: &Nowhere,
        agents: &Nowhere,
        rules: &rules,
    };
    let line = String::from_utf8(admit(&event, &admission).unwrap().line).unwrap();
    assert!(!line.contains("@example.com"), "{line}");
}

/// Personal values of a person that stand in the line as whole words.
fn leaked(event: &Event<'_>, json: &str, line: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let person = |kind: event::ActorKind| kind.is_person();
    let mut client_is_personal = false;
    if let Some(actor) = &event.actor {
        if person(actor.kind) {
            client_is_personal = true;
            values.extend(actor.name.iter().chain(&actor.email).map(ToString::to_string));
        }
        if let Some(behalf) = actor.on_behalf_of.as_ref().filter(|behalf| person(behalf.kind)) {
            client_is_personal = true;
            values.extend(behalf.name.iter().chain(&behalf.email).map(ToString::to_string));
        }
    }
    if client_is_personal {
        values.extend(event.client.ip.iter().chain(&event.client.user_agent).map(ToString::to_string));
    }
    let whole: serde_json::Value = serde_json::from_str(json).unwrap();
    for path in event.personal.iter().flat_map(|declared| &declared.paths) {
        let value = whole.pointer(path).unwrap_or_else(|| panic!("{path} leads nowhere in {json}"));
        values.extend(value.as_str().map(str::to_owned));
    }
    let ids = ids(line);
    let outside = ids.iter().fold(line.to_owned(), |line, id| line.replace(id.as_str(), ""));
    values.retain(|value| value.len() >= 3 && !ids.contains(value) && whole_word(&outside, value));
    values
}

/// The texts of the line's ids, in which personal words may stand.
fn ids(line: &str) -> Vec<String> {
    fn walk(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        serde_json::Value::String(text)
                            if matches!(
                                name.as_str(),
                                "id" | "of" | "action" | "request_id" | "event_id" | "trace_id" | "session_id" | "type"
                            ) =>
                        {
                            out.push(serde_json::to_string(text).unwrap());
                        }
                        _ if name == "properties" || name == "changes" => {}
                        value => walk(value, out),
                    }
                }
            }
            serde_json::Value::Array(elements) => elements.iter().for_each(|element| walk(element, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(&serde_json::from_str(line).unwrap(), &mut out);
    out
}

fn whole_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}
