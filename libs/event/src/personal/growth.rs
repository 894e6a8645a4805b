//! How the work of admission grows with an event, counted: twice the event, about twice the work.

use std::net::IpAddr;
use std::sync::Arc;

use proptest::prelude::*;

use crate::limits::PERSONAL_BYTES_MAX;

use super::{KeyError, Keys, Person, PersonId, PersonKey, pseudonym};
use crate::{Admission, Agents, Place, Places, Rules, admit, parse_one, work};

struct One;

impl Keys for One {
    fn person(&self, _: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        Ok(Arc::new(PersonKey::new(PersonId([0; 16]), [1; 32].into())))
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        pseudonym(&[7; 32], person)
    }
}

impl Places for One {
    fn lookup(&self, _: IpAddr) -> Option<Place> {
        None
    }
}

impl Agents for One {
    fn ci(&self, _: &str) -> Option<&str> {
        None
    }
}

/// Steps to parse and admit an event, refused or not.
fn steps(event: &str, rules: &Rules) -> u64 {
    let keys = &One;
    let places = &One;
    let agents = &One;
    let admission =
        Admission { now_us: 1_795_424_753_123_456, source: "test", id_random: [7; 10], keys, places, agents, rules };
    work::take();
    if let Ok(event) = parse_one(event.as_bytes()) {
        let _ = admit(&event, &admission);
    }
    work::take()
}

/// A member of `changes` or `properties` that is `depth` levels deep, with names of this length, around `inside`.
fn deep(depth: usize, name: &str, inside: &str) -> String {
    let open: String = (0..depth).map(|_| format!("{{\"{name}\":")).collect();
    format!("{open}{inside}{}", "}".repeat(depth))
}

/// Events that grow with `n`, each made to be dear in another way. `piece` is a short text.
fn events(piece: &str, n: usize) -> Vec<(&'static str, String)> {
    let escaped = serde_json::to_string(piece).unwrap();
    let inside = escaped.trim_matches('"');
    let many = |text: &str| text.repeat(n);
    let list = |element: &str| vec![element; n].join(",");
    let actor = format!(r#""action":"a.b","actor":{{"type":"user","id":"1","name":"{inside}"}}"#);
    let path = |path: &str| format!(r#"{{{actor},"http":{{"path":"{path}"}}}}"#);
    let properties = |properties: &str| format!(r#"{{{actor},"properties":{properties}}}"#);
    let of_words = |words: &str| {
        format!(r#"{{"action":"a.b","actor":{{"type":"user","id":"1","name":"{words}x"}},"description":"{words}"}}"#)
    };
    let declared =
        format!(r#""personal":[{{"of":"user:1","paths":["/properties/a{}/0","/properties/b"]}}]"#, "/a".repeat(50));
    let names = (0..n.min(32))
        .map(|k| format!(r#"{{"type":"t","id":"{k}","name":"{}"}}"#, inside.repeat(20)))
        .collect::<Vec<_>>();
    vec![
        ("a name over and over", path(&many(inside))),
        ("with something between", path(&many(&format!("{inside}x")))),
        ("a name that nearly stands", of_words(&many(&format!("{inside} ")))),
        ("percent signs", path(&many("%25"))),
        ("encoded letters", path(&many("%C3%A4"))),
        ("colons and digits", format!(r#"{{{actor},"client":{{"ip":"2001:db8::1"}},"detail":"{}"}}"#, many("2001:"))),
        ("strings that hold it", properties(&format!("{{\"a\":[{}]}}", list(&escaped)))),
        ("strings that do not", properties(&format!("{{\"a\":[{}]}}", list("\"zz\"")))),
        ("deep places", properties(&deep(50, &many("n"), &format!("[{}]", list(&escaped))))),
        ("deep secrets", properties(&deep(50, &many("n"), &format!("[{}]", list("{\"token\":\"x\"}"))))),
        ("deep objects", properties(&deep(50, &many("n"), &format!("[{}]", list("{}"))))),
        (
            "deep declared",
            format!(r#"{{{actor},"properties":{},{declared}}}"#, deep(51, "a", &format!("[{}]", list(&escaped)))),
        ),
        ("objects that leave", properties(&format!("{{\"a\":[{}]}}", list(&format!("{{{escaped}:1}}"))))),
        (
            "declared values",
            format!(r#"{{{actor},"properties":{{"b":[{}]}},{declared},"description":"{inside}"}}"#, list(&escaped)),
        ),
        ("names", format!(r#"{{{actor},"targets":[{}]}}"#, names.join(","))),
        ("escaped names of members", {
            let long = format!("\"m{}\":1", many("\\u006d"));
            let others = (0..n).map(|k| format!("\"\\u{:04x}\":1", 0x100 + k)).collect::<Vec<_>>().join(",");
            properties(&format!("{{{long},{others}}}"))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twice_the_event_is_about_twice_the_work(
        piece in prop_oneof![Just("ab.".to_owned()), Just("ann ann".to_owned()), "[ab.\\- %é:1]{3,12}"], n in 100_usize..400,
    ) {
        let rules = Rules::builtin();
        for ((what, small), (_, large)) in events(&piece, n).into_iter().zip(events(&piece, 2 * n)) {
            let once = steps(&small, &rules);
            let twice = steps(&large, &rules);
            // a constant for what is there once, whatever the size; pointers are bounded together
            let constant = if what == "deep places" { 2 * PERSONAL_BYTES_MAX as u64 } else { 2_000 };
            prop_assert!(twice as f64 <= 2.2 * once as f64 + constant as f64, "{what}, {piece:?} × {n}: {once} steps, twice the size {twice}");
            // and not much for a byte
            prop_assert!(twice <= 100 * large.len() as u64 + 20_000 + constant, "{what}, {piece:?} × {n}: {twice} steps for {} bytes", large.len());
        }
    }
}
