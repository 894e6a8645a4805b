//! The personal values of an entry that are sought in its texts, and the words that mean each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use super::disclosure::Kind;
use super::parts::{self, Part};
use super::words::{self, Reading, Word};
use crate::work;

/// Shorter values stand in too many words that have nothing to do with the person.
pub(super) const NEEDLE_CHARS_MIN: usize = 3;

/// Most values of one entry that are looked for, in the order they were added: bounds the work that an event can ask
/// for. All values leave their own places, however many they are.
const NEEDLES_MAX: usize = 128;

/// A personal value of the entry, to be looked for.
#[derive(Debug)]
pub(super) struct Needle<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whose value it is: index of the draft.
    pub(super) person: usize,
    /// Of which of the person's disclosures.
    pub(super) kind: Kind,
    /// Where the value stood.
    place: Place<'a>,
}

/// Where a value stood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// At this pointer.
    Pointer(Cow<'a, str>),
    /// In the `of` of its person, who has no number yet.
    Of,
    /// In the raw text with this base, at this byte. What will be disclosed there is not known yet.
    Raw(&'static str, usize),
}

/// Words that mean a value.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    /// Where the hashes of its words lie.
    words: Range<usize>,
    /// Index of the value.
    pub(super) needle: usize,
    /// The bytes of the value that the words span.
    pub(super) span: Range<usize>,
    /// Whether these are all words of the value.
    pub(super) whole: bool,
    /// Whether the last word may have an `s` more.
    pub(super) inflected: bool,
}

/// All personal values of an entry.
#[derive(Debug, Default)]
pub(super) struct Needles<'a> {
    list: Vec<Needle<'a>>,
    hashes: Vec<u64>,
    /// Sorted by their words.
    sought: Vec<Sought>,
    /// Values of so few letters and digits that they are sought character by character.
    pub(super) exact: Vec<usize>,
    /// Addresses that have many spellings; one of version 4 as the one of version 6 that stands for it (RFC 4291 §2.5.5.2).
    pub(super) addresses: Vec<(Ipv6Addr, usize)>,
    /// Which two characters something sought begins with: a bit of a word each, by the lowest five bits.
    beginnings: [u32; 32],
    /// The values that stood in raw texts, by base and byte.
    raw: HashMap<(&'static str, usize), usize>,
}

impl<'a> Needles<'a> {
    /// Adds a value, unless it is too short or known already. Call [`Needles::prepare`] when all are in.
    pub(super) fn add(&mut self, text: Cow<'a, str>, person: usize, kind: Kind, place: Place<'a>) {
        let long = text.len() >= 4 * NEEDLE_CHARS_MIN || text.chars().count() >= NEEDLE_CHARS_MIN;
        if long && self.list.len() < NEEDLES_MAX && !self.list.iter().any(|known| known.text == text) {
            if let Place::Raw(base, byte) = place {
                self.raw.insert((base, byte), self.list.len());
            }
            self.list.push(Needle { text, person, kind, place });
        }
    }

