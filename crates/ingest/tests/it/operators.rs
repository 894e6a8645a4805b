//! What the engine does beyond moving values: joining, comparing, unwrapping, splitting, declaring.

use indelible_ingest::{Mapping, Outcome, Session};

use crate::samples::{event, one};

fn run(mapping: &Mapping, lines: &[&str]) -> (Vec<serde_json::Value>, indelible_ingest::Counts) {
    let mut session = Session::new(mapping);
    let mut all: Vec<Outcome> = lines.iter().flat_map(|line| session.push(line.as_bytes())).collect();
    all.extend(session.finish());
    let events = all.into_iter().filter_map(|outcome| match outcome {
        Outcome::Event { json, .. } => Some(serde_json::from_slice(&json).unwrap()),
        _ => None,
    });
    (events.collect(), session.counts())
}

#[test]
fn request_and_response_become_one_event_that_loses_nothing() {
    let vault = Mapping::builtin("vault").unwrap();
    let request = r#"{"time":"2020-04-30T14:27:10.1Z","type":"request","auth":{"display_name":"root"},"request":{"id":"r1","operation":"update","path":"secret/a"}}"#;
    let response = r#"{"time":"2020-04-30T14:27:10.2Z","type":"response","auth":{"display_name":"root"},"request":{"id":"r1","operation":"update","path":"secret/a"},"error":"denied"}"#;
    let (events, counts) = run(&vault, &[request, response]);
    assert_eq!((counts.read, counts.accepted, counts.joined), (2, 1, 1));
    let event = &events[0];
    assert_eq!(event["event_id"], "r1");
    assert_eq!(event["time"], "2020-04-30T14:27:10.100000Z");
    assert_eq!(event["outcome"], "failure");
    assert_eq!(event["detail"], "denied");
    assert_eq!(event["properties"]["time"], "2020-04-30T14:27:10.2Z");
    assert_eq!(event["properties"]["joined"], serde_json::json!({"type": "request"}));
}

