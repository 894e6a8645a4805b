//! Personal values in other dress: found, kept as they were spelled, and shown again.

use std::sync::LazyLock;

use indelible_event::render::{Opened, Options, restore};
use indelible_event::{Admitted, Entry, Kind, Rules, admit, parse_one};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::context::{admission, admitted};
use crate::personal::{completed, opened};

const FIRST: &[&str] = &["Anna", "Jürgen", "Zoë", "María", "Olu", "Hans-Peter", "Иван", "Ýmir", "Bob"];
const LAST: &[&str] = &["Lehmann", "Müller", "O'Brien", "Groß", "van der Berg", "Петров", "Ångström", "Ngũgĩ", "Lee"];

/// A description made of `text`, by Anna Lehmann.
fn described(text: &str) -> Admitted {
    let event = json!({
        "action": "a.b", "description": text,
        "actor": {"type": "user", "id": "77", "name": "Anna Lehmann", "email": "anna.lehmann@example.com"},
        "client": {"ip": "198.51.100.77", "user_agent": "curl/8", "location": {"city": "Bad Homburg"}},
    });
    admitted(&event.to_string())
}

fn line(admitted: &Admitted) -> Value {
    serde_json::from_slice(&admitted.line).unwrap()
}

#[test]
fn every_dress_of_a_value_becomes_a_placeholder() {
    for (text, written) in [
        ("Anna Lehmann", "{/actor/name}"),
        ("Lehmann", "{/actor/name~40}"),
        ("anna", "{/actor/name~40}"),
        ("Lehmann, Anna", "{/actor/name~41}, {/actor/name~40}"),
        ("ANNA LEHMANN", "{/actor/name~40}"),
        ("anna-lehmann", "{/actor/name~40}"),
        ("Anna_Lehmann", "{/actor/name~40}"),
        ("Anna\u{a0}Lehmann", "{/actor/name~40}"),
        ("Anna  Lehmann", "{/actor/name~40}"),
        ("Lehmanns Akte", "{/actor/name~40} Akte"),
        ("Lehmann's file", "{/actor/name~40}'s file"),
        ("Lehmann and LEHMANN and Lehmann", "{/actor/name~41} and {/actor/name~40} and {/actor/name~41}"),
        ("Anna.Lehmann@Example.COM", "{/actor/email~40}"),
        ("by anna.lehmann", "by {/actor/name~40}"),
        ("anna.lehmann@example.com", "{/actor/email}"),
        ("anna%2elehmann%40example.com", "{/actor/email~40}"),
        ("anna%252Elehmann%2540example%252Ecom", "{/actor/email~40}"),
        ("ip-198-51-100-77 and 198_51_100_77", "ip-{/client/ip~40} and {/client/ip~41}"),
        ("in bad homburg", "in {/client/location/city~40}"),
        ("Lehmannsdorf, Annabel, 198.51.100.7", "Lehmannsdorf, Annabel, 198.51.100.7"),
    ] {
        let admitted = described(text);
        assert_eq!(line(&admitted)["description"], written, "{text}");
        let entry = Entry::parse(&admitted.line).unwrap();
        let everything = opened(&admitted);
        let back = restore(&entry, &everything, Options::default());
        assert_eq!(back.description.as_deref(), Some(text));
    }
}

#[test]
fn a_name_in_another_normal_form_is_the_same_name() {
    let event = json!({"action": "a.b", "description": "Ju\u{308}rgen Mu\u{308}ller", "actor": {"type": "user", "id": "1", "name": "Jürgen Müller"}});
    assert_eq!(line(&admitted(&event.to_string()))["description"], "{/actor/name~40}");
}

#[test]
fn an_address_is_found_in_each_of_its_spellings() {
    for spelled in [
        "2001:DB8::7",
        "2001:0db8:0:0:0:0:0:7",
        "2001-db8--7",
        "2001:db8:0::7",
        "[2001:db8::0007]:443",
        "2001%3Adb8%3A%3A7",
    ] {
        let event = json!({
            "action": "a.b", "detail": format!("from {spelled}."), "properties": {"at": format!("<{spelled}>")},
            "actor": {"type": "user", "id": "1"}, "client": {"ip": "2001:db8::7"},
        });
        let admitted = admitted(&event.to_string());
        let line = line(&admitted);
        let found = line["detail"].as_str().unwrap();
        assert!(
            found.starts_with("from {/client/ip~40}") || found == "from [{/client/ip~40}]:443.",
            "{spelled}: {found}"
        );
        assert_eq!(line["properties"]["at"], json!({"$personal": 0}), "{spelled}");
    }
}

