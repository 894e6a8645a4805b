//! The redaction table: which keys and strings are secrets.

use std::collections::HashSet;

use serde::Deserialize;

use super::RulesError;
use super::cards::{Issuer, is_card};
use super::words::push_words;

/// The table as it stands in TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: u32,
    endings: Vec<String>,
    words: Vec<String>,
    suffixes: HashSet<String>,
    except: HashSet<String>,
    objects: HashSet<String>,
    values: Vec<String>,
    value_prefixes: Vec<String>,
    query: HashSet<String>,
    #[serde(default)]
    card: Vec<Issuer>,
}

/// The redaction table, ready for asking.
#[derive(Debug, Clone)]
pub(super) struct Redaction {
    table: Table,
    /// Endings by their last byte: (text, whole words only).
    endings: Vec<Vec<(String, bool)>>,
}

/// What a key says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Nothing.
    Open,
    /// Secret.
    Secret,
    /// Secret unless an object.
    SecretScalar,
}

impl Redaction {
    pub(super) fn from_toml(text: &str) -> Result<Self, RulesError> {
        let form = |error| RulesError::Form { table: "redaction", source: Box::new(error) };
        let table: Table = toml::from_str(text).map_err(form)?;
        let wrong = |place: String, what: &str| RulesError::Value { table: "redaction", place, what: what.to_owned() };
        if table.version != 1 {
            return Err(wrong("version".to_owned(), "this program knows version 1"));
        }
        let mut endings = vec![Vec::new(); 256];
        for (list, whole) in [(&table.endings, false), (&table.words, true)] {
            for ending in list {
                let place = || format!("{}: \"{ending}\"", if whole { "words" } else { "endings" });
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
                if !ending.bytes().all(plain) {
                    return Err(wrong(place(), "only small ASCII letters, digits and _ can match"));
                }
                let Some(last) = ending.bytes().last() else {
                    return Err(wrong(place(), "an empty ending would make every key a secret"));
                };
                if let Some(bucket) = endings.get_mut(usize::from(last)) {
                    bucket.push((ending.clone(), whole));
                }
            }
        }
        for issuer in &table.card {
            if issuer.prefixes.iter().any(|[from, to]| from > to || from.checked_ilog10() != to.checked_ilog10()) {
                let what = "a prefix range must go from low to high, with as many digits on both sides";
                return Err(wrong(format!("card: {}", issuer.issuer), what));
            }
        }
        Ok(Self { table, endings })
    }

    /// What a member's name says. `scratch` is overwritten.
    pub(super) fn key(&self, name: &str, scratch: &mut String) -> Secrecy {
        scratch.clear();
        push_words(name, scratch);
        self.words(scratch)
    }

    /// As [`Redaction::key`], for a parameter of a query string.
    pub(super) fn query_key(&self, name: &str, scratch: &mut String) -> bool {
        self.key(name, scratch) != Secrecy::Open || self.table.query.contains(scratch.as_str())
    }

    fn words(&self, words: &str) -> Secrecy {
        let mut rest = words;
        loop {
            if self.ends_secret(rest) {
                return match words {
                    _ if self.table.except.contains(words) => Secrecy::Open,
                    _ if self.table.objects.contains(words) => Secrecy::SecretScalar,
                    _ => Secrecy::Secret,
                };
            }
            let Some((before, last)) = rest.rsplit_once('_') else { return Secrecy::Open };
            if !last.bytes().all(|byte| byte.is_ascii_digit()) && !self.table.suffixes.contains(last) {
                return Secrecy::Open;
            }
            rest = before;
        }
    }

    fn ends_secret(&self, words: &str) -> bool {
        let Some(bucket) = words.bytes().last().and_then(|last| self.endings.get(usize::from(last))) else {
            return false;
        };
        bucket.iter().any(|(ending, whole)| {
            words
                .strip_suffix(ending.as_str())
                .is_some_and(|before| !whole || before.is_empty() || before.ends_with('_'))
        })
    }

    /// Whether a value under a secret key may stay all the same.
    pub(super) fn is_kept(&self, value: &str) -> bool {
        self.table.values.iter().any(|kept| kept == value)
            || self.table.value_prefixes.iter().any(|prefix| value.starts_with(prefix.as_str()))
    }

    /// Whether a string is a card number.
    pub(super) fn is_card(&self, value: &str) -> bool {
        is_card(value, &self.table.card)
    }
}
