//! IPv6 addresses in texts: compressed or not, in any case, with hyphens or underscores for colons.

use std::net::Ipv6Addr;

use super::escapes::{self, character};
use super::hits::{Hit, merged};
use super::words::Reading;

/// Longest spelling: six groups of four, six colons and an IPv4 address; and what may stand before and behind it in a row.
const BYTES_MAX: usize = 45 + 19;

/// Signs that part an address from what stands before it, and from what stands behind it, in a row with it; at most. Bounds
/// the comparisons that a text can ask for.
const SIGNS_MAX: usize = 3;

/// Whether one of the addresses stands in the text.
pub(super) fn any_in(text: &str, sought: &[(Ipv6Addr, usize)]) -> bool {
    !hits(text, sought).is_empty()
}

/// Every place where one of the addresses stands. Cost: linear; none, if none is sought.
pub(super) fn hits(text: &str, sought: &[(Ipv6Addr, usize)]) -> Vec<Hit> {
    let mut hits = Vec::new();
    let escaped = escapes::any_in(text.as_bytes());
    if sought.is_empty() || !(escaped || may_hold(text.as_bytes(), sought)) {
        return hits;
    }
    if escaped {
        read(text, Reading::Decoded, sought, &mut hits);
    }
    let mut literal = Vec::new();
    read(text, Reading::Literal, sought, &mut literal);
    merged(hits, literal)
}

fn read(text: &str, reading: Reading, sought: &[(Ipv6Addr, usize)], hits: &mut Vec<Hit>) {
    let mut run = Run::default();
    // whether the last character was part of a word that is no address
    let mut foreign = false;
    let mut at = 0;
    loop {
        let next = character(text, at, reading);
        let c = next.map(|(c, _)| c);
        let part = c.filter(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '-' | '_'));
        match (part, next) {
            (Some(c), Some((_, length))) if !(foreign && c.is_ascii_hexdigit()) => {
                foreign = false;
                run.push(c, at, length);
            }
            _ => {
                foreign = c.is_some_and(char::is_alphanumeric);
                hits.extend(run.address(sought, foreign));
                run = Run::default();
            }
        }
        let Some((_, length)) = next else { return };
        at += length;
    }
}

/// Whether one of the addresses may stand in a text without escapes: never wrongly `false`. Those of version 4 have a group
/// `ffff` wherever they are written in version 6, and few texts have that.
fn may_hold(text: &[u8], sought: &[(Ipv6Addr, usize)]) -> bool {
    let all_mapped = sought.iter().all(|(address, _)| address.to_ipv4_mapped().is_some());
    !all_mapped || text.windows(4).any(|four| four.eq_ignore_ascii_case(b"ffff"))
}

/// Characters in a row that an address may consist of.
#[derive(Default)]
struct Run {
    /// With `:` for each `-` and `_`.
    text: String,
    /// Where each begins and ends in the text.
    places: Vec<(usize, usize)>,
    colons: usize,
}

impl Run {
    fn push(&mut self, c: char, at: usize, length: usize) {
        let c = if matches!(c, '-' | '_') { ':' } else { c };
        self.colons += usize::from(c == ':');
        if self.text.len() <= BYTES_MAX {
            self.text.push(c);
            self.places.push((at, at + length));
        }
    }

    /// The address in the run, the longest that begins first. What stands before it or behind it in the run (a sentence's full
    /// stop, a port, a word) is parted from it by a sign; `goes_on`: a word goes on behind the run, so it ends with a sign.
    fn address(&self, sought: &[(Ipv6Addr, usize)], goes_on: bool) -> Option<Hit> {
        if self.colons < 2 {
            return None;
        }
        let length = self.text.len();
        let cut = goes_on || length > BYTES_MAX;
        // Each sign may belong to the address ("2001:db8::") or to what stands beside it.
        let signs: Vec<usize> =
            self.text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b':' | b'.')).map(|(at, _)| at).collect();
        let begins = std::iter::once(0).chain(signs.iter().take(SIGNS_MAX).flat_map(|at| [*at, at + 1]));
        let last = signs.iter().rev().take(SIGNS_MAX).flat_map(|at| [at + 1, *at]);
        let ends: Vec<usize> = (!cut).then_some(length).into_iter().chain(last).collect();
        for from in begins {
            for &to in ends.iter().filter(|to| **to > from + 1) {
                let Some(address) = self.text.get(from..to).and_then(|text| text.parse::<Ipv6Addr>().ok()) else {
                    continue;
                };
                let Some((_, needle)) = sought.iter().find(|(known, _)| *known == address) else { continue };
                let place = self.places.get(from).zip(self.places.get(to - 1));
                return place.map(|(first, last)| Hit { start: first.0, end: last.1, needle: *needle, spelling: None });
            }
        }
        None
    }
}
