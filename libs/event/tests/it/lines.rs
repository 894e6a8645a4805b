//! Lines and entries, over random events.

use indelible_event::line::{self, Stamp};
use indelible_event::{Entry, Event};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::context::{admitted, parsed};
use crate::json_agreement::{text, value};

/// Random valid events as JSON.
fn event() -> impl Strategy<Value = Value> {
    let id = "[a-z0-9@.{}-]{1,20}";
    let named = || (id, prop::option::of(text())).prop_map(|(id, name)| json!({"id": id, "name": name}));
    let resource = || {
        ("[a-z_]{1,12}", id, prop::option::of(text()))
            .prop_map(|(kind, id, name)| json!({"type": kind, "id": id, "name": name}))
    };
    let who = || {
        (
            prop::sample::select(vec!["user", "agent", "token", "system"]),
            id,
            prop::option::of(text()),
            prop::option::of(text()),
        )
            .prop_map(|(kind, id, name, email)| json!({"type": kind, "id": id, "name": name, "email": email}))
    };
    let actor = (who(), prop::option::weighted(0.2, who())).prop_map(|(mut actor, principal)| {
        actor["on_behalf_of"] = principal.into();
        actor
    });
    let http = (prop::option::of("[A-Z]{3,7}"), prop::option::of(text()), prop::option::of(100_u16..=999))
        .prop_map(|(method, path, status)| json!({"method": method, "path": path, "status": status}));
    let location = (prop::option::of(text()), prop::option::of(text()), prop::option::of("[A-Z]{2}"))
        .prop_map(|(city, region, country)| json!({"city": city, "region": region, "country": country}));
    let ip = any::<std::net::IpAddr>().prop_map(|ip| ip.to_string());
    let client =
        (prop::option::of(ip), prop::option::of(text()), prop::option::of(location), prop::option::of("[A-Z]{1,9}"))
            .prop_map(
                |(ip, agent, location, ci)| json!({"ip": ip, "user_agent": agent, "location": location, "ci": ci}),
            );
    let changes = prop::collection::btree_map(text(), (value(), prop::option::of(value())), 0..4).prop_map(|fields| {
        let change = |(before, after): (Value, Option<Value>)| match after {
            Some(after) => json!({"before": before, "after": after}),
            None => json!({"before": before}),
        };
        fields.into_iter().map(|(name, values)| (name, change(values))).collect::<Map<_, _>>()
    });
    let properties = prop::collection::btree_map(text(), value(), 0..4);
    let declared = prop::collection::vec(
        (
            "(user|customer):[a-z0-9@.]{1,9}",
            prop::sample::subsequence(
                vec!["/detail", "/reason", "/resource/name", "/properties/a", "/targets/0/name"],
                0..=5,
            ),
        ),
        0..3,
    )
    .prop_map(|all| all.into_iter().map(|(of, paths)| json!({"of": of, "paths": paths})).collect::<Vec<_>>());
    let first = (
        (
            "[a-z]{1,9}\\.[a-z_]{1,9}",
            prop::option::of("[ -~]{1,40}"),
            prop::option::of(indelible_event::time::MIN_US..=indelible_event::time::MAX_US),
        ),
        (prop::option::of(named()), prop::option::of(named()), prop::option::of(actor)),
        (
            prop::option::of(text()),
            prop::option::of(text()),
            prop::option::of(prop::sample::select(vec!["success", "failure"])),
        ),
    );
    let sequence = ("[ -~]{1,64}", 0..=indelible_event::limits::SEQUENCE_N_MAX)
        .prop_map(|(stream, n)| json!({"stream": stream, "n": n}));
    let keys = || prop::option::of(text());
    let joining = (keys(), keys(), keys(), keys(), prop::option::of(sequence));
    let second = (
        joining,
        (prop::option::of(resource()), prop::collection::vec(resource(), 0..3)),
        (prop::option::of(http), prop::option::of(client), declared),
        (prop::option::of(changes), prop::option::of(properties)),
    );
    (first, second).prop_map(|(((action, event_id, time), (organization, project, actor), (description, detail, outcome)), second)| {
        let (joining, (resource, targets), (http, client, personal), (changes, properties)) = second;
        let (request_id, trace_id, reason, session_id, sequence) = joining;
        json!({
            "event_id": event_id, "time": time.map(indelible_event::time::write), "organization": organization, "project": project,
            "actor": actor, "action": action, "description": description, "resource": resource, "targets": targets,
            "outcome": outcome, "detail": detail, "http": http, "client": client, "request_id": request_id, "trace_id": trace_id,
            "reason": reason, "session_id": session_id, "sequence": sequence, "changes": changes,
            "properties": properties, "personal": personal,
        })
    })
}

