use engine::{Log, Place, Reach, Submission, SubmitError, Submitted, Within};
use event::BodyKind;

use crate::Folder;

fn send(log: &Log, reach: &Reach, partial: bool, body: &str) -> Result<Submitted, SubmitError> {
    let reach = Some(reach);
    log.submit(&Submission { body: body.as_bytes(), kind: BodyKind::Ndjson, source: "test", reach, partial })
}

fn event(id: &str, organization: &str) -> String {
    format!(r#"{{"event_id":"{id}","action":"a.b","organization":{{"id":"{organization}"}}}}"#)
}

#[test]
fn an_event_outside_is_refused_alike_whether_its_event_id_is_known_or_not() {
    let folder = Folder::new();
    let log = folder.open();
    let acme = Place { organization: Some("acme".into()), ..Place::default() };
    let reach = Reach { within: vec![Within::Place(acme)] };
    send(&log, &Reach::everywhere(), false, &event("known", "other")).unwrap();
    let size = log.size();
    let body = |id: &str| [event("mine", "acme"), event(id, "other"), r#"{"action":"a.b"}"#.to_owned()].join("\n");
    let refused = |id: &str| match send(&log, &reach, false, &body(id)) {
        Err(SubmitError::Problems { problems }) => problems,
        other => panic!("{other:?}"),
    };
    let problems = refused("known");
    assert_eq!(problems, refused("new"));
    let named: Vec<_> = problems.iter().map(|one| (one.index, one.pointer.as_str(), one.code)).collect();
    let wanted = [(Some(1), "/organization/id", "not_permitted"), (Some(2), "/organization/id", "not_permitted")];
    assert_eq!(named, wanted);
    assert!(problems[0].message.contains("\"acme\""), "{}", problems[0].message);
    assert_eq!(log.size(), size, "all or nothing");

    let partly = send(&log, &reach, true, &body("known")).unwrap();
    assert_eq!(partly.problems, problems);
    let recorded: Vec<_> = partly.receipts.iter().map(Option::is_some).collect();
    assert_eq!((recorded, log.size()), (vec![true, false, false], size + 1));
    // What is wrong in itself is named beside what is outside, in the order of the body.
    let both = format!("{}\n{{\"action\":7}}", event("x", "other"));
    let Err(SubmitError::Problems { problems }) = send(&log, &reach, false, &both) else { panic!("both are wrong") };
    let codes: Vec<_> = problems.iter().map(|one| (one.index, one.code)).collect();
    assert_eq!(codes, [(Some(0), "not_permitted"), (Some(1), "wrong_type")]);
    log.close().unwrap();
}