#[test]
fn an_address_is_found_whatever_stands_beside_it_and_in_both_versions() {
    for (ip, texts) in [
        (
            "2001:db8::17:0:ab12:cd34",
            &[
                "from 2001:0DB8::17:0:ab12:cd34..",
                "2001-db8--17-0-ab12-cd34.ipv6-literal.net",
                "2001:db8::17:0:ab12:cd34:443",
                "ip-2001-db8--17-0-ab12-cd34-eth",
                "cafe:2001:db8::17:0:ab12:cd34",
                // Read as it stands, too: a zone, or what looks like an escape behind it.
                "2001:db8::17:0:ab12:cd34%31",
                "2001:db8::17:0:ab12:cd34%61x",
            ][..],
        ),
        ("2001:db8::", &["2001:db8::", "(2001:db8::)", "2001:db8::.", "2001:DB8:0::0"]),
        (
            "203.0.113.9",
            &["::ffff:203.0.113.9", "::FFFF:cb00:7109", "[::ffff:cb00:7109]:80", "0:0:0:0:0:ffff:cb00:7109."],
        ),
        (
            "::ffff:203.0.113.9",
            &["203.0.113.9", "ip-203-0-113-9", "203.0.113.9:80", "::FFFF:cb00:7109", "::ffff:203.0.113.9"],
        ),
        ("::ffff:cb00:7109", &["203.0.113.9", "::ffff:203.0.113.9"]),
    ] {
        for text in texts {
            let event = json!({
                "action": "a.b", "detail": format!("<{text}>"), "properties": {"at": text},
                "actor": {"type": "user", "id": "1"}, "client": {"ip": ip},
            });
            let admitted = admitted(&event.to_string());
            let line = line(&admitted);
            let found = line["detail"].as_str().unwrap();
            assert!(found.contains("{/client/ip"), "{ip} in {text}: {found}");
            assert!(!found.contains("203") && !found.contains("7109") && !found.contains("cd34"), "{text}: {found}");
            assert_eq!(line["properties"]["at"], json!({"$personal": 0}), "{ip} in {text}");
        }
    }
    let others = ["198.51.100.8", "::ffff:203.0.113.90", "::ffff:c633:6408", "1203.0.113.9"];
    for text in others {
        assert_eq!(line(&described(text))["description"], text);
    }
}

