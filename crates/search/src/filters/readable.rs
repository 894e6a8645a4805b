//! Which filters of a question say nothing about anybody, so that a record of the question may hold them in the clear.

use std::net::IpAddr;

use super::Key;
use crate::predicate::Keyword;

/// Longest value that counts as a word.
const WORD_BYTES_MAX: usize = 64;

/// Longest code in capital letters: methods of HTTP, countries.
const CODE_BYTES_MAX: usize = 8;

/// Whether a filter of a URL names nobody. Bounds of time, numbers, enumerations, and ids and words of an organization's own
/// vocabulary do not. Everything else may hold a name or an address: `q`, texts, paths, and ids of persons, things and requests.
/// A value that does not look like a word counts as a text, whichever filter it is of.
///
/// `name` is the parameter as given, with its `-` if it excludes.
#[must_use]
pub fn is_readable(name: &str, value: &str) -> bool {
    let name = name.strip_prefix('-').unwrap_or(name);
    match Key::parameter(name) {
        None => name == "tz",
        // These were parsed, so they hold only dates, numbers and words of a fixed list.
        Some(Key::From | Key::To | Key::Status | Key::Sequence | Key::Severity) => true,
        Some(Key::Keyword(keyword)) => match keyword {
            Keyword::ActorType | Keyword::Outcome => true,
            Keyword::Id => is_uuid(value),
            Keyword::HttpMethod | Keyword::Country => is_code(value),
            Keyword::Organization
            | Keyword::Workspace
            | Keyword::Project
            | Keyword::Action
            | Keyword::Event
            | Keyword::Channel
            | Keyword::ResourceType
            | Keyword::Source => is_word(value),
            Keyword::EventId
            | Keyword::Actor
            | Keyword::ResourceId
            | Keyword::RequestId
            | Keyword::TraceId
            | Keyword::SessionId
            | Keyword::SequenceStream
            | Keyword::Person => false,
        },
        Some(_) => false,
    }
}

fn is_word(value: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-:".contains(&byte);
    value.len() <= WORD_BYTES_MAX && value.bytes().all(letter) && value.parse::<IpAddr>().is_err()
}

fn is_code(value: &str) -> bool {
    value.len() <= CODE_BYTES_MAX && value.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_uuid(value: &str) -> bool {
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    value.len() == 36 && value.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_nobody_is_readable() {
        let readable = [
            ("channel", "auth"),
            ("-channel", "pii-read"),
            ("action", "door.open"),
            ("from", "2026-03-31"),
            ("severity", ">=warning"),
            ("http_method", "GET"),
            ("sequence_n", "0..999"),
            ("tz", "Europe/Berlin"),
            ("id", "01990000-0000-7000-8000-000000000001"),
            ("organization", "acme"),
        ];
        for (name, value) in readable {
            assert!(is_readable(name, value), "{name}={value}");
        }
        let withheld = [
            ("q", "channel:auth"),
            ("search", "lehmann"),
            ("actor_name", "anna"),
            ("resource_name", "anna"),
            ("ip", "192.0.2.1"),
            ("actor", "u1"),
            ("person", "user:u1"),
            ("http_path", "/people/anna"),
            ("resource_id", "anna"),
            ("request_id", "anna"),
            ("session_id", "anna"),
            ("sequence_stream", "anna"),
            ("reason", "anna"),
            ("event_id", "anna"),
            ("channel", "Anna Lehmann"),
            ("organization", "anna@example.org"),
            ("source", "192.0.2.1"),
            ("action", "2001:db8::1"),
            ("http_method", "Anna"),
            ("id", "anna"),
        ];
        for (name, value) in withheld {
            assert!(!is_readable(name, value), "{name}={value}");
            assert!(!is_readable(&format!("-{name}"), value), "-{name}={value}");
        }
    }

    #[test]
    fn every_parameter_is_judged() {
        for key in Key::parameters() {
            assert!(
                !is_readable(key.name(), "Anna Lehmann")
                    || matches!(key, Key::From | Key::To | Key::Status | Key::Sequence | Key::Severity)
                    || !key.words().is_empty()
            );
        }
    }
}