#[test]
fn halves_without_a_partner_come_alone_and_keep_apart() {
    let vault = Mapping::builtin("vault").unwrap();
    let request = r#"{"time":"2020-04-30T14:27:10.1Z","type":"request","request":{"id":"r1","operation":"read","path":"secret/a"}}"#;
    let response = r#"{"time":"2020-04-30T14:27:11.1Z","type":"response","request":{"id":"r2","operation":"read","path":"secret/b"}}"#;
    let (events, counts) = run(&vault, &[request, response]);
    assert_eq!((counts.read, counts.accepted, counts.joined), (2, 2, 0));
    let ids: Vec<_> = events.iter().map(|event| event["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["r2", "r1:request"]);
}

#[test]
fn the_window_of_waiting_records_is_bounded() {
    let vault = Mapping::builtin("vault").unwrap();
    let mut session = Session::new(&vault);
    let mut early = 0;
    for at in 0..5_000 {
        let line = format!(r#"{{"type":"request","request":{{"id":"r{at}","operation":"read","path":"a"}}}}"#);
        early += session.push(line.as_bytes()).len();
    }
    assert_eq!(early, 5_000 - 4_096);
    assert_eq!(session.finish().len(), 4_096);
    assert!(session.counts().balanced());
}

#[test]
fn the_record_before_gives_what_changed() {
    let servicenow = Mapping::builtin("servicenow").unwrap();
    let line = |count: u32, state: &str, group: &str| {
        format!(
            r#"{{"number":"INC1","incident_state":"{state}","reopen_count":"0","reassignment_count":"0","sys_mod_count":"{count}","sys_updated_by":"Updated by 6","sys_updated_at":"29/2/2016 01:2{count}","assignment_group":"{group}","priority":"3 - Moderate"}}"#
        )
    };
    let lines = [
        line(0, "New", "?"),
        line(1, "Active", "Group 5"),
        line(1, "Active", "Group 5"),
        line(2, "Resolved", "Group 5"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (events, counts) = run(&servicenow, &lines);
    assert_eq!((counts.read, counts.accepted, counts.skipped), (4, 3, 1));
    assert_eq!(events[0]["action"], "incident.created");
    assert!(events[0].get("changes").is_none());
    assert_eq!(
        events[1]["changes"],
        serde_json::json!({"incident_state": {"before": "New", "after": "Active"}, "assignment_group": {"before": "?", "after": "Group 5"}})
    );
    assert_eq!(events[2]["action"], "incident.resolved");
    assert_eq!(events[2]["actor"]["id"], "6");
}

#[test]
fn a_delivered_cloudtrail_file_is_split_into_its_records() {
    let cloudtrail = Mapping::builtin("cloudtrail").unwrap();
    let line = r#"{"Records":[{"eventName":"CreateUser","eventSource":"iam.amazonaws.com"},{"eventName":"DeleteUser","eventSource":"iam.amazonaws.com"},7]}"#;
    let (events, counts) = run(&cloudtrail, &[line]);
    assert_eq!((counts.read, counts.accepted, counts.refused), (3, 2, 1));
    assert_eq!(events[0]["action"], "iam.user.create");
    assert_eq!(events[1]["event"], "deleted");
}

#[test]
fn json_inside_a_text_is_opened_and_its_wrapper_kept() {
    let line = r#"{"category":"kube-audit","properties":{"log":"{\"kind\":\"Event\",\"verb\":\"get\",\"auditID\":\"a1\",\"stage\":\"ResponseComplete\",\"user\":{\"username\":\"anna@example.com\"},\"objectRef\":{\"resource\":\"pods\",\"name\":\"p\",\"namespace\":\"n\"},\"n\":1.0e5}","pod":"x"}}"#;
    let event = event("kubernetes", line);
    assert_eq!(event["action"], "pods.get");
    assert_eq!(event["resource"]["id"], "n/p");
    assert_eq!(
        event["properties"]["wrapper"],
        serde_json::json!({"category": "kube-audit", "properties": {"pod": "x"}})
    );
}

#[test]
fn numbers_and_member_order_stay_as_the_vendor_wrote_them() {
    let Outcome::Event { json, .. } =
        one("okta", r#"{"eventType":"a.b", "z" : 1.0e5, "a":12345678901234567890123, "m":{"y":-0.10,"x":[ ]}}"#)
    else {
        panic!("no event")
    };
    let json = String::from_utf8(json).unwrap();
    assert!(json.contains(r#""properties":{"z":1.0e5,"a":12345678901234567890123,"m":{"y":-0.10,"x":[]}}"#), "{json}");
}

#[test]
fn other_peoples_names_and_addresses_are_declared_where_they_end_up() {
    let line = r#"{"eventType":"user.lifecycle.create","uuid":"u1","actor":{"id":"a1","type":"User","alternateId":"boss@example.com","displayName":"The Boss"},"target":[{"id":"t1","type":"User","alternateId":"new@example.com","displayName":"New Hire"},{"id":"t2","type":"UserGroup","displayName":"Staff"}],"note":"mailto:third@example.org"}"#;
    let event = event("okta", line);
    assert_eq!(event["resource"], serde_json::json!({"type": "user", "id": "t1", "name": "New Hire"}));
    assert_eq!(
        event["personal"],
        serde_json::json!([
            {"of": "user:t1", "paths": ["/resource/name", "/properties/target/0/alternateId"]},
            {"of": "user:third@example.org", "paths": ["/properties/note"]},
        ])
    );
}

#[test]
fn a_name_beside_an_address_is_that_persons() {
    let line = r#"{"event":"push","payload":{"ref":"main","sender":{"login":"bob"},"repository":{"full_name":"a/b"},"commits":[{"id":"1","author":{"name":"Anna Maier","email":"anna@example.com"}},{"id":"2","author":{"name":"robot","email":"noreply@example.com"}}]}}"#;
    let event = event("github", line);
    let paths = ["/properties/commits/0/author/name", "/properties/commits/0/author/email"];
    assert_eq!(event["personal"], serde_json::json!([{"of": "user:anna@example.com", "paths": paths}]));
}

#[test]
fn an_address_with_a_port_is_cleaned_and_its_text_declared() {
    let event = event(
        "microsoft365",
        r#"{"Operation":"UserLoggedIn","UserId":"anna@example.com","ClientIP":"[2603:1036::5]:51902"}"#,
    );
    assert_eq!(event["client"]["ip"], "2603:1036::5");
    assert_eq!(event["properties"]["ClientIP"], "[2603:1036::5]:51902");
    assert_eq!(
        event["personal"],
        serde_json::json!([{"of": "user:anna@example.com", "paths": ["/properties/ClientIP"]}])
    );
}

#[test]
fn a_host_name_is_no_client_address() {
    let event = event(
        "cloudtrail",
        r#"{"eventName":"Decrypt","eventSource":"kms.amazonaws.com","sourceIPAddress":"rds.amazonaws.com"}"#,
    );
    assert!(event["client"].get("ip").is_none());
    assert_eq!(event["properties"]["sourceIPAddress"], "rds.amazonaws.com");
}

#[test]
fn one_id_for_two_records_of_a_file_makes_two_events() {
    let okta = Mapping::builtin("okta").unwrap();
    let (events, _) = run(
        &okta,
        &[
            r#"{"uuid":"u","eventType":"a.b"}"#,
            r#"{"uuid":"u","eventType":"c.d"}"#,
            r#"{"uuid":"u","eventType":"a.b"}"#,
        ],
    );
    let ids: Vec<_> = events.iter().map(|event| event["event_id"].as_str().unwrap()).collect();
    assert_eq!(ids[0], "u");
    assert!(ids[1].starts_with("u~"), "{}", ids[1]);
    assert_eq!(ids[2], "u");
}

#[test]
fn native_events_pass_through_and_get_an_id_from_their_content() {
    let given = r#"{"event_id":"mine", "action":"a.b","properties":{"n":1.0e5}}"#;
    let Outcome::Event { json, .. } = one("indelible", given) else { panic!("no event") };
    assert_eq!(String::from_utf8(json).unwrap(), r#"{"event_id":"mine","action":"a.b","properties":{"n":1.0e5}}"#);
    let made = event("indelible", r#"{"action":"a.b"}"#);
    assert!(made["event_id"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(made["event_id"], event("indelible", r#"{"action":"a.b"}"#)["event_id"]);
}

#[test]
fn a_wrong_mapping_names_key_and_line() {
    for (text, key, line) in [
        ("name = \"x\"\n[fields]\naction = \"/a | lowr\"\n", "fields.action", 3),
        ("name = \"x\"\n[fields]\naction = \"a.b\"\nactr = \"/b\"\n", "fields.actr", 4),
        ("name = \"x\"\n[fields]\naction = \"a.b\"\n[fields.actor]\nid = \"{/a\"\n", "fields.actor.id", 5),
        ("name = \"x\"\n\n[fields]\naction = [\"a\", { value = \"/b\", wen = {} }]\n", "fields.action[1].wen", 4),
        (
            "name = \"x\"\n[[skip]]\nwhen = { \"/a\" = { exits = true } }\nreason = \"\"\n[fields]\naction = \"a.b\"\n",
            "skip[0].when./a.exits",
            3,
        ),
        ("name = \"x\"\nfiels = 1\n", "fiels", 2),
    ] {
        let message = Mapping::from_toml(text).unwrap_err().to_string();
        assert!(message.starts_with(&format!("line {line}: {key}: ")), "{message}");
    }
    let message = Mapping::from_toml("name = \n").unwrap_err().to_string();
    assert!(message.contains("not TOML") && message.contains("line 1"), "{message}");
    let message =
        Mapping::from_toml("name = \"x\"\n[fields]\naction = \"/a | lookup:verbs\"\n").unwrap_err().to_string();
    assert!(message.contains("[tables.verbs]"), "{message}");
    assert!(Mapping::builtin("cloudtrial").unwrap_err().to_string().contains("cloudtrail"));
}

#[test]
fn what_a_field_gives_back_stays_in_properties() {
    let text = "name = \"x\"\n[fields]\naction = \"a.b\"\norganization.id = \"/org/id\"\norganization.name = \"/org/name\"\nactor.id = \"/who\"\nactor.name = \"/called\"\n";
    let mapping = Mapping::from_toml(text).unwrap();
    let (events, _) = run(&mapping, &[r#"{"org":{"name":"Acme"},"called":"Ann"}"#]);
    assert_eq!(events[0].get("organization"), None);
    assert_eq!(events[0]["properties"], serde_json::json!({"org": {"name": "Acme"}, "called": "Ann"}));
}
