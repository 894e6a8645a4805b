//! IPv6 addresses in texts: compressed or not, in any case, with hyphens or underscores for colons.

use std::net::Ipv6Addr;

use super::escapes::{self, character};
use super::hits::Hit;
use super::words::Reading;

/// Longest spelling: eight groups of four and seven colons, or six groups and an IPv4 address; one to trim at each end.
const BYTES_MAX: usize = 47;

/// Whether one of the addresses stands in the text.
pub(super) fn any_in(text: &str, sought: &[(Ipv6Addr, usize)]) -> bool {
    !hits(text, sought).is_empty()
}

/// Every place where one of the addresses stands. Cost: linear; none, if none is sought.
pub(super) fn hits(text: &str, sought: &[(Ipv6Addr, usize)]) -> Vec<Hit> {
    let mut hits = Vec::new();
    if sought.is_empty() {
        return hits;
    }
    let reading = if escapes::any_in(text.as_bytes()) { Reading::Decoded } else { Reading::Literal };
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
                if !c.is_some_and(char::is_alphanumeric) {
                    hits.extend(run.address(sought));
                }
                run = Run::default();
                foreign = c.is_some_and(char::is_alphanumeric);
            }
        }
        let Some((_, length)) = next else { return hits };
        at += length;
    }
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

    fn address(&self, sought: &[(Ipv6Addr, usize)]) -> Option<Hit> {
        let length = self.text.len();
        if self.colons < 2 || length > BYTES_MAX {
            return None;
        }
        // a colon or full stop beside an address may be the sentence's
        for (from, to) in [(0, length), (0, length - 1), (1, length), (1, length - 1)] {
            let Some(address) = self.text.get(from..to).and_then(|text| text.parse::<Ipv6Addr>().ok()) else {
                continue;
            };
            let Some((_, needle)) = sought.iter().find(|(known, _)| *known == address) else { continue };
            let (start, end) = (self.places.get(from)?.0, self.places.get(to - 1)?.1);
            return Some(Hit { start, end, needle: *needle, spelling: None });
        }
        None
    }
}
