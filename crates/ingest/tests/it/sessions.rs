//! In which session, why, under which number, and by which agent: own mappings, and the ready ones where a product says so.

use indelible_ingest::{Mapping, Outcome, Session};
use serde_json::{Value, json};

use crate::samples::event;

fn run(mapping: &Mapping, line: &str) -> Value {
    let mut session = Session::new(mapping);
    let outcomes: Vec<Outcome> = session.push(line.as_bytes()).into_iter().chain(session.finish()).collect();
    let [Outcome::Event { json, .. }] = outcomes.as_slice() else { panic!("one event: {outcomes:?}") };
    serde_json::from_slice(json).unwrap()
}

const GATE: &str = r#"
name = "gate"
[fields]
action = "gate.open"
reason = "/why"
session_id = "/session"
sequence.stream = "/counter/name"
sequence.n = "/counter/at"
actor.type = "/kind"
actor.id = "/who"
actor.name = "/called"
[[personal]]
of = "patient:{/patient}"
at = ["/why"]
"#;

#[test]
fn why_in_which_session_and_under_which_number_are_fields() {
    let gate = Mapping::from_toml(GATE).unwrap();
    let record = r#"{"kind":"agent","who":"a-1","called":"Helper","why":"asked for by Bob","session":"s-1","patient":"7","counter":{"name":"north","at":12}}"#;
    let event = run(&gate, record);
    assert_eq!(event["actor"], json!({"type": "agent", "id": "a-1", "name": "Helper"}));
    assert_eq!((&event["reason"], &event["session_id"]), (&"asked for by Bob".into(), &"s-1".into()));
    assert_eq!(event["sequence"], json!({"stream": "north", "n": 12}));
    assert_eq!(event["personal"], json!([{"of": "patient:7", "paths": ["/reason"]}]));
    assert_eq!(event["properties"], json!({"patient": "7"}), "what moved whole is not repeated");
    assert!(event::parse_one(event.to_string().as_bytes()).is_ok());
}

#[test]
fn half_a_sequence_and_a_number_that_is_none_stay_in_properties() {
    let gate = Mapping::from_toml(GATE).unwrap();
    for counter in [
        r#"{"name":"north"}"#,
        r#"{"at":12}"#,
        r#"{"name":"north","at":"012"}"#,
        r#"{"name":"north","at":1.5}"#,
        r#"{"name":"north","at":-1}"#,
        r#"{"name":"north","at":9007199254740992}"#,
    ] {
        let event = run(&gate, &format!(r#"{{"counter":{counter}}}"#));
        assert_eq!(event.get("sequence"), None, "{counter}");
        assert_eq!(event["properties"]["counter"], serde_json::from_str::<Value>(counter).unwrap());
    }
}

const SESSION: &str = "01234567-89ab-4def-8123-456789abcdef";

#[test]
fn ready_mappings_say_in_which_session_it_was() {
    let records = [
        ("okta", json!({"eventType": "user.session.start", "authenticationContext": {"externalSessionId": SESSION}})),
        ("teleport", json!({"event": "session.start", "sid": SESSION, "ei": 0})),
        ("cloudtrail", json!({"eventName": "UserAuthentication", "additionalEventData": {"AuthWorkflowID": SESSION}})),
        ("azure", json!({"category": "SignInLogs", "properties": {"sessionId": SESSION}})),
        ("microsoft365", json!({"Operation": "FileAccessed", "AppAccessContext": {"AADSessionId": SESSION}})),
    ];
    for (format, record) in records {
        let event = event(format, &record.to_string());
        assert_eq!(event["session_id"], SESSION, "{format}: {event}");
        assert_eq!(event.get("sequence"), None, "{format}: no product numbers all that it sends");
    }
    let nobody = json!({"eventType": "user.session.start", "authenticationContext": {"externalSessionId": "unknown"}});
    assert_eq!(event("okta", &nobody.to_string()).get("session_id"), None);
    // it begins with the user's name, which must leave the line
    let named = json!({"eventName": "StartSession", "userIdentity": {"type": "IAMUser", "userName": "ann", "principalId": "AIDA1"},
        "responseElements": {"sessionId": "ann-0123456789abcdef0"}});
    let event = event("cloudtrail", &named.to_string());
    assert_eq!(event.get("session_id"), None);
    assert_eq!(event["properties"]["responseElements"]["sessionId"], "ann-0123456789abcdef0");
}

#[test]
fn why_a_provider_looked_is_the_reason() {
    let log = "projects/p/logs/cloudaudit.googleapis.com%2Faccess_transparency";
    let why = json!([{"type": "CUSTOMER_INITIATED_SUPPORT", "detail": "Case number: 7"}]);
    let looked = event("gcp", &json!({"logName": log, "jsonPayload": {"reason": why}}).to_string());
    assert_eq!(looked["reason"], "CUSTOMER_INITIATED_SUPPORT: Case number: 7");
    let opaque = json!({"protoPayload": {"methodName": "a.Get", "requestMetadata": {"requestAttributes": {"reason": "8uSywA"}}}});
    assert_eq!(event("gcp", &opaque.to_string()).get("reason"), None);
}

#[test]
fn bots_that_decide_are_agents_and_what_runs_workflows_is_not() {
    let actor = |record: Value| event("github", &record.to_string())["actor"]["type"].clone();
    assert_eq!(actor(json!({"action": "repo.create", "actor": "renovate[bot]"})), "agent");
    assert_eq!(actor(json!({"action": "repo.create", "actor": "helper", "actor_is_bot": true})), "agent");
    assert_eq!(actor(json!({"action": "repo.create", "actor": "github-actions[bot]", "actor_is_bot": true})), "token");
    assert_eq!(actor(json!({"action": "repo.create", "actor": "ann"})), "user");
    let sender =
        |login: &str| json!({"action": "opened", "sender": {"login": login, "type": "Bot"}, "repository": {"id": 1}});
    assert_eq!(actor(sender("dependabot[bot]")), "agent");
    assert_eq!(actor(sender("github-actions[bot]")), "token");
}