#[test]
fn spellings_are_disclosed_with_their_value_and_as_erased_as_it() {
    let admitted = described("LEHMANN from 198-51-100-77");
    let kinds: Vec<_> = admitted.personal[0].disclosures.iter().map(|it| (it.kind, it.value())).collect();
    assert_eq!(kinds[0].0, Kind::Identity);
    assert!(kinds[0].1.contains(r#""/actor/name~40":"LEHMANN""#), "{kinds:?}");
    assert!(kinds[1].1.contains(r#""/client/ip~40":"198-51-100-77""#), "{kinds:?}");
    let entry = Entry::parse(&admitted.line).unwrap();
    let shown = |opened: Opened<'_>| restore(&entry, &[opened], Options::default()).description.unwrap().into_owned();
    assert_eq!(shown(Opened::withheld()), "[withheld] from [withheld]");
    assert!(shown(Opened::erased()).starts_with("Erased person "), "{}", shown(Opened::erased()));
}

#[test]
fn roles_and_particles_mean_nobody() {
    let event = json!({
        "action": "a.b", "description": "info von admin", "resource": {"type": "mailbox", "id": "info@example.com"},
        "actor": {"type": "user", "id": "1", "name": "Ludwig van der Rohe", "email": "admin@example.com"},
    });
    assert_eq!(line(&admitted(&event.to_string()))["description"], "info von admin");
}

#[test]
fn a_members_name_is_as_personal_as_it_is_written() {
    let event = json!({
        "action": "a.b", "actor": {"type": "user", "id": "1", "name": "Max Price"},
        "properties": {"a": {"price": 3, "max": 1}, "b": {"Price": 3}, "c": {"max_price": 1}},
    });
    let line = line(&admitted(&event.to_string()));
    assert_eq!(line["properties"], json!({"a": {"price": 3, "max": 1}, "b": {"$personal": 0}, "c": {"$personal": 0}}));
}

#[test]
fn scopes_whose_ids_are_addresses_are_pseudonyms() {
    let event = json!({
        "action": "a.b", "actor": {"type": "user", "id": "7", "name": "Ann Lee"}, "description": "in ANN@example.com",
        "organization": {"id": "ann@example.com"}, "workspace": {"id": "bob@example.com"}, "project": {"id": "eve%40example.com"},
    });
    let admitted = admitted(&event.to_string());
    let text = std::str::from_utf8(&admitted.line).unwrap();
    for address in ["ann@", "bob@", "eve%", "ANN@"] {
        assert!(!text.contains(address), "{address}: {text}");
    }
    let line = line(&admitted);
    let of = |n: usize| line["personal"][n]["of"].as_str().unwrap().to_owned();
    assert_eq!(of(1), format!("organization:{}", line["organization"]["id"].as_str().unwrap()));
    assert_eq!(of(2), format!("workspace:{}", line["workspace"]["id"].as_str().unwrap()));
    let entry = Entry::parse(&admitted.line).unwrap();
    let everything = opened(&admitted);
    let back = restore(&entry, &everything, Options::default());
    assert_eq!(back.organization.map(|scope| scope.id), Some("ann@example.com".into()));
    assert_eq!(back.project.map(|scope| scope.id), Some("eve%40example.com".into()));
    assert_eq!(back.description.as_deref(), Some("in ANN@example.com"));
}

/// How a name or address may be dressed. None of the results holds the value as it is written.
fn dress(value: &str, which: usize) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    match which % 12 {
        0 => value.to_uppercase(),
        1 => value.to_lowercase(),
        2 => words.join("-"),
        3 => words.join("_").to_lowercase(),
        4 => words.join("\u{a0}"),
        5 => words.join("  "),
        6 => format!("{}, {}", words.last().unwrap(), words[..words.len() - 1].join(" ")),
        7 => format!("{value}s"),
        8 => percent(value, false),
        9 => percent(&percent(value, true), true),
        10 => words.last().unwrap().to_string(),
        _ => words[0].to_uppercase(),
    }
}

fn percent(value: &str, upper: bool) -> String {
    let byte = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b if upper => format!("%{b:02X}"),
        b => format!("%{b:02x}"),
    };
    value.bytes().map(byte).collect()
}

prop_compose! {
    fn event()(
        first in prop::sample::select(FIRST), last in prop::sample::select(LAST), n in 0..1000_u32, which in prop::collection::vec(0..12_usize, 8),
        other in prop::sample::select(FIRST),
    ) -> (Value, Vec<String>) {
        let name = format!("{first} {last}");
        let address = format!("kim.q{n}@mail{n}.example");
        let ip = format!("203.0.{}.{}", n / 250, n % 250);
        let text = |n: usize| format!("({}) /{} {}", dress(&name, which[n]), dress(&address, which[n] % 2), ip.replace('.', "-"));
        let event = json!({
            "action": "file.update", "actor": {"type": "user", "id": "77", "name": name, "email": address}, "client": {"ip": ip},
            "description": text(0), "detail": text(1), "resource": {"type": "file", "id": "r", "name": text(2)},
            "targets": [{"type": "user", "id": "t", "name": text(3)}], "project": {"id": address, "name": text(4)},
            "http": {"path": text(5)}, "properties": {"a": text(6), "b": ["x", {"c": text(7)}]},
            "changes": {"x": {"before": text(7), "after": other}},
        });
        (event, vec![first.to_string(), last.to_string(), format!("q{n}"), format!("mail{n}")])
    }
}

/// Letters and digits in small letters, less accents as far as the lists above have them; everything else as a space.
fn plain(text: &str) -> String {
    let decoded = percent_decoded(&percent_decoded(text)).to_lowercase();
    let folded = decoded.chars().map(|c| match c {
        'ü' | 'ũ' => 'u',
        'ë' | 'é' => 'e',
        'í' | 'ĩ' => 'i',
        'å' | 'á' => 'a',
        'ö' => 'o',
        'ý' => 'y',
        c if c.is_alphanumeric() => c,
        _ => ' ',
    });
    format!(" {} ", folded.collect::<String>().replace('ß', "ss").split_whitespace().collect::<Vec<_>>().join(" "))
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = &after[2..];
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_dress_hides_a_value_and_every_text_comes_back((event, sought) in event()) {
        static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);
        let json = event.to_string();
        let event = parse_one(json.as_bytes()).unwrap();
        let admitted = admit(&event, &admission(&RULES)).unwrap();
        let line = std::str::from_utf8(&admitted.line).unwrap();
        let shown = plain(line);
        for word in sought.iter().flat_map(|value| plain(value).split_whitespace().map(str::to_owned).collect::<Vec<_>>()) {
            let particle = ["van", "der", "o"].contains(&word.as_str());
            let found = shown.contains(&format!(" {word} ")) || shown.contains(&format!(" {word}s "));
            prop_assert!(particle || !found, "{word:?} stands in {line}");
        }
        let entry = Entry::parse(&admitted.line).unwrap();
        let everything = opened(&admitted);
        let back = restore(&entry, &everything, Options { full: true, leaf_index: None });
        prop_assert_eq!(&back, &completed(&event, &RULES), "line {}", line);
    }
}
