//! Each field's own rules.

use indelible_event::{ActorKind, Event, Outcome, Severity, parse_one};

use crate::{problems, refused};

fn with(member: &str) -> String {
    format!(r#"{{"action":"a.b",{member}}}"#)
}

#[track_caller]
fn accepted(json: &str) -> Event<'_> {
    parse_one(json.as_bytes()).unwrap_or_else(|problems| panic!("{json}: {problems:?}"))
}

#[test]
fn every_field_is_read() {
    let json = r#"{"event_id":"e1","time":"2026-11-23T10:05:53.5+01:00","organization":{"id":"o","name":"Org"},
        "workspace":{"id":"w"},"project":{"id":"p","name":null},
        "actor":{"type":"token","id":"t1","name":"CI","email":"x","on_behalf_of":{"type":"user","id":"u1","name":"Ada","email":"ada@x.org"}},
        "action":"server.config.update","event":"updated","channel":"config","description":"d\u00e9j\u00e0 \ud83d\ude00",
        "resource":{"type":"server","id":"s1","name":""},"targets":[{"type":"a","id":"1"},{"type":"b","id":"2","name":"B"}],
        "outcome":"failure","detail":"x","severity":"critical","http":{"method":"PUT","path":"/s/1?q=2","status":403},
        "client":{"ip":"::1","user_agent":"curl","location":{"city":"Bern","region":"BE","country":"CH"},"ci":"GitHub Actions"},
        "request_id":"r","trace_id":"","reason":"T-1: asked by \u00c4nne","session_id":"s1","sequence":{"n":0,"stream":"door"},"changes":{"a":{"before":1}},"properties":{},
        "personal":[{"of":"user:77","paths":["/resource/name","/changes/a/before"]}]}"#;
    let event = accepted(json);
    assert_eq!(event.time_us, Some(1_795_424_753_500_000));
    let actor = event.actor.as_ref().expect("actor");
    assert_eq!((actor.kind, actor.id.as_ref()), (ActorKind::Token, "t1"));
    let principal = actor.on_behalf_of.as_ref().expect("principal");
    assert_eq!((principal.kind, principal.email.as_deref()), (ActorKind::User, Some("ada@x.org")));
    assert_eq!(event.description.as_deref(), Some("déjà 😀"));
    assert_eq!(event.project.as_ref().map(|project| project.name.is_none()), Some(true));
    assert_eq!(event.resource.as_ref().and_then(|resource| resource.name.as_deref()), Some(""));
    assert_eq!(event.targets.len(), 2);
    assert_eq!((event.outcome, event.severity), (Some(Outcome::Failure), Some(Severity::Critical)));
    assert_eq!(event.http.status, Some(403));
    assert_eq!(event.client.location.region.as_deref(), Some("BE"));
    assert_eq!((event.reason.as_deref(), event.session_id.as_deref()), (Some("T-1: asked by Änne"), Some("s1")));
    assert_eq!(event.sequence.as_ref().map(|sequence| (sequence.stream.as_ref(), sequence.n)), Some(("door", 0)));
    assert_eq!(event.changes.as_deref(), Some(r#"{"a":{"before":1}}"#));
    assert_eq!(event.properties.as_deref(), Some("{}"));
    assert_eq!(event.personal[0].kind_and_id(), ("user", "77"));
}

#[test]
fn null_is_the_same_as_absent() {
    let names = [
        "event_id",
        "time",
        "organization",
        "workspace",
        "project",
        "actor",
        "event",
        "channel",
        "description",
        "resource",
        "targets",
        "outcome",
        "detail",
        "severity",
        "http",
        "client",
        "request_id",
        "trace_id",
        "reason",
        "session_id",
        "sequence",
        "changes",
        "properties",
        "personal",
    ];
    let nulls: Vec<String> = names.iter().map(|name| format!(r#""{name}":null"#)).collect();
    assert_eq!(accepted(&with(&nulls.join(","))), Event::of("a.b"));
    accepted(&with(r#""actor":{"type":"user","id":"u","name":null,"email":null,"on_behalf_of":null}"#));
    refused(r#"{"action":null}"#, "missing", "/action");
}

#[test]
fn the_action_is_mandatory_and_noun_dot_verb() {
    refused("{}", "missing", "/action");
    for action in ["a", ".a", "a.", "", "a b.c", "a.b\\n", "a\u{2003}.b"] {
        let codes = problems(format!(r#"{{"action":"{action}"}}"#));
        assert!(matches!(codes[..], [("invalid_action" | "empty", _)]), "{action}: {codes:?}");
    }
    for action in ["a.b", "repo.destroy", "signin.amazonaws.com:ConsoleLogin.create", "Ärger.Über", "a..b"] {
        accepted(&format!(r#"{{"action":"{action}"}}"#));
    }
    refused(format!(r#"{{"action":"a.{}"}}"#, "b".repeat(127)), "too_long", "/action");
}

#[test]
fn lengths_are_bytes_and_their_bounds_are_inclusive() {
    for (name, max) in [
        ("event_id", 128),
        ("channel", 64),
        ("event", 64),
        ("description", 4096),
        ("detail", 1024),
        ("request_id", 128),
        ("trace_id", 128),
        ("reason", 1024),
        ("session_id", 128),
    ] {
        accepted(&with(&format!(r#""{name}":"{}""#, "x".repeat(max))));
        refused(with(&format!(r#""{name}":"{}""#, "x".repeat(max + 1))), "too_long", &format!("/{name}"));
        refused(with(&format!(r#""{name}":"{}""#, "é".repeat(max / 2 + 1))), "too_long", &format!("/{name}"));
    }
    refused(with(&format!(r#""client":{{"ci":"{}"}}"#, "x".repeat(65))), "too_long", "/client/ci");
    let stream = |bytes: usize| format!(r#""sequence":{{"stream":"{}","n":1}}"#, "x".repeat(bytes));
    accepted(&with(&stream(64)));
    refused(with(&stream(65)), "too_long", "/sequence/stream");
    let targets = |count: usize| format!(r#""targets":[{}]"#, vec![r#"{"type":"t","id":"1"}"#; count].join(","));
    assert_eq!(accepted(&with(&targets(32))).targets.len(), 32);
    refused(with(&targets(33)), "too_many", "/targets");
}

#[test]
fn wrong_types_are_named() {
    for (member, pointer) in [
        (r#""event_id":1"#, "/event_id"),
        (r#""time":1700000000"#, "/time"),
        (r#""organization":"o""#, "/organization"),
        (r#""organization":{"id":7}"#, "/organization/id"),
        (r#""actor":[]"#, "/actor"),
        (r#""actor":{"type":true,"id":"1"}"#, "/actor/type"),
        (r#""targets":{}"#, "/targets"),
        (r#""targets":[7]"#, "/targets/0"),
        (r#""targets":[null]"#, "/targets/0"),
        (r#""http":{"status":"200"}"#, "/http/status"),
        (r#""client":{"location":"x"}"#, "/client/location"),
        (r#""reason":["x"]"#, "/reason"),
        (r#""session_id":7"#, "/session_id"),
        (r#""sequence":7"#, "/sequence"),
        (r#""sequence":{"stream":7,"n":7}"#, "/sequence/stream"),
        (r#""sequence":{"stream":"s","n":"7"}"#, "/sequence/n"),
        (r#""changes":[]"#, "/changes"),
        (r#""changes":{"a":1}"#, "/changes/a"),
        (r#""changes":{"a":[{"b":1}]}"#, "/changes/a"),
        (r#""properties":"x""#, "/properties"),
        (r#""personal":{}"#, "/personal"),
        (r#""personal":[null]"#, "/personal/0"),
        (r#""personal":[{"of":"user:1","paths":[{}]}]"#, "/personal/0/paths/0"),
    ] {
        refused(with(member), "wrong_type", pointer);
    }
    refused("[]", "wrong_type", "");
    refused("null", "wrong_type", "");
    refused(r#"{"action":7}"#, "wrong_type", "/action");
}

#[test]
fn enumerations_take_their_words_only() {
    refused(with(r#""outcome":"ok""#), "invalid_value", "/outcome");
    refused(with(r#""severity":"INFO""#), "invalid_value", "/severity");
    refused(with(r#""actor":{"type":"robot","id":"1"}"#), "invalid_value", "/actor/type");
    let robot = with(r#""actor":{"type":"robot","id":"1"}"#);
    let message = &parse_one(robot.as_bytes()).expect_err("no such type")[0].message;
    assert!(ActorKind::ALL.iter().all(|kind| message.contains(kind.as_str())), "{message}");
}

#[test]
fn numbers_of_a_stream_are_digits_that_every_reader_holds() {
    let numbered = |n: &str| with(&format!(r#""sequence":{{"stream":"s","n":{n}}}"#));
    for (n, value) in [("0", 0), ("10", 10), ("9007199254740991", 9_007_199_254_740_991)] {
        assert_eq!(accepted(&numbered(n)).sequence.map(|sequence| sequence.n), Some(value));
    }
    for n in ["-1", "-0", "1.0", "1e3", "9007199254740992", "18446744073709551616"] {
        refused(numbered(n), "invalid_value", "/sequence/n");
    }
    let message = &parse_one(numbered("1.5").as_bytes()).expect_err("no integer")[0].message;
    assert!(message.contains("9007199254740991") && message.contains("one by one"), "{message}");
}

#[test]
fn what_the_server_writes_is_refused_from_clients() {
    for name in ["v", "id", "received", "source", "leaf_index", "x"] {
        refused(with(&format!(r#""{name}":{{"deep":[1,2]}}"#)), "reserved_member", &format!("/{name}"));
    }
}

#[test]
fn unknown_members_are_refused_by_name() {
    refused(with(r#""colour":"red""#), "unknown_member", "/colour");
    refused(with(r#""http":{"verb":"GET"}"#), "unknown_member", "/http/verb");
    refused(with(r#""client":{"location":{"zip":"1"}}"#), "unknown_member", "/client/location/zip");
    refused(with(r#""changes":{"a":{"after":1,"was":2}}"#), "unknown_member", "/changes/a/was");
    let message = &parse_one(with(r#""colour":1"#).as_bytes()).expect_err("unknown")[0].message;
    assert!(message.contains("colour") && message.contains("properties"), "{message}");
}

#[test]
fn required_members_of_objects_are_named() {
    refused(with(r#""organization":{}"#), "missing", "/organization/id");
    refused(with(r#""actor":{"id":"1"}"#), "missing", "/actor/type");
    refused(with(r#""actor":{"type":"user"}"#), "missing", "/actor/id");
    refused(with(r#""actor":{"type":"user","id":""}"#), "empty", "/actor/id");
    refused(
        with(r#""actor":{"type":"user","id":"1","on_behalf_of":{"id":"2"}}"#),
        "missing",
        "/actor/on_behalf_of/type",
    );
    refused(with(r#""resource":{"type":"t"}"#), "missing", "/resource/id");
    refused(with(r#""sequence":{"n":1}"#), "missing", "/sequence/stream");
    refused(with(r#""sequence":{"stream":"","n":1}"#), "empty", "/sequence/stream");
    refused(with(r#""sequence":{"stream":"s","n":null}"#), "missing", "/sequence/n");
    refused(with(r#""sequence":{"stream":"s","n":1,"of":9}"#), "unknown_member", "/sequence/of");
    refused(with(r#""personal":[{"paths":[]}]"#), "missing", "/personal/0/of");
}

#[test]
fn anonymous_actors_need_no_id() {
    for actor in [r#"{"type":"anonymous"}"#, r#"{"type":"anonymous","id":"anonymous:2026-01-01"}"#] {
        let json = with(&format!(r#""actor":{actor}"#));
        assert_eq!(accepted(&json).actor.map(|actor| actor.id.into_owned()), Some(String::new()));
    }
    refused(with(r#""actor":{"type":"anonymous","id":"visitor-7"}"#), "invalid_value", "/actor/id");
}

#[test]
fn addresses_must_parse_and_stay_as_sent() {
    for ip in ["1.2.3.4", "::ffff:1.2.3.4", "2001:DB8::1"] {
        let json = with(&format!(r#""client":{{"ip":"{ip}"}}"#));
        assert_eq!(accepted(&json).client.ip.as_deref(), Some(ip));
    }
    for ip in ["", "1.2.3.4:80", "1.2.3", "01.2.3.4", "fe80::1%eth0", "10.0.0.0/8", "localhost"] {
        refused(with(&format!(r#""client":{{"ip":"{ip}"}}"#)), "invalid_ip", "/client/ip");
    }
}

#[test]
fn times_say_what_is_wrong_with_them() {
    refused(with(r#""time":"2026-11-23""#), "invalid_time", "/time");
    refused(with(r#""time":"2016-12-31T23:59:60Z""#), "invalid_time", "/time");
}

#[test]
fn declarations_name_persons_and_places() {
    let declared = |of: &str, path: &str| with(&format!(r#""personal":[{{"of":"{of}","paths":["{path}"]}}]"#));
    accepted(&declared("user:a:b", "/properties/x"));
    accepted(&declared("patient:12", "/detail"));
    accepted(&declared("agent:12", "/reason"));
    for of in ["user", ":1", "user:", "token:1", "system:system"] {
        refused(declared(of, "/detail"), "invalid_value", "/personal/0/of");
    }
    refused(declared("user:1", "detail"), "invalid_pointer", "/personal/0/paths/0");
    for path in ["/description", "/session_id", "/sequence/stream", "/request_id"] {
        refused(declared("user:1", path), "not_declarable", "/personal/0/paths/0");
    }
}

#[test]
fn all_problems_of_an_event_are_named_at_once() {
    let json =
        r#"{"time":"x","severity":"y","actor":{"type":"user"},"foo":1,"http":{"status":0},"properties":{"a":1,"a":2}}"#;
    let codes: Vec<_> = problems(json).into_iter().map(|(code, _)| code).collect();
    assert_eq!(
        codes,
        ["invalid_time", "invalid_value", "missing", "unknown_member", "invalid_value", "duplicate_member", "missing"]
    );
}
