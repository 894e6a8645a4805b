use super::{Folder, events, submit};
use engine::{Submission, SubmitError};
use event::BodyKind;

#[test]
fn the_same_events_again_add_nothing_wherever_the_first_ones_lie() {
    let folder = Folder::new();
    let log = folder.open();
    let first = submit(&log, &events(0, 50)).unwrap();
    let again = |log: &engine::Log| {
        let size = log.size();
        let again = submit(log, &events(0, 50)).unwrap();
        assert_eq!(log.size(), size);
        for (first, again) in first.receipts.iter().flatten().zip(again.receipts.iter().flatten()) {
            assert!(again.duplicate);
            assert_eq!((&first.id, first.leaf_index, first.digest), (&again.id, again.leaf_index, again.digest));
        }
    };
    again(&log);
    log.seal().unwrap();
    again(&log);
    drop(log);
    let log = folder.open();
    again(&log);
}

#[test]
fn another_event_under_the_same_id_is_refused_and_costs_the_batch() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, r#"{"event_id":"a","action":"door.open"}"#).unwrap();
    let size = log.size();
    let body = "{\"event_id\":\"b\",\"action\":\"door.open\"}\n{\"event_id\":\"a\",\"action\":\"door.close\"}";
    let Err(SubmitError::Conflict { problems }) = submit(&log, body) else { panic!("a conflict") };
    assert_eq!((problems[0].index, problems[0].code), (Some(1), "event_id_conflict"));
    assert_eq!(log.size(), size, "all or nothing");
    let partial =
        Submission { body: body.as_bytes(), kind: BodyKind::Ndjson, source: "test", reach: None, partial: true };
    let submitted = log.submit(&partial).unwrap();
    assert!(submitted.receipts[0].is_some() && submitted.receipts[1].is_none());
    assert_eq!(submitted.problems[0].index, Some(1));
}

#[test]
fn within_one_batch_the_second_gets_the_first_ones_receipt() {
    let folder = Folder::new();
    let log = folder.open();
    let one = r#"{"event_id":"a","action":"door.open"}"#;
    let submitted = submit(&log, &format!("{one}\n{one}")).unwrap();
    let receipts: Vec<_> = submitted.receipts.into_iter().flatten().collect();
    assert_eq!(receipts[0].leaf_index, receipts[1].leaf_index);
    assert!(!receipts[0].duplicate && receipts[1].duplicate);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn clients_that_send_the_same_event_at_once_make_one_entry() {
    let folder = Folder::new();
    let log = folder.open();
    let size = log.size();
    let leaves: Vec<u64> = std::thread::scope(|scope| {
        let send = || {
            submit(&log, r#"{"event_id":"same","action":"door.open","actor":{"type":"user","id":"u","name":"Anna"}}"#)
        };
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap().unwrap().receipts[0].as_ref().unwrap().leaf_index)
            .collect()
    });
    assert!(leaves.iter().all(|leaf| *leaf == size));
    assert_eq!(log.size(), size + 1);
}