    /// Makes the values ready to be sought. Cost: two passes over them, and n log n comparisons.
    pub(super) fn prepare(&mut self) {
        let Self { list, hashes, sought, beginnings, exact, addresses, .. } = self;
        let mut seek = |needle: usize, part: &Part<'_>, whole: bool| {
            let (Some(first), Some(last)) = (part.words.first(), part.words.last()) else { return };
            let words = hashes.len()..hashes.len() + part.words.len();
            hashes.extend(part.words.iter().map(|word| word.hash));
            sought.push(Sought { words, needle, span: first.start..last.end, whole, inflected: part.inflected });
            if let [Some(a), b] = first.begins
                && let Some(seconds) = beginnings.get_mut(usize::from(a))
            {
                // a word of one letter is followed by anything
                *seconds |= b.filter(|_| first.chars > 1).map_or(u32::MAX, |b| 1 << b);
            }
        };
        let mut words: Vec<Word> = Vec::with_capacity(16);
        // whole values first: of the same words, the first counts
        for (index, needle) in list.iter().enumerate() {
            words::read(&needle.text, Reading::Literal, &mut words);
            let chars: usize = words.iter().map(|word| word.chars as usize).sum();
            if chars < NEEDLE_CHARS_MIN {
                exact.push(index);
                continue;
            }
            let inflected = parts::is_inflected(&words) && needle.is_name(&words);
            seek(index, &Part { words: &words, inflected }, true);
            match needle.text.parse() {
                Ok(IpAddr::V6(address)) => addresses.push((address, index)),
                Ok(IpAddr::V4(address)) => addresses.push((address.to_ipv6_mapped(), index)),
                Err(_) => {}
            }
        }
        for (index, needle) in list.iter().enumerate() {
            let mut part = |part: &Part<'_>| seek(index, part, false);
            parts::of_address(&needle.text, &mut part);
            parts::of_mapped(&needle.text, &mut part);
            if needle.may_be_name() {
                words::read(&needle.text, Reading::Literal, &mut words);
                if needle.is_name(&words) {
                    parts::of_name(&words, &mut part);
                }
            }
        }
        let key = |sought: &Sought| hashes.get(sought.words.clone()).unwrap_or_default();
        sought.sort_by(|a, b| key(a).cmp(key(b)));
        sought.dedup_by(|later, first| {
            let same = key(first) == key(later);
            first.inflected |= same && later.inflected;
            same
        });
    }

    /// Gives addresses that `of` held their pointer, by their person.
    pub(super) fn point_addresses(&mut self, pointer: impl Fn(usize) -> String) {
        for needle in self.list.iter_mut().filter(|needle| needle.place == Place::Of) {
            needle.place = Place::Pointer(pointer(needle.person).into());
        }
    }

    /// Gives the value at this index its pointer.
    pub(super) fn point(&mut self, index: usize, pointer: String) {
        if let Some(needle) = self.list.get_mut(index) {
            needle.place = Place::Pointer(pointer.into());
        }
    }

    /// The index of the value that stood at this byte of a raw text.
    pub(super) fn at(&self, base: &'static str, byte: usize) -> Option<usize> {
        self.raw.get(&(base, byte)).copied()
    }

    /// Whether any value stood in raw texts.
    pub(super) fn any_raw(&self) -> bool {
        !self.raw.is_empty()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Needle<'a>> {
        self.list.get(index)
    }

    /// Whether nothing is sought.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether something sought may begin with these two characters, the first a letter or digit, both ASCII.
    #[inline]
    pub(super) fn may_begin(&self, first: u8, second: u8) -> bool {
        self.beginnings.get(usize::from(first & 31)).is_some_and(|seconds| seconds >> (second & 31) & 1 == 1)
    }

    /// What is sought, all of it.
    pub(super) fn all(&self) -> &[Sought] {
        &self.sought
    }

    /// Of things sought that begin with the same `depth` words, those that go on with this one. Cost: two binary searches.
    pub(super) fn narrow<'s>(&self, range: &'s [Sought], depth: usize, word: u64) -> &'s [Sought] {
        work::count(1);
        let at = |sought: &Sought| self.hashes.get(sought.words.clone()).and_then(|words| words.get(depth)).copied();
        let range = range.get(range.partition_point(|sought| at(sought) < Some(word))..).unwrap_or_default();
        range.get(..range.partition_point(|sought| at(sought) == Some(word))).unwrap_or_default()
    }
}

impl Sought {
    /// How many words it has.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

impl Needle<'_> {
    /// Where the value stood, once that is known.
    pub(super) fn pointer(&self) -> &str {
        match &self.place {
            Place::Pointer(pointer) => pointer,
            Place::Of | Place::Raw(..) => "",
        }
    }

    /// Whether it can be a name for all that is known without its words.
    fn may_be_name(&self) -> bool {
        self.kind == Kind::Fields || matches!(&self.place, Place::Pointer(pointer) if pointer.ends_with("/name"))
    }

    /// Whether it is a person's name: where names stand, or what looks like one elsewhere.
    fn is_name(&self, words: &[Word]) -> bool {
        self.may_be_name() && (self.kind == Kind::Identity || parts::looks_like_name(&self.text, words))
    }
}
