//! Changes that are decided outside the engine and recorded by it.

use engine::{Changed, Limits, Log, Own, SubmitError, Viewer, inspect};
use event::{ActorKind, Declared, Entry, Resource};
use search::Predicate;
use serde_json::json;

use super::{Folder, events, everything, submit};

fn admin() -> Viewer {
    Viewer {
        id: "a7".into(),
        name: Some("Ann Admin".into()),
        email: Some("ann@example.com".into()),
        session: Some("s1".into()),
        reason: Some("OPS-17".into()),
        ..Viewer::default()
    }
}

fn line_of(log: &Log, leaf: u64) -> String {
    let found = everything(log).into_iter().find(|(at, _)| *at == leaf).unwrap();
    String::from_utf8(found.1).unwrap()
}

#[test]
fn a_change_under_an_event_id_is_recorded_once_and_found_wherever_it_lies() {
    let folder = Folder::new();
    let log = folder.open();
    let viewer = admin();
    let changes = json!({"role": {"after": "auditor"}});
    let change = |changes| {
        Own::Changed(Changed {
            event_id: Some("pending-1"),
            changes: Some(changes),
            ..Changed::new(&viewer, "grant.added", "Grant added")
        })
    };
    assert_eq!(log.own_event("pending-1").unwrap(), None);
    let first = log.record_own(&change(&changes)).unwrap();
    let again = log.record_own(&change(&changes)).unwrap();
    assert!(!first.duplicate && again.duplicate);
    assert_eq!((&first.id, first.digest), (&again.id, again.digest));
    let found = |log: &Log| log.own_event("pending-1").unwrap().map(|receipt| (receipt.id, receipt.leaf_index));
    let recorded = Some((first.id.clone(), first.leaf_index));
    assert_eq!(found(&log), recorded);
    let other = json!({"role": {"after": "admin"}});
    assert!(matches!(log.record_own(&change(&other)), Err(SubmitError::Conflict { .. })));
    // Another source's event under the same id is none of the log's own.
    submit(&log, r#"{"event_id":"pending-2","action":"grant.added"}"#).unwrap();
    assert_eq!(log.own_event("pending-2").unwrap(), None);
    drop(log);
    let log = folder.open();
    assert_eq!(found(&log), recorded, "after a crash");
    submit(&log, &events(0, 10)).unwrap();
    log.seal().unwrap();
    assert_eq!(found(&log), recorded, "in a segment");
    log.close().unwrap();
}

#[test]
fn a_change_says_who_why_in_which_session_and_keeps_names_out_of_the_line() {
    let folder = Folder::new();
    let log = folder.open();
    let viewer = admin();
    let changes = json!({"email": {"after": "bob@example.com"}, "status": {"before": null, "after": "invited"}});
    let receipt = log
        .record_own(&Own::Changed(Changed {
            resource: Some(Resource { kind: "account".into(), id: "a8".into(), name: Some("Bob Builder".into()) }),
            changes: Some(&changes),
            personal: vec![Declared {
                of: "user:a8".into(),
                paths: vec!["/resource/name".into(), "/changes/email/after".into()],
            }],
            ..Changed::new(&viewer, "account.invited", "Account invited")
        }))
        .unwrap();
    let line = line_of(&log, receipt.leaf_index);
    for personal in ["Ann", "Bob", "example.com"] {
        assert!(!line.contains(personal), "{personal} in {line}");
    }
    let entry = Entry::parse(line.as_bytes()).unwrap();
    assert_eq!((&*entry.source, &*entry.channel, &*entry.event), ("indelible", "audit-log", "invited"));
    assert_eq!((entry.actor.kind, &*entry.actor.id), (ActorKind::User, "a7"));
    assert_eq!(entry.session_id.as_deref(), Some("s1"));
    assert_eq!(entry.reason.as_deref(), Some("OPS-17"));
    let whose: Vec<_> = entry.personal.iter().map(|personal| personal.of.as_ref()).collect();
    assert_eq!(whose, ["user:a7", "user:a8"]);
    let caller = engine::Caller::of_everything(viewer, Limits::default());
    let shown = log.reader(&caller).entry(&receipt.id).unwrap().unwrap();
    let mut json = Vec::new();
    shown.write_json(true, &enrich::Browsers::builtin(), &mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    assert!(json.contains("Bob Builder") && json.contains("bob@example.com") && json.contains("Ann Admin"), "{json}");
    log.close().unwrap();
}

#[test]
fn programs_the_operator_and_nobody_act_as_what_they_are() {
    let folder = Folder::new();
    let log = folder.open();
    let filters = vec![("q".to_owned(), "Lehmann".to_owned())];
    for (kind, id, of) in [
        (ActorKind::Token, "t1", Some("program:t1")),
        (ActorKind::System, "operator", Some("operator:operator")),
        (ActorKind::Anonymous, "", None),
    ] {
        let viewer = Viewer { kind, id: id.into(), ip: Some("192.0.2.1".into()), ..Viewer::default() };
        let failed = Changed { channel: Some("auth"), ..Changed::new(&viewer, "session.failed", "Sign-in failed") };
        let receipt = log.record_own(&Own::Changed(failed)).unwrap();
        let line = line_of(&log, receipt.leaf_index);
        let entry = Entry::parse(line.as_bytes()).unwrap();
        assert_eq!((entry.actor.kind, &*entry.channel), (kind, "auth"));
        assert_eq!(entry.client.ip.is_some(), !kind.is_person(), "persons' addresses leave the line");
        let Some(of) = of else {
            assert!(entry.actor.id.starts_with("anonymous:"), "{line}");
            continue;
        };
        assert_eq!(entry.actor.id, id);
        // What a program sought leaves the line as well.
        let receipt = log.record_own(&Own::Searched { viewer: &viewer, filters: &filters }).unwrap();
        let line = line_of(&log, receipt.leaf_index);
        assert!(!line.contains("Lehmann") && line.contains(of), "{line}");
    }
    let findings = log.verify(&|_, _| {}).unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
    assert!(inspect::ask(&log, &inspect::view(&log), &Predicate::All, search::count).unwrap() >= 5);
    log.close().unwrap();
}
