use event::{PersonId, PersonKey};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;

fn key() -> PersonKey {
    PersonKey::new(PersonId([1; 16]), Zeroizing::new([7; 32]))
}

fn written(value: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    write(&key(), &key().disclose_anew(Kind::Connection, value), &mut plain);
    plain
}

fn came_back(plain: &[u8]) -> Option<String> {
    read(&key(), Kind::Connection, plain.to_vec()).map(|disclosure| disclosure.value().to_owned())
}

/// Phrases, and the bits behind them.
fn phrases(codes: &[(u16, u32)]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut writer = BitWriter::new(&mut plain);
    writer.put(1, 1);
    codes.iter().for_each(|(code, bits)| writer.put(*code, *bits));
    writer.finish();
    plain
}

fn code_of(phrase: &[u8]) -> (u16, u32) {
    let (found, rest) = Phrases::get().split_longest(phrase).unwrap();
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(phrase));
    (found.code, found.bits)
}

#[test]
fn a_browsers_connection_takes_a_seventh_of_its_value() {
    let value = r#"{"/client/ip":"203.0.113.77","/client/location/city":"Lyon","/client/user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"}"#;
    let plain = written(value);
    assert!(plain.len() * 7 <= value.len(), "{} of {}", plain.len(), value.len());
    assert_eq!(came_back(&plain).as_deref(), Some(value));
}

#[test]
fn what_phrases_do_not_shorten_stands_as_it_is() {
    let value =
        "{\"/properties/x\":\"\u{7}\u{b}~|\u{7}\u{b}~|\u{7}\u{b}~|\u{7}\u{b}~|\"}".replace(char::is_control, "^");
    let plain = written(&value);
    assert!(plain.len() <= value.len());
    assert_eq!(came_back(&plain).as_deref(), Some(value.as_str()));
    let worst = format!("{{{}", "^`~|".repeat(20));
    assert_eq!(written(&worst), worst.as_bytes());
    assert_eq!(came_back(worst.as_bytes()), Some(worst));
}

#[test]
fn a_text_that_no_key_makes_stays_what_it_is() {
    for json in ["[\"\",\"identity\",{}]", "", "no disclosure at all, but long enough to have a value"] {
        let mut plain = Vec::new();
        let foreign = Disclosure { kind: Kind::Identity, digest: [0; 32], json: json.to_owned() };
        write(&key(), &foreign, &mut plain);
        assert_eq!(plain, json.as_bytes());
    }
}

#[test]
fn the_first_bits_say_the_form_and_others_are_refused() {
    let disclosure = key().disclose_anew(Kind::Connection, "{}");
    for plain in [disclosure.json.clone().into_bytes(), b"{}".to_vec(), phrases(&[code_of(b"{"), code_of(b"}")])] {
        assert_eq!(read(&key(), Kind::Connection, plain).as_ref(), Some(&disclosure));
    }
    for first in (0..0x80).filter(|first| !b"[{".contains(first)) {
        assert_eq!(read(&key(), Kind::Connection, vec![first, b'{', b'}']), None);
    }
    assert_eq!(read(&key(), Kind::Connection, Vec::new()), None);
    assert_eq!(read(&key(), Kind::Connection, b"{\xff}".to_vec()), None);
}

#[test]
fn only_ones_and_fewer_than_eight_fill_the_last_byte() {
    let whole = phrases(&[code_of(b"{"), code_of(b"}")]);
    assert_eq!(came_back(&whole).as_deref(), Some("{}"));
    assert_eq!(came_back(&[&whole[..], &[0xff]].concat()), None);
    let cut = &whole[..whole.len() - 1];
    assert_ne!(came_back(cut).as_deref(), Some("{}"));
    // A code of ones is no phrase's, wherever it stands.
    assert_eq!(came_back(&phrases(&[code_of(b"{"), (LAST_CODE, 15), code_of(b"}")])), None);
    assert_eq!(came_back(&[0xff; 9]), None);
}

#[test]
fn a_value_is_bounded_on_both_sides() {
    let longest = format!("{{{}}}", "a".repeat(VALUE_BYTES_MAX - 2));
    let plain = written(&longest);
    assert!(plain[0] >= 0x80);
    assert_eq!(came_back(&plain), Some(longest));
    let longer = format!("{{{}}}", "a".repeat(VALUE_BYTES_MAX - 1));
    let plain = written(&longer);
    assert_eq!(plain, longer.as_bytes());
    assert_eq!(came_back(&plain).as_deref(), Some(longer.as_str()));
    // A hostile writer's.
    let mut plain = Vec::new();
    write_phrases(longer.as_bytes(), &mut plain);
    assert_eq!(came_back(&plain), None);
}

#[test]
fn every_phrase_and_every_byte_comes_back() {
    for line in include_str!("../../../../spec/tables/phrases-1.txt").lines() {
        let (_, phrase) = line.split_once(' ').unwrap();
        let value = format!("{{{phrase}{phrase}}}");
        let mut plain = Vec::new();
        write_phrases(value.as_bytes(), &mut plain);
        assert_eq!(read_phrases(&plain).unwrap(), value.as_bytes(), "{phrase}");
    }
    let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let mut plain = Vec::new();
    write_phrases(&bytes, &mut plain);
    assert_eq!(read_phrases(&plain).unwrap(), bytes);
}

proptest! {
    #[test]
    fn any_text_comes_back(value in r#"(\PC|Mozilla/5.0 \(|Gecko/|10\.|","|/client/ip){0,60}"#) {
        let value = format!("{{{value}}}");
        let plain = written(&value);
        prop_assert!(plain.len() <= value.len());
        prop_assert_eq!(came_back(&plain), Some(value));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Some(disclosure) = read(&key(), Kind::Fields, bytes) {
            prop_assert!(disclosure.json.starts_with('['));
        }
    }
}
