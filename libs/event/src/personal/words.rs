//! The words of a text, folded: what two spellings of a value have in common.
//!
//! A word is a run of letters and digits. Folded, it has no case, no accents and no compatibility forms: each character
//! decomposed (NFKD), marks that combine left out, upper case and then lower case of the rest (so `ß` is `ss`). What stands
//! between words says nothing. Normative: spec/disclosure.md, "Personal values elsewhere".

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::escapes::character;
use crate::work;

/// A word of a text. Words are compared by hash: should two ever share one, a word too many is taken for personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// FNV-1a over its folded characters.
    pub(super) hash: u64,
    /// The same without a final `s`; `hash`, where it has none.
    pub(super) stem: u64,
    /// Letters and digits it has, folded.
    pub(super) chars: u32,
    /// Whether all of them are letters.
    pub(super) letters: bool,
    /// The first two of them, where they are ASCII: the lowest five bits, which case does not change.
    pub(super) begins: [Option<u8>; 2],
    /// Where it begins, in bytes of the text.
    pub(super) start: usize,
    /// Where it ends, marks that belong to it included.
    pub(super) end: usize,
}

/// How to read what looks percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it stands.
    Literal,
    /// As what it encodes, once or several times over.
    Decoded,
}

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01B3;

fn mix(hash: u64, c: u32) -> u64 {
    (hash ^ u64::from(c)).wrapping_mul(FNV_PRIME)
}

/// Hash and stem of the word that these bytes begin with, all ASCII up to where the word ends.
pub(super) fn ascii_hashes(text: &[u8]) -> (u64, u64) {
    let mut hash = FNV_OFFSET;
    let mut stem = FNV_OFFSET;
    for byte in text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase) {
        let before = hash;
        hash = mix(hash, u32::from(byte));
        stem = if byte == b's' { before } else { hash };
    }
    (hash, stem)
}

/// Replaces the content of `out` by the words of the text, in order. Cost: one pass; some 50 ns a character beyond ASCII.
pub(super) fn read(text: &str, reading: Reading, out: &mut Vec<Word>) {
    work::count(text.len());
    out.clear();
    let mut reader = Reader { out, open: None };
    let mut at = 0;
    while let Some((c, length)) = character(text, at, reading) {
        if c.is_ascii_alphanumeric() {
            reader.letter(c.to_ascii_lowercase(), at, at + length);
        } else if c.is_ascii() {
            reader.close();
        } else {
            reader.fold(c, at, at + length);
        }
        at += length;
    }
    reader.close();
}

struct Reader<'o> {
    out: &'o mut Vec<Word>,
    open: Option<Word>,
}

impl Reader<'_> {
    fn letter(&mut self, c: char, start: usize, end: usize) {
        let hash = FNV_OFFSET;
        let new = Word { hash, stem: hash, chars: 0, letters: true, begins: [None; 2], start, end };
        let word = self.open.get_or_insert(new);
        let before = word.hash;
        word.hash = mix(before, u32::from(c));
        word.stem = if c == 's' && word.chars > 0 { before } else { word.hash };
        if let Some(place) = word.begins.get_mut(word.chars as usize) {
            *place = c.is_ascii().then_some(c as u8 & 31);
        }
        word.chars += 1;
        word.letters &= c.is_alphabetic();
        word.end = end;
    }

    fn close(&mut self) {
        self.out.extend(self.open.take());
    }

    /// Takes a character beyond ASCII.
    fn fold(&mut self, c: char, start: usize, end: usize) {
        if is_passed_over(c) {
            if let Some(word) = &mut self.open {
                word.end = end;
            }
            return;
        }
        for part in DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(c)) {
            if is_passed_over(part) {
                if let Some(word) = &mut self.open {
                    word.end = end;
                }
                continue;
            }
            for upper in part.to_uppercase() {
                for lower in upper.to_lowercase() {
                    if lower.is_alphanumeric() {
                        self.letter(lower, start, end);
                    } else if !is_passed_over(lower) {
                        self.close();
                    }
                }
            }
        }
    }
}

/// Whether a character says nothing about a word it stands in: marks that combine, and the invisible ones.
fn is_passed_over(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}')
        || CanonicalCombiningClassMapBorrowed::new().get_u8(c) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, reading: Reading) -> Vec<Word> {
        let mut out = Vec::new();
        read(text, reading, &mut out);
        out
    }

    fn same(a: &str, b: &str) -> bool {
        let hashes = |text| words(text, Reading::Decoded).iter().map(|word| word.hash).collect::<Vec<_>>();
        hashes(a) == hashes(b)
    }

    #[test]
    fn spellings_of_a_name_have_the_same_words() {
        for other in [
            "ANNA MÜLLER",
            "anna-mu\u{308}ller",
            "Anna\u{a0}Muller",
            "anna_müller",
            "Anna%20M%C3%BCller",
            "anna%2520m%25c3%25bcller",
            "Ａｎｎａ Müller",
            "An\u{ad}na  Mül\u{200d}ler",
            "(Anna, Müller)",
        ] {
            assert!(same("Anna Müller", other), "{other}");
        }
        assert!(same("Weiß", "WEISS") && same("ﬁsh Σς", "FISH σσ") && same("İnci", "inci"));
        assert!(!same("Anna Müller", "AnnaMüller") && !same("Anna", "Annas"));
    }

    #[test]
    fn words_know_their_place_and_their_stem() {
        let text = "é1 Lehmann's Lehmanns";
        let found = words(text, Reading::Literal);
        assert_eq!(
            found.iter().map(|word| &text[word.start..word.end]).collect::<Vec<_>>(),
            ["é1", "Lehmann", "s", "Lehmanns"]
        );
        assert_eq!(found[3].stem, found[1].hash);
        assert_eq!((found[1].stem, found[0].letters, found[0].chars), (found[1].hash, false, 2));
        assert_eq!(ascii_hashes(b"LEHMANNS, "), (found[3].hash, found[1].hash));
    }

    #[test]
    fn what_is_no_encoding_is_read_as_it_stands() {
        assert!(same("100% %zz %ff %C3 %", "100 zz ff C3"));
        assert!(!same("%41nn", "41nn") && same("%41nn", "Ann"));
    }
}
