#![allow(clippy::indexing_slicing, reason = "every index is made here, from the table")]
//! The phrases of the table and their codes.

use std::sync::LazyLock;

/// The table: a line per phrase, `<bits> <phrase>`, in the order of their codes; a phrase of one byte may be `\xNN`.
const TABLE: &str = include_str!("../../../../spec/tables/phrases-1.txt");

/// Bits of the longest code.
pub(super) const BITS_MAX: u32 = 15;

/// The code that no phrase has: ones, as many as a code can have.
pub(super) const LAST_CODE: u16 = (1 << BITS_MAX) - 1;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::read(TABLE));

/// A phrase for writing.
pub(super) struct Phrase {
    text: &'static [u8],
    /// The longest other phrase that it begins with; itself, if it is one byte.
    shorter: u16,
    pub(super) code: u16,
    pub(super) bits: u32,
}

/// All codes of one length: they follow one another, and are less than longer ones if both are filled up with ones.
#[derive(Clone, Copy)]
struct Length {
    bits: u32,
    /// The greatest [`BITS_MAX`] bits that begin with one of them.
    until: u16,
    /// What added to a code, modulo 2¹⁶, gives its number in the table.
    number: u16,
}

/// The table, prepared. Memory: some 100 KiB, once.
pub(super) struct Phrases {
    /// In the order of their codes.
    texts: Vec<&'static [u8]>,
    lengths: Vec<Length>,
    /// In the order of their texts: their first bytes, and all of it.
    starts: Vec<u64>,
    sorted: Vec<Phrase>,
    /// Where in that order the phrases begin that begin with a byte.
    by_byte: [u16; 257],
}

impl Phrases {
    /// The table. Cost: some 0.2 ms at the first call.
    pub(super) fn get() -> &'static Self {
        &PHRASES
    }

    /// Splits a text behind the longest phrase it begins with; `None` if it is empty: every byte is a phrase.
    ///
    /// Cost: a binary search among the phrases that begin with the same byte.
    pub(super) fn split_longest<'t>(&self, text: &'t [u8]) -> Option<(&Phrase, &'t [u8])> {
        let first = usize::from(*text.first()?);
        let from = usize::from(self.by_byte[first]);
        let to = usize::from(self.by_byte[first + 1]);
        let start = start_of(text);
        let starts = &self.starts[from..to];
        let phrases = &self.sorted[from..to];
        // The last one that is not behind the text. Whatever the text begins with, that one does, too.
        let mut at = starts.partition_point(|other| *other < start);
        while phrases.get(at).is_some_and(|phrase| phrase.text <= text) {
            at += 1;
        }
        let mut phrase = &phrases[at - 1];
        loop {
            if let Some(after) = text.strip_prefix(phrase.text) {
                return Some((phrase, after));
            }
            phrase = &self.sorted[usize::from(phrase.shorter)];
        }
    }

    /// The phrase whose code the next [`BITS_MAX`] bits begin with, and how many bits that has; `None` for [`LAST_CODE`].
    ///
    /// Cost: at most a comparison a length.
    pub(super) fn of_code(&self, next: u16) -> Option<(&'static [u8], u32)> {
        let length = self.lengths.iter().find(|length| next <= length.until)?;
        let number = (next >> (BITS_MAX - length.bits)).wrapping_add(length.number);
        Some((self.texts.get(usize::from(number))?, length.bits))
    }

    fn read(table: &'static str) -> Self {
        let mut texts = Vec::new();
        let mut lengths: Vec<Length> = Vec::new();
        let mut sorted = Vec::new();
        // The next code, filled up with zeros.
        let mut next = 0;
        for (number, line) in (0..).zip(table.lines()) {
            let (bits, text) = line.split_once(' ').expect("a line is bits, a space and a phrase");
            let bits: u32 = bits.parse().expect("bits are a number");
            let text = byte(text).unwrap_or(text.as_bytes());
            let code = next >> (BITS_MAX - bits);
            let until = next + (1 << (BITS_MAX - bits)) - 1;
            if lengths.last().is_none_or(|length| length.bits != bits) {
                lengths.push(Length { bits, until, number: u16::wrapping_sub(number, code) });
            }
            lengths.last_mut().expect("one was pushed").until = until;
            texts.push(text);
            sorted.push(Phrase { text, shorter: 0, code, bits });
            next = until + 1;
        }
        assert!(next == LAST_CODE, "every code but the last is a phrase's");
        sorted.sort_unstable_by_key(|phrase| phrase.text);
        link_shorter(&mut sorted);
        let by_byte =
            std::array::from_fn(|byte| sorted.partition_point(|phrase| usize::from(phrase.text[0]) < byte) as u16);
        assert!(by_byte.windows(2).all(|pair| sorted[usize::from(pair[0])].text.len() == 1), "every byte is a phrase");
        Self { starts: sorted.iter().map(|phrase| start_of(phrase.text)).collect(), texts, lengths, sorted, by_byte }
    }
}

/// The first eight bytes, as a number that sorts as they do.
fn start_of(text: &[u8]) -> u64 {
    text.first_chunk().map_or_else(
        || {
            let mut start = [0; 8];
            start[..text.len()].copy_from_slice(text);
            u64::from_be_bytes(start)
        },
        |start| u64::from_be_bytes(*start),
    )
}

/// In sorted order, what a phrase begins with stands before it, and nothing but longer ones in between.
fn link_shorter(sorted: &mut [Phrase]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..sorted.len() {
        while open.last().is_some_and(|other| !sorted[at].text.starts_with(sorted[*other].text)) {
            open.pop();
        }
        sorted[at].shorter = *open.last().unwrap_or(&at) as u16;
        open.push(at);
    }
}

/// The byte of `\xNN`.
fn byte(text: &str) -> Option<&'static [u8]> {
    static BYTES: [u8; 256] = {
        let mut bytes = [0; 256];
        let mut at = 0;
        while at < bytes.len() {
            bytes[at] = at as u8;
            at += 1;
        }
        bytes
    };
    let hex = text.strip_prefix("\\x").filter(|hex| hex.len() == 2)?;
    let at = usize::from(u8::from_str_radix(hex, 16).ok()?);
    BYTES.get(at..=at)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_table_is_the_one_of_the_specification() {
        let hash: String = Sha256::digest(TABLE).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(include_str!("../../../../spec/vault.md").contains(&format!("`{hash}`")), "{hash}");
    }

    #[test]
    fn the_longest_phrase_is_found_whatever_follows_it() {
        let phrases = Phrases::get();
        for phrase in &phrases.texts {
            for more in [&b""[..], b"\0", b"\xff", b"0", b"\"}", b" like Gecko"] {
                let text = [phrase, more].concat();
                let found = phrases.split_longest(&text).map(|(found, after)| (found.text, after.len()));
                let longest =
                    phrases.texts.iter().filter(|other| text.starts_with(other)).max_by_key(|other| other.len());
                let longest = longest.unwrap();
                assert_eq!(found, Some((*longest, text.len() - longest.len())));
            }
        }
        assert!(phrases.split_longest(b"").is_none());
    }
}
