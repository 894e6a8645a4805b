//! Parts of values that mean their person as well: first and last names, and what stands before the `@` of an address.
//!
//! Which words mean nobody is in spec/tables/names.toml.

use std::collections::HashSet;
use std::net::Ipv6Addr;
use std::sync::LazyLock;

use serde::Deserialize;

use super::escapes;
use super::needles::NEEDLE_CHARS_MIN;
use super::person::is_address;
use super::words::{self, Reading, Word};

/// Words of a declared value that is taken for a name, at most.
const NAME_WORDS_MAX: usize = 4;

/// Some words of a value.
pub(super) struct Part<'w> {
    pub(super) words: &'w [Word],
    /// Whether an `s` may follow.
    pub(super) inflected: bool,
}

/// The table as it stands in TOML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: u32,
    particles: Vec<String>,
    roles: Vec<String>,
}

/// The table, by hashes of words.
struct Names {
    particles: HashSet<u64>,
    roles: HashSet<u64>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let text = include_str!("../../../../spec/tables/names.toml");
    let table: Table = toml::from_str(text).expect("the table built in is sound, as a test shows");
    assert_eq!(table.version, 1, "this program knows version 1 of the table of names");
    let hashes = |list: &[String]| list.iter().map(|word| words::ascii_hashes(word.as_bytes()).0).collect();
    Names { particles: hashes(&table.particles), roles: hashes(&table.roles) }
});

/// Whether the last word of a name may have an `s` more.
pub(super) fn is_inflected(name: &[Word]) -> bool {
    name.last().is_some_and(is_telling)
}

fn is_telling(word: &Word) -> bool {
    word.letters && word.chars as usize >= NEEDLE_CHARS_MIN
}

/// Hands out each name of a person's names that stands for the person alone.
pub(super) fn of_name(name: &[Word], take: &mut dyn FnMut(&Part<'_>)) {
    for word in name.iter().filter(|word| is_telling(word) && !NAMES.particles.contains(&word.hash)) {
        take(&Part { words: std::slice::from_ref(word), inflected: true });
    }
}

/// Whether a value that somebody declared looks like a person's name: a few words of letters, each but particles with a
/// capital, or of a script without capitals.
pub(super) fn looks_like_name(value: &str, words: &[Word]) -> bool {
    let capital = |word: &Word| {
        let begins = value.get(word.start..).and_then(|rest| rest.chars().next());
        begins.is_some_and(|c| !c.is_lowercase()) || NAMES.particles.contains(&word.hash)
    };
    (1..=NAME_WORDS_MAX).contains(&words.len()) && words.iter().all(|word| word.letters && capital(word))
}

/// Hands out what stands before the `@` of an e-mail address, with and without what follows a `+`, unless it names a role.
pub(super) fn of_address(value: &str, take: &mut dyn FnMut(&Part<'_>)) {
    if !is_address(value) {
        return;
    }
    let plain = escapes::decoded(value);
    let Some((local, _)) = plain.split_once('@') else { return };
    let mut found = Vec::with_capacity(4);
    let base = local.split('+').next().unwrap_or(local);
    for part in [Some(local), (base != local).then_some(base)].into_iter().flatten() {
        words::read(part, Reading::Literal, &mut found);
        let letters = part.chars().filter(|c| c.is_alphabetic()).count();
        let role = found.iter().all(|word| !word.letters || NAMES.roles.contains(&word.hash));
        if letters >= NEEDLE_CHARS_MIN && !role {
            take(&Part { words: &found, inflected: false });
        }
    }
}

/// Hands out the IPv4 address that an IPv6 address stands for (`::ffff:203.0.113.9`), as it is usually written.
pub(super) fn of_mapped(value: &str, take: &mut dyn FnMut(&Part<'_>)) {
    let mapped = value.parse::<Ipv6Addr>().ok().and_then(|address| address.to_ipv4_mapped());
    let Some(address) = mapped.map(|address| address.to_string()) else { return };
    let mut found = Vec::with_capacity(4);
    words::read(&address, Reading::Literal, &mut found);
    let at = value.find(&address).unwrap_or(value.len());
    for word in &mut found {
        word.start = (word.start + at).min(value.len());
        word.end = (word.end + at).min(value.len());
    }
    take(&Part { words: &found, inflected: false });
}
