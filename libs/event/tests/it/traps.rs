//! What JSON parsers get wrong.

use indelible_event::limits::{BATCH_BYTES_MAX, PROBLEMS_MAX};
use indelible_event::{BodyKind, parse_batch, parse_one};

use crate::{problems, refused};

fn properties(inner: &str) -> String {
    format!(r#"{{"action":"a.b","properties":{inner}}}"#)
}

fn kept(inner: &str) -> String {
    let json = properties(inner);
    let event = parse_one(json.as_bytes()).unwrap_or_else(|problems| panic!("{json}: {problems:?}"));
    event.properties.expect("properties").into_owned()
}

#[test]
fn nesting_a_hundred_thousand_deep_is_refused() {
    let arrays = "[".repeat(100_000);
    let objects = r#"{"a":"#.repeat(100_000);
    for json in [&arrays, &objects, &properties(&arrays), &properties(&objects), &format!(r#"{{"actor":{objects}"#)] {
        let codes: Vec<_> = problems(json).into_iter().map(|(code, _)| code).collect();
        assert!(codes.contains(&"too_deep"), "{codes:?}");
        for kind in [BodyKind::Array, BodyKind::Ndjson, BodyKind::Object] {
            assert!(!parse_batch(json.as_bytes(), kind).expect("within limits").is_sound());
        }
    }
}

#[test]
fn properties_may_nest_64_deep_and_no_deeper() {
    let nested = |depth: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(kept(&nested(64)), nested(64));
    refused(properties(&nested(65)), "too_deep", &format!("/properties/a{}", "/0".repeat(63)));
    let in_array = format!("[{}]", properties(&nested(64)));
    assert!(parse_batch(in_array.as_bytes(), BodyKind::Array).expect("within limits").is_sound());
}

#[test]
fn duplicate_members_are_refused_at_every_depth_however_they_are_spelt() {
    refused(r#"{"action":"a.b","detail":"1","detail":"2"}"#, "duplicate_member", "/detail");
    refused(r#"{"action":"a.b","actor":{"type":"user","id":"1","\u0069d":"2"}}"#, "duplicate_member", "/actor/id");
    refused(properties(r#"{"a":1,"b":2,"a":3}"#), "duplicate_member", "/properties/a");
    refused(properties(r#"{"o":[{},{"x/y":1,"x\/y":2}]}"#), "duplicate_member", "/properties/o/1/x~1y");
    refused(properties(r#"{"é":1,"\u00e9":2}"#), "duplicate_member", "/properties/é");
    refused(r#"{"action":"a.b","changes":{"f":{"before":1,"before":2}}}"#, "duplicate_member", "/changes/f/before");
    let many: String = (0..1000).map(|n| format!(r#""k{n}":0,"#)).collect();
    refused(properties(&format!(r#"{{{many}"k500":1}}"#)), "duplicate_member", "/properties/k500");
    assert_eq!(kept(r#"{"a":{"a":{"a":[{"a":1},{"a":2}]}}}"#), r#"{"a":{"a":{"a":[{"a":1},{"a":2}]}}}"#);
}

#[test]
fn text_that_is_not_unicode_is_refused() {
    for half in [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud800x", r"\uDBFF\u0041", r"\ud83d\\ude00"] {
        refused(properties(&format!(r#"{{"a":"{half}"}}"#)), "lone_surrogate", "/properties/a");
        refused(format!(r#"{{"action":"a.b","detail":"{half}"}}"#), "lone_surrogate", "/detail");
    }
    refused(properties(r#"{"\ud800":1}"#), "lone_surrogate", "/properties");
    for bad in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"] {
        let json = [br#"{"action":"a.b","detail":""#, bad, br#""}"#].concat();
        refused(json, "not_utf8", "/detail");
    }
    refused(b"{\"action\":\"a.b\"}\xff", "not_utf8", "");
    assert_eq!(kept(r#"{"a":"\ud83d\ude00"}"#), r#"{"a":"\ud83d\ude00"}"#);
}

#[test]
fn what_is_not_json_is_refused() {
    for json in [
        "",
        " ",
        "nul",
        "{",
        "{]",
        r#"{"action"}"#,
        r#"{"action":}"#,
        r#"{"action":"a.b",}"#,
        r#"{"action":"a.b"}}"#,
        r#"{"action":"a.b"} x"#,
        r#"{"action":"a.b""#,
        r#"{action:"a.b"}"#,
        r#"{'action':'a.b'}"#,
        "\u{feff}{}",
        r#"{"action":"a.b","http":{"status":01}}"#,
        r#"{"action":"a.b","http":{"status":+1}}"#,
        r#"{"action":"a.b","http":{"status":.5}}"#,
        r#"{"action":"a.b","http":{"status":1.}}"#,
        r#"{"action":"a.b","http":{"status":1e}}"#,
        r#"{"action":"a.b","http":{"status":NaN}}"#,
        "{\"action\":\"a.b\",\"detail\":\"a\nb\"}",
        "{\"action\":\"a.b\",\"detail\":\"\0\"}",
        r#"{"action":"a.b","detail":"\x41"}"#,
        r#"{"action":"a.b","detail":"\u00g0"}"#,
        r#"{"action":"a.b","detail":"\"#,
        r#"{"action":"a.b" "detail":"x"}"#,
        "{\"action\":\"a.b\"\u{a0}}",
        "{\"action\":\"a.b\"/* */}",
    ] {
        let codes: Vec<_> = problems(json).into_iter().map(|(code, _)| code).collect();
        assert!(codes.contains(&"invalid_json"), "{json}: {codes:?}");
    }
}

#[test]
fn numbers_in_properties_are_kept_as_sent() {
    for number in ["-0", "0.10", "1e400", "123456789012345678901234567890", "1E+2", "-0.0", "1e-999"] {
        let json = format!(r#"{{"n":[{number}]}}"#);
        assert_eq!(kept(&json), json);
    }
}

#[test]
fn numbers_that_nothing_holds_are_refused_outside_properties() {
    for number in ["1e400", "-1", "99", "1000", "200.0", "2e2", "18446744073709551817", "-0"] {
        refused(format!(r#"{{"action":"a.b","http":{{"status":{number}}}}}"#), "invalid_value", "/http/status");
    }
    refused(r#"{"action":"a.b","weight":1e400}"#, "unknown_member", "/weight");
}

#[test]
fn properties_lose_white_space_and_nothing_else() {
    let sent = " { \"b\" :\t[ 1 ,\r\n 2.50 ] , \"a\\u0020 \\\" \\\\\" : { \"x y\" : \" \\\" \\/ \" } , \"a\" : null } ";
    assert_eq!(kept(sent), r#"{"b":[1,2.50],"a\u0020 \" \\":{"x y":" \" \/ "},"a":null}"#);
    assert_eq!(kept("{ }"), "{}");
}

#[test]
fn the_mark_of_removed_values_is_refused_from_clients() {
    refused(properties(r#"{"a":{"$personal":0}}"#), "reserved_member", "/properties/a/$personal");
    refused(properties(r#"{"\u0024personal":0}"#), "reserved_member", "/properties/$personal");
    let changes = r#"{"action":"a.b","changes":{"f":{"before":{"$personal":1}}}}"#;
    refused(changes, "reserved_member", "/changes/f/before/$personal");
}

#[test]
fn problems_are_bounded_in_number_and_size() {
    let long = "k".repeat(200_000);
    let twice = r#"{"a":1,"a":2},"#.repeat(5_000);
    let json = properties(&format!(r#"{{"{long}":[{twice}0]}}"#));
    let found = parse_one(json.as_bytes()).expect_err("duplicates");
    assert_eq!(found.len(), PROBLEMS_MAX + 1);
    assert_eq!(found.last().map(|last| last.code), Some("more_problems"));
    let bytes: usize = found.iter().map(|problem| problem.pointer.len() + problem.message.len()).sum();
    assert!(bytes < 300 * PROBLEMS_MAX, "{bytes}");
}

#[test]
fn a_body_of_one_string_is_refused_without_being_copied_about() {
    let huge = format!(r#"{{"action":"a.b","description":"{}"}}"#, "x".repeat(BATCH_BYTES_MAX - 100));
    refused(&huge, "too_long", "/description");
}
