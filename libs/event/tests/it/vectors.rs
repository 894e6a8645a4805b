//! The golden vectors of spec/vectors. `UPDATE_VECTORS=1` writes what the code does into them, to be read and
//! judged before it is committed.

use std::path::PathBuf;

use indelible_event::{Admission, Entry, Rules, admit, parse_one, time};
use serde_json::{Value, json};

use crate::context::admission;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors").join(name)
}

/// Runs `expect` on each case of a file: what the case should say, beside its inputs.
#[track_caller]
pub fn check(file: &str, expect: impl Fn(&Value) -> Value) {
    let text = std::fs::read_to_string(path(file)).expect("the vectors are there");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert!(!cases.is_empty());
    let made: Vec<Value> = cases
        .iter()
        .map(|case| {
            let mut made = case.clone();
            for (name, value) in expect(case).as_object().expect("an object") {
                made[name] = value.clone();
            }
            made
        })
        .collect();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&made).expect("JSON");
        std::fs::write(path(file), text + "\n").expect("written");
    }
    for (case, made) in cases.iter().zip(&made) {
        assert_eq!(made, case, "{file}: {}", case["name"]);
    }
}

#[test]
fn events_become_the_lines_of_the_vectors() {
    let rules = Rules::builtin();
    check("entry/lines.json", |case| {
        let event = parse_one(case["event"].as_str().expect("event").as_bytes()).expect("valid");
        let source = case["source"].as_str().unwrap_or("test");
        let admitted = admit(&event, &Admission { source, ..admission(&rules) }).expect("admitted");
        let entry = Entry::parse(&admitted.line).expect("a line");
        let warnings: Vec<Value> =
            admitted.warnings.iter().map(|warning| json!({"pointer": warning.pointer, "code": warning.code})).collect();
        let disclosures: Vec<Vec<&str>> = admitted
            .personal
            .iter()
            .map(|parts| parts.disclosures.iter().map(|disclosure| disclosure.json.as_str()).collect())
            .collect();
        json!({
            "line": String::from_utf8(admitted.line.clone()).expect("UTF-8"),
            "digest": admitted.digest.to_string(),
            "order_time": time::write(entry.order_time_us()),
            "warnings": warnings,
            "disclosures": disclosures,
        })
    });
}

#[test]
fn what_the_vectors_refuse_is_refused_with_these_problems() {
    check("entry/refused.json", |case| {
        let event = match &case["event_hex"] {
            Value::String(hex) => {
                let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).expect("hex") as u8).collect();
                digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
            }
            _ => case["event"].as_str().expect("event").as_bytes().to_vec(),
        };
        let problems = parse_one(&event).expect_err("this event is refused");
        let problems: Vec<Value> =
            problems.iter().map(|problem| json!({"pointer": problem.pointer, "code": problem.code})).collect();
        json!({ "problems": problems })
    });
}
