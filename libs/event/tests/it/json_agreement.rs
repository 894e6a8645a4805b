//! The scanner agrees with another JSON parser.

use indelible_event::json::{Tokens, compact, push_string};
use indelible_event::parse_one;
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON value of moderate size.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite()).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Texts with everything that is special to JSON.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,8}",
        prop::collection::vec(
            prop_oneof![any::<char>(), prop::char::range('\0', '\u{7f}'), Just('"'), Just('\\')],
            0..12
        )
        .prop_map(String::from_iter),
    ]
}

/// Whether the scanner takes the whole text for one value.
fn scans(json: &[u8]) -> bool {
    let mut tokens = Tokens::of_bytes(json, 128);
    loop {
        match tokens.next() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_another_parser_writes_is_scanned_and_compact_takes_the_white_space_out(value in value()) {
        let pretty = serde_json::to_string_pretty(&value).expect("writes");
        let plain = value.to_string();
        prop_assert!(scans(pretty.as_bytes()));
        prop_assert_eq!(compact(&pretty), plain.as_str());
        prop_assert_eq!(compact(&plain), plain);
    }

    #[test]
    fn damaged_text_is_judged_alike(value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut json = value.to_string().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        let theirs = serde_json::from_slice::<Value>(&json);
        // the other parser stops at a number that no double holds, and looks no further
        prop_assume!(!theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range")));
        prop_assert_eq!(scans(&json), theirs.is_ok(), "{}", String::from_utf8_lossy(&json));
    }

    #[test]
    fn strings_are_written_as_another_parser_writes_them(text in text()) {
        let mut out = Vec::new();
        push_string(&mut out, &text);
        prop_assert_eq!(String::from_utf8(out).expect("UTF-8"), Value::from(text).to_string());
    }

    #[test]
    fn strings_are_decoded_as_another_parser_decodes_them(text in text(), ascii in any::<bool>()) {
        let written: String = if ascii {
            text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect()
        } else {
            let json = Value::from(text.as_str()).to_string();
            json[1..json.len() - 1].to_owned()
        };
        let json = format!(r#"{{"action":"a.b","detail":"{written}"}}"#);
        let event = parse_one(json.as_bytes()).expect("an event");
        prop_assert_eq!(event.detail.as_deref(), Some(text.as_str()));
    }

    #[test]
    fn properties_survive_as_text(value in value()) {
        let json = format!(r#"{{"action":"a.b","properties":{{"p":{value:#}}}}}"#);
        let event = parse_one(json.as_bytes()).expect("an event");
        let expected = format!(r#"{{"p":{value}}}"#);
        prop_assert_eq!(event.properties.as_deref(), Some(expected.as_str()));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_one(&bytes);
    }
}