/// The event whose line this entry's is.
fn back<'a>(entry: &Entry<'a>) -> Event<'a> {
    let entry = entry.clone();
    Event {
        event_id: entry.event_id,
        time_us: Some(entry.time_us),
        organization: entry.organization,
        workspace: entry.workspace,
        project: entry.project,
        actor: Some(entry.actor),
        action: entry.action,
        event: Some(entry.event),
        channel: Some(entry.channel),
        description: Some(entry.description),
        resource: entry.resource,
        targets: entry.targets,
        outcome: entry.outcome,
        detail: entry.detail,
        severity: Some(entry.severity),
        http: entry.http,
        client: entry.client,
        request_id: entry.request_id,
        trace_id: entry.trace_id,
        reason: entry.reason,
        session_id: entry.session_id,
        sequence: entry.sequence,
        changes: entry.changes.map(Into::into),
        properties: entry.properties.map(Into::into),
        personal: Vec::new(),
    }
}

/// The entry as another parser sees its line, member by member.
fn seen(entry: &Entry<'_>) -> Value {
    let named =
        |scope: &Option<indelible_event::Named<'_>>| scope.as_ref().map(|s| json!({"id": s.id, "name": s.name}));
    let resource = |r: &indelible_event::Resource<'_>| json!({"type": r.kind, "id": r.id, "name": r.name});
    let raw = |json: Option<&str>| json.map(|json| serde_json::from_str::<Value>(json).expect("JSON"));
    let actor = &entry.actor;
    let principal = actor.on_behalf_of.as_ref();
    let principal = principal.map(|p| json!({"type": p.kind.as_str(), "id": p.id, "name": p.name, "email": p.email}));
    let personal: Vec<Value> = entry.personal.iter().map(|person| json!({"of": person.of})).collect();
    json!({
        "v": 1, "id": entry.id, "event_id": entry.event_id, "time": indelible_event::time::write(entry.time_us),
        "received": indelible_event::time::write(entry.received_us), "organization": named(&entry.organization),
        "workspace": named(&entry.workspace), "project": named(&entry.project),
        "actor": {"type": actor.kind.as_str(), "id": actor.id, "name": actor.name, "email": actor.email, "on_behalf_of": principal},
        "action": entry.action, "event": entry.event, "channel": entry.channel, "description": entry.description,
        "resource": entry.resource.as_ref().map(resource), "targets": entry.targets.iter().map(resource).collect::<Vec<_>>(),
        "outcome": entry.outcome.map(|o| o.as_str()), "detail": entry.detail, "severity": entry.severity.as_str(),
        "http": {"method": entry.http.method, "path": entry.http.path, "status": entry.http.status},
        "client": {"ip": entry.client.ip, "user_agent": entry.client.user_agent, "ci": entry.client.ci, "location":
            {"city": entry.client.location.city, "region": entry.client.location.region, "country": entry.client.location.country}},
        "request_id": entry.request_id, "trace_id": entry.trace_id, "reason": entry.reason, "session_id": entry.session_id,
        "sequence": entry.sequence.as_ref().map(|s| json!({"stream": s.stream, "n": s.n})), "changes": raw(entry.changes),
        "properties": raw(entry.properties), "source": entry.source, "personal": personal,
    })
}

/// Drops what an absent member looks like: null, empty objects and lists (outside `changes` and `properties`).
fn without_absent(value: Value) -> Value {
    let absent = |value: &Value| value.is_null() || *value == json!({}) || *value == json!([]);
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter_map(|(name, value)| {
                let raw = name == "changes" || name == "properties";
                let value = if raw { value } else { without_absent(value) };
                (raw && !value.is_null() || !absent(&value)).then_some((name, value))
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.into_iter().map(without_absent).collect(),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_entry_says_what_another_parser_reads_in_its_line(event in event()) {
        let admitted = admitted(&event.to_string());
        let mut theirs: Value = serde_json::from_slice(&admitted.line).expect("JSON");
        for person in theirs.get_mut("personal").and_then(Value::as_array_mut).into_iter().flatten() {
            person.as_object_mut().expect("an object").remove("digest");
        }
        let entry = Entry::parse(&admitted.line).expect("a line");
        prop_assert_eq!(without_absent(seen(&entry)), theirs);
        let digests: Vec<_> = admitted.personal.iter().map(|parts| parts.digest()).collect();
        prop_assert_eq!(entry.personal.iter().map(|person| person.digest).collect::<Vec<_>>(), digests);
    }

    #[test]
    fn an_entry_written_again_is_the_same_line(event in event()) {
        let admitted = admitted(&event.to_string());
        let entry = Entry::parse(&admitted.line).expect("a line");
        let stamp =
            Stamp { id: entry.id, received_us: entry.received_us, source: &entry.source, personal: &entry.personal };
        let mut again = Vec::new();
        line::write(&mut again, &back(&entry), &stamp);
        prop_assert_eq!(String::from_utf8(again), String::from_utf8(admitted.line));
    }

    #[test]
    fn the_layout_of_a_body_leaves_no_trace_in_the_line(event in event()) {
        let plain = event.to_string();
        let pretty = serde_json::to_string_pretty(&event).expect("JSON");
        prop_assert_eq!(admitted(&plain).digest, admitted(&pretty).digest);
        prop_assert_eq!(parsed(&plain), parsed(&pretty));
    }

    #[test]
    fn no_bytes_make_reading_a_line_panic(event in event(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut line = admitted(&event.to_string()).line;
        let at = at.index(line.len());
        line[at] = byte;
        let _ = Entry::parse(&line);
        let _ = Entry::parse(&line[..at]);
    }
}
