//! Where personal values stand in a text.
//!
//! Every text is read word by word, and from each word on as far as its words are those of something sought: a search
//! that is linear in the text, whatever is sought.

use std::ops::Range;

use memchr::memmem;

use super::encoded::{Spelling, encoded_bytes, starts_encoded};
use super::needles::{Needle, Needles, Sought};
use super::words::{self, Reading, Word};
use super::{addresses, escapes};
use crate::work;

/// So many words in a row are no accident: what begins like a long value stands for it as far as it goes. Also how far
/// is looked from a word that belongs to a place already found.
const WORDS_TELLING: usize = 8;

/// One place of a text where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of the value.
    pub(super) needle: usize,
    /// How it is spelled; `None`: another way, to be kept as it stands.
    pub(super) spelling: Option<Spelling>,
}

/// A row of a text's words that mean a value.
struct Row<'n> {
    words: Range<usize>,
    sought: &'n Sought,
    /// Whether all words of what is sought are there.
    complete: bool,
}

impl<'a> Needles<'a> {
    /// Whether a value may stand in the text: never wrongly `false`. Cost: a nanosecond a byte.
    pub(super) fn may_hit(&self, text: &str) -> bool {
        work::count(text.len());
        if self.is_empty() {
            return false;
        }
        if !self.exact.is_empty() || addresses::any_in(text, &self.addresses) {
            return true;
        }
        let bytes = text.as_bytes();
        let mut inside = false;
        for (at, &byte) in bytes.iter().enumerate() {
            if byte.is_ascii_alphanumeric() {
                let begins = !inside && self.may_begin(byte, bytes.get(at + 1).copied().unwrap_or_default());
                inside = true;
                if begins && self.may_be_first(bytes.get(at..).unwrap_or_default()) {
                    return true;
                }
            } else if !byte.is_ascii() || byte == b'%' {
                return true;
            } else {
                inside = false;
            }
        }
        false
    }

    fn may_be_first(&self, text: &[u8]) -> bool {
        let (hash, stem) = words::ascii_hashes(text);
        // a word that goes on beyond ASCII is looked at in full
        let open = text.iter().find(|byte| !byte.is_ascii_alphanumeric()).is_some_and(|byte| !byte.is_ascii());
        open || [hash, stem].iter().any(|hash| !self.narrow(self.all(), 0, *hash).is_empty())
    }

    /// Every place where a value stands, in text order, none inside another. `url` = the encoded spellings have signs.
    ///
    /// Cost: linear in the text.
    pub(super) fn hits(&self, text: &str, url: bool) -> Vec<Hit> {
        let mut hits = addresses::hits(text, &self.addresses);
        for hit in &mut hits {
            let value = self.get(hit.needle).map(|value| value.text.as_ref()).unwrap_or_default();
            let place = text.get(hit.start..hit.end).unwrap_or_default();
            let same = |spelling: &&Spelling| starts_encoded(place, value, **spelling) == Some(place.len());
            hit.spelling = signs(url).iter().find(same).copied();
        }
        let mut words = Vec::new();
        if escapes::any_in(text.as_bytes()) {
            hits = merged(hits, self.by_words(text, Reading::Decoded, url, &mut words));
        }
        hits = merged(hits, self.by_words(text, Reading::Literal, url, &mut words));
        for &needle in &self.exact {
            let Some(value) = self.get(needle) else { continue };
            hits = merged(hits, exactly(text, &value.text, needle));
        }
        hits
    }

