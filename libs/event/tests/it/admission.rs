//! From event to line, and from line to entry.

use indelible_event::limits::LINE_BYTES_MAX;
use indelible_event::render::Opened;
use indelible_event::{Admission, AdmitError, Admitted, Digest, Entry, LineError, Rules, admit, readmit, time};

use crate::context::{NOW_US, admission, admitted, line_of, parsed};

#[test]
fn the_smallest_event_gets_every_default() {
    assert_eq!(
        line_of(r#"{"action":"invoice.delete"}"#),
        concat!(
            r#"{"v":1,"id":"01a207a7-95e3-7102-8304-05060708090a","time":"2026-11-23T09:05:53.123456Z","#,
            r#""received":"2026-11-23T09:05:53.123456Z","actor":{"type":"system","id":"system"},"action":"invoice.delete","#,
            r#""event":"deleted","channel":"invoice","description":"invoice delete","severity":"warning","source":"test"}"#
        )
    );
}

#[test]
fn the_digest_is_that_of_the_line() {
    let admitted = admitted(r#"{"action":"a.b","event_id":"e"}"#);
    assert_eq!(admitted.digest, Digest::of(&admitted.line));
    assert_eq!(Entry::parse(&admitted.line).expect("a line").id, admitted.id);
}

#[test]
fn empty_objects_are_left_out_of_the_line() {
    let bare = line_of(r#"{"action":"a.b"}"#);
    assert_eq!(line_of(r#"{"action":"a.b","http":{},"client":{"location":{}},"targets":[],"personal":[]}"#), bare);
    assert!(
        line_of(r#"{"action":"a.b","changes":{},"properties":{ }}"#)
            .contains(r#""changes":{},"properties":{},"source""#)
    );
}

#[test]
fn place_and_ci_platform_are_looked_up_where_they_are_missing() {
    let client =
        |client: &str| line_of(&format!(r#"{{"action":"a.b","actor":{{"type":"token","id":"t"}},"client":{client}}}"#));
    let line = client(r#"{"ip":"192.0.2.7","user_agent":"actions/1"}"#);
    let expected = r#""client":{"ip":"192.0.2.7","user_agent":"actions/1","location":{"city":"Zürich","region":"ZH","country":"CH"},"ci":"GitHub Actions"}"#;
    assert!(line.contains(expected), "{line}");
    let line = client(r#"{"ip":"192.0.2.7","location":{"country":"DE"},"user_agent":"actions/1","ci":"x"}"#);
    assert!(line.contains(r#""location":{"country":"DE"},"ci":"x""#), "{line}");
    assert!(!client(r#"{"ip":"192.0.2.8"}"#).contains("location"));
}

#[test]
fn anonymous_actors_are_named_by_the_day_of_receipt() {
    let line =
        line_of(r#"{"action":"a.b","time":"2020-01-01T00:00:00Z","actor":{"type":"anonymous","id":"anonymous"}}"#);
    assert!(line.contains(r#""actor":{"type":"anonymous","id":"anonymous:2026-11-23"}"#), "{line}");
}

#[test]
fn a_clock_that_is_off_is_flagged_and_a_future_time_heads_no_page() {
    let at = |offset_us: i64| admitted(&format!(r#"{{"action":"a.b","time":"{}"}}"#, time::write(NOW_US + offset_us)));
    let minute = 60_000_000;
    for (offset, warned, order) in [
        (0, false, 0),
        (5 * minute, false, 5 * minute),
        (5 * minute + 1, true, 5 * minute),
        (900_000 * minute, true, 5 * minute),
        (-5 * minute, false, -5 * minute),
        (-6 * minute, true, -6 * minute),
    ] {
        let admitted = at(offset);
        assert_eq!(!admitted.warnings.is_empty(), warned, "{offset}");
        assert_eq!(admitted.order_time_us, NOW_US + order, "{offset}");
        assert_eq!(Entry::parse(&admitted.line).expect("a line").order_time_us(), NOW_US + order);
    }
    let rules = Rules::builtin();
    let import = Admission { source: "import:github", ..admission(&rules) };
    let old = parsed(r#"{"action":"a.b","time":"2020-01-01T00:00:00Z"}"#);
    assert!(admit(&old, &import).expect("admitted").warnings.is_empty());
}

#[test]
fn a_line_beyond_the_bound_is_refused_and_one_at_it_is_not() {
    let json = |fill: usize| format!(r#"{{"action":"a.b","properties":{{"x":"{}"}}}}"#, "y".repeat(fill));
    let rest = line_of(&json(0)).len();
    assert_eq!(line_of(&json(LINE_BYTES_MAX - rest)).len(), LINE_BYTES_MAX);
    let rules = Rules::builtin();
    let refused = admit(&parsed(&json(LINE_BYTES_MAX - rest + 1)), &admission(&rules));
    assert!(matches!(refused, Err(AdmitError::LineTooLong { bytes }) if bytes == LINE_BYTES_MAX + 1));
}

#[test]
fn bytes_that_are_no_line_are_refused() {
    let line = line_of(r#"{"action":"a.b"}"#);
    let parse = |line: &str| Entry::parse(line.as_bytes()).map(drop);
    assert_eq!(parse(&line), Ok(()));
    assert_eq!(parse(&line.replace(r#""v":1"#, r#""v":2"#)), Err(LineError::Version));
    assert_eq!(parse(&line.replace("source", "sauce")), Err(LineError::Member { name: "sauce".to_owned() }));
    assert_eq!(parse(&line.replace(r#","source":"test""#, "")), Err(LineError::Missing { of: "", name: "source" }));
    assert_eq!(parse(&line.replace("warning", "serious")), parse(&line));
    assert_eq!(parse(&line.replace("23T", "33T")), Err(LineError::Value { name: "/time" }));
    assert_eq!(
        parse(&line.replace(r#""action":"a.b","#, r#""action":"a.b","action":"a.b","#)),
        Err(LineError::Member { name: "action".to_owned() })
    );
    assert!(matches!(parse(&format!("{line} x")), Err(LineError::Syntax { .. })));
    assert!(matches!(parse(&line[..line.len() - 1]), Err(LineError::Syntax { .. })));
    assert_eq!(Entry::parse(b"{\"v\":1,\xff}"), Err(LineError::NotUtf8));
}

/// Says whether `again` is the same event as the one admitted first.
fn repeats(first: &Admitted, again: &str) -> bool {
    let opened: Vec<Opened<'_>> = first
        .personal
        .iter()
        .map(|parts| {
            let mut opened = Opened::default();
            for disclosure in &parts.disclosures {
                opened.add(&disclosure.json).expect("a disclosure");
            }
            opened
        })
        .collect();
    let rules = Rules::builtin();
    let later = Admission { now_us: NOW_US + 86_400_000_000, id_random: [9; 10], ..admission(&rules) };
    readmit(&parsed(again), &first.line, &opened, &later).expect("readmitted") == first.digest
}

#[test]
fn the_same_event_again_has_the_first_ones_digest() {
    for event in [
        r#"{"action":"a.b"}"#,
        r#"{"action":"a.b","time":"2026-11-23T00:00:00Z","properties":{"password":"x","n":1.0}}"#,
        r#"{"action":"user.delete","actor":{"type":"anonymous"},"client":{"ip":"192.0.2.7","user_agent":"actions/1"}}"#,
        r#"{"action":"grant.delete","actor":{"type":"user","id":"ada@example.org","name":"delete","email":"ada@example.org"},
            "client":{"ip":"192.0.2.7"},"changes":{"owner":{"before":"ada@example.org"}},"detail":"{x} delete"}"#,
        r#"{"action":"a.b","actor":{"type":"token","id":"t","name":"T"},"client":{"ip":"192.0.2.7","user_agent":"actions/1"}}"#,
    ] {
        assert!(repeats(&admitted(event), event), "{event}");
    }
}

#[test]
fn another_event_under_the_same_id_has_another_digest() {
    let first = admitted(r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Ada"},"properties":{"n":1}}"#);
    for other in [
        r#"{"action":"a.c","actor":{"type":"user","id":"u","name":"Ada"},"properties":{"n":1}}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Bea"},"properties":{"n":1}}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u"},"properties":{"n":1}}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Ada"},"properties":{"n":1.0}}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Ada"}}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Ada"},"properties":{"n":1},"severity":"critical"}"#,
        r#"{"action":"a.b","actor":{"type":"user","id":"u","name":"Ada"},"properties":{"n":1},"time":"2020-01-01T00:00:00Z"}"#,
    ] {
        assert!(!repeats(&first, other), "{other}");
    }
}
