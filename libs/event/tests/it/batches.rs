//! Bodies of several events.

use indelible_event::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use indelible_event::{Batch, BodyError, BodyKind, parse_batch};

const GOOD: &str = r#"{"action":"a.b"}"#;

fn read(body: &str, kind: BodyKind) -> Batch<'_> {
    parse_batch(body.as_bytes(), kind).expect("within limits")
}

/// One letter an event: `+` good, `-` refused.
fn verdicts(batch: &Batch<'_>) -> String {
    batch.events.iter().map(|event| if event.is_ok() { '+' } else { '-' }).collect()
}

#[test]
fn an_array_lists_the_problems_of_every_event() {
    let body = format!(r#" [ {GOOD}, {{}}, 7, {{"action":"a.b","time":"x","id":1}} ,{GOOD}] "#);
    let batch = read(&body, BodyKind::Array);
    assert_eq!(verdicts(&batch), "+---+");
    assert!(batch.broken.is_none() && !batch.is_sound());
    let found: Vec<_> = batch.problems().into_iter().map(|p| (p.index, p.pointer, p.code)).collect();
    assert_eq!(
        found,
        [
            (Some(1), "/action".to_owned(), "missing"),
            (Some(2), String::new(), "wrong_type"),
            (Some(3), "/time".to_owned(), "invalid_time"),
            (Some(3), "/id".to_owned(), "reserved_member"),
        ]
    );
    assert!(read("[]", BodyKind::Array).events.is_empty());
}

#[test]
fn an_array_that_is_not_json_is_broken_where_it_breaks() {
    let body = format!(r#"[{GOOD},{{"foo":1,"actor":{{"type":]}}}},{GOOD}]"#);
    let batch = read(&body, BodyKind::Array);
    assert_eq!(verdicts(&batch), "+-");
    let broken = batch.broken.as_ref().expect("broken");
    assert_eq!((broken.index, broken.pointer.as_str(), broken.code), (Some(1), "/actor/type", "invalid_json"));
    assert_eq!(batch.problems().len(), 2);
    for body in
        [format!("[{GOOD}"), format!("[{GOOD},]"), format!("[{GOOD}]x"), format!("[{GOOD} {GOOD}]"), "[".to_owned()]
    {
        assert!(read(&body, BodyKind::Array).broken.is_some(), "{body}");
    }
    assert!(!read(GOOD, BodyKind::Array).is_sound());
    let utf8 = [b"[", GOOD.as_bytes(), b",\"\xff\"]"].concat();
    let batch = parse_batch(&utf8, BodyKind::Array).expect("within limits");
    assert_eq!(batch.broken.map(|broken| broken.code), Some("not_utf8"));
}

#[test]
fn ndjson_goes_on_behind_a_line_that_is_not_json() {
    let body = format!("{GOOD}\r\n\n  \r\n{{\"action\":\n{GOOD}\n{{}}\n{GOOD}");
    let batch = read(&body, BodyKind::Ndjson);
    assert_eq!(verdicts(&batch), "+-+-+");
    let found: Vec<_> = batch.problems().into_iter().map(|p| (p.index, p.code)).collect();
    assert_eq!(found, [(Some(1), "invalid_json"), (Some(3), "missing")]);
    let utf8 = [GOOD.as_bytes(), b"\n{\"action\":\"a.b\",\"detail\":\"\xff\"}\n", GOOD.as_bytes()].concat();
    assert_eq!(verdicts(&parse_batch(&utf8, BodyKind::Ndjson).expect("within limits")), "+-+");
}

#[test]
fn bodies_are_bounded() {
    let array = |count: usize| format!("[{}]", vec![GOOD; count].join(","));
    let lines = |count: usize| format!("{GOOD}\n").repeat(count);
    assert!(read(&array(BATCH_EVENTS_MAX), BodyKind::Array).is_sound());
    assert!(read(&lines(BATCH_EVENTS_MAX), BodyKind::Ndjson).is_sound());
    let many = BATCH_EVENTS_MAX + 1;
    assert_eq!(parse_batch(array(many).as_bytes(), BodyKind::Array).err(), Some(BodyError::TooMany));
    assert_eq!(parse_batch(lines(many).as_bytes(), BodyKind::Ndjson).err(), Some(BodyError::TooMany));
    let large = vec![b' '; BATCH_BYTES_MAX + 1];
    assert!(matches!(parse_batch(&large, BodyKind::Ndjson), Err(BodyError::TooLarge { .. })));
}

#[test]
fn problems_beyond_the_bound_are_counted() {
    let body = "{\"a\":1,\"b\":2}\n".repeat(2_000);
    let batch = read(&body, BodyKind::Ndjson);
    assert_eq!(batch.events.len(), 2_000);
    assert!(batch.events.iter().all(Result::is_err));
    let problems = batch.problems();
    assert_eq!(problems.len(), 1_001);
    assert!(problems[1_000].message.starts_with("5000 more"), "{}", problems[1_000].message);
}

#[test]
fn the_layout_of_a_body_is_guessed() {
    let pretty = "{\n  \"action\": \"a.b\",\n  \"actor\": {}\n}\n";
    for (body, kind) in [
        (GOOD.to_owned(), BodyKind::Object),
        (format!("{GOOD}\n"), BodyKind::Object),
        (pretty.to_owned(), BodyKind::Object),
        (format!(" [{GOOD}]"), BodyKind::Array),
        (format!("{GOOD}\n{GOOD}\n"), BodyKind::Ndjson),
        (format!("{{\"broken\n{GOOD}\n"), BodyKind::Ndjson),
        (String::new(), BodyKind::Object),
    ] {
        assert_eq!(BodyKind::guess(body.as_bytes()), kind, "{body}");
    }
}