    /// The person of the first value that stands in the text. `name` = the text is a member's name, where parts of values count
    /// as they are written only.
    pub(super) fn person_in(&self, text: &str, name: bool) -> Option<usize> {
        if !self.may_hit(text) {
            return None;
        }
        let as_written = |row: &Row<'_>, words: &[Word]| {
            let span = self.get(row.sought.needle).and_then(|value| value.text.get(row.sought.span.clone()));
            row.sought.whole || span == span_of(words, row).and_then(|span| text.get(span))
        };
        let mut found = addresses::hits(text, &self.addresses).first().map(|hit| hit.needle);
        let mut words = Vec::new();
        for reading in [Reading::Decoded, Reading::Literal] {
            if found.is_some() || (reading == Reading::Decoded && !escapes::any_in(text.as_bytes())) {
                continue;
            }
            words::read(text, reading, &mut words);
            let rows = (0..words.len()).filter_map(|at| self.row(&words, at, WORDS_TELLING));
            found = rows.filter(|row| !name || as_written(row, &words)).map(|row| row.sought.needle).next();
        }
        let mut exact = self
            .exact
            .iter()
            .filter_map(|&needle| exactly(text, &self.get(needle)?.text, needle).first().map(|hit| hit.needle));
        let needle = found.or_else(|| exact.next())?;
        self.get(needle).map(|value| value.person)
    }

    fn by_words(&self, text: &str, reading: Reading, url: bool, words: &mut Vec<Word>) -> Vec<Hit> {
        words::read(text, reading, words);
        let mut hits: Vec<Hit> = Vec::new();
        let mut covered = 0;
        for at in 0..words.len() {
            let inside = at < covered;
            let Some(mut row) = self.row(words, at, if inside { WORDS_TELLING } else { usize::MAX }) else { continue };
            if row.words.end <= covered {
                continue;
            }
            // what reaches out of a place already found is a place of its own
            row.words.start = row.words.start.max(covered);
            covered = row.words.end;
            let before = hits.last().map_or(0, |hit| hit.end);
            hits.extend(self.hit(text, words, &row, before, url, !inside));
        }
        hits
    }

    /// The longest row of words from this one on that means a value; of at most `longest` words.
    fn row(&self, words: &[Word], at: usize, longest: usize) -> Option<Row<'_>> {
        let mut range = self.all();
        let mut found = None;
        for (depth, word) in words.get(at..)?.iter().take(longest).enumerate() {
            let upto = at..at + depth + 1;
            if word.stem != word.hash
                && let Some(sought) = self.narrow(range, depth, word.stem).first()
                && sought.len() == depth + 1
                && sought.inflected
            {
                found = Some(Row { words: upto.clone(), sought, complete: false });
            }
            range = self.narrow(range, depth, word.hash);
            let Some(sought) = range.first() else { break };
            let complete = sought.len() == depth + 1;
            if complete || depth + 1 >= WORDS_TELLING {
                found = Some(Row { words: upto, sought, complete });
            }
        }
        found
    }

    /// The place of a row. `whole` = no word of the row belongs to another place.
    fn hit(&self, text: &str, words: &[Word], row: &Row<'_>, before: usize, url: bool, whole: bool) -> Option<Hit> {
        let span = span_of(words, row)?;
        let needle = row.sought.needle;
        let value = self.get(needle)?;
        if whole && row.complete && row.sought.whole {
            for &spelling in signs(url) {
                if let Some(place) = value.around(text, &span, &row.sought.span, spelling)
                    && place.start >= before
                {
                    return Some(Hit { start: place.start, end: place.end, needle, spelling: Some(spelling) });
                }
            }
        }
        // two words may be of one character
        let start = span.start.max(before);
        (start < span.end).then_some(Hit { start, end: span.end, needle, spelling: None })
    }
}

/// The spellings that placeholders have a sign for, the first that fits to be taken.
fn signs(url: bool) -> &'static [Spelling] {
    if url { &[Spelling::Plain, Spelling::Percent, Spelling::Form] } else { &[Spelling::Plain] }
}

fn span_of(words: &[Word], row: &Row<'_>) -> Option<Range<usize>> {
    let row = words.get(row.words.clone())?;
    Some(row.first()?.start..row.last()?.end)
}

impl Needle<'_> {
    /// Where the value stands in this spelling, all its characters, if its words do at `span`; `own` = where they stand in it.
    fn around(&self, text: &str, span: &Range<usize>, own: &Range<usize>, spelling: Spelling) -> Option<Range<usize>> {
        let lead = encoded_bytes(self.text.get(..own.start)?, spelling);
        let start = span.start.checked_sub(lead)?;
        let length = starts_encoded(text.get(start..)?, &self.text, spelling)?;
        Some(start..start + length)
    }
}

/// Places of a value of few letters, as it is written. Cost: linear, as at most two letters or digits of it can be why a
/// place does not count.
fn exactly(text: &str, value: &str, needle: usize) -> Vec<Hit> {
    let finder = memmem::Finder::new(value);
    let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut hits = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest.as_bytes())) {
        let start = from + at;
        let end = start + value.len();
        let before = text.get(..start).is_some_and(|before| edge(before.chars().next_back()));
        let after = text.get(end..).is_some_and(|after| edge(after.chars().next()));
        if (before && edge(value.chars().next())) || (after && edge(value.chars().next_back())) {
            from = start + value.chars().next().map_or(1, char::len_utf8);
        } else {
            hits.push(Hit { start, end, needle, spelling: Some(Spelling::Plain) });
            from = end;
        }
    }
    hits
}

/// Both lists in text order, without what of `more` overlaps a place of `first`.
pub(super) fn merged(first: Vec<Hit>, more: Vec<Hit>) -> Vec<Hit> {
    if first.is_empty() || more.is_empty() {
        return if first.is_empty() { more } else { first };
    }
    let mut out: Vec<Hit> = Vec::with_capacity(first.len() + more.len());
    let mut first = first.into_iter().peekable();
    for hit in more {
        while let Some(known) = first.next_if(|known| known.end <= hit.start) {
            out.push(known);
        }
        if first.peek().is_none_or(|known| hit.end <= known.start) {
            out.push(hit);
        }
    }
    out.extend(first);
    out
}
