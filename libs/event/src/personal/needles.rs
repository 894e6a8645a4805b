//! Finding personal values in text, as whole words.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use memchr::memmem;

/// Shorter values stand in too many words that have nothing to do with the person.
const NEEDLE_CHARS_MIN: usize = 3;

/// Most values of one entry that are looked for, in the order they were added: bounds the work that an event can ask
/// for. All values leave their own places, however many they are.
const NEEDLES_MAX: usize = 128;

/// A personal value of the entry, to be looked for.
#[derive(Debug)]
pub(super) struct Needle<'a> {
    text: Cow<'a, str>,
    /// The value as it stands in URLs; made when a text first looks like one.
    encoded: OnceCell<Vec<(Spelling, String)>>,
    /// Whether it may stand anywhere.
    live: bool,
    /// Whose value it is: index of the draft.
    pub(super) person: usize,
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

/// How a value stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As it is.
    Plain,
    /// Percent-encoded, all but the unreserved characters of RFC 3986, digits in upper case.
    Percent,
    /// As `Percent`, but `+` for a space.
    Form,
}

/// One place of a text where a needle stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of the needle.
    pub(super) needle: usize,
    pub(super) spelling: Spelling,
}

/// All personal values of an entry, longest first.
#[derive(Debug, Default)]
pub(super) struct Needles<'a> {
    list: Vec<Needle<'a>>,
}

impl<'a> Needles<'a> {
    /// Adds a value, unless it is too short or known already. Call [`Needles::sort`] when all are in.
    pub(super) fn add(&mut self, text: Cow<'a, str>, person: usize, place: Place<'a>) {
        let long = text.len() >= 4 * NEEDLE_CHARS_MIN || text.chars().count() >= NEEDLE_CHARS_MIN;
        if long && self.list.len() < NEEDLES_MAX && !self.list.iter().any(|known| known.text == text) {
            self.list.push(Needle { text, encoded: OnceCell::new(), live: true, person, place });
        }
    }

    /// Puts the longest first; equally long ones stay in the order they were added.
    pub(super) fn sort(&mut self) {
        self.list.sort_by_key(|needle| std::cmp::Reverse(needle.text.len()));
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
        self.list.iter().position(|needle| needle.place == Place::Raw(base, byte))
    }

    /// Whether any value stood between these bytes of a raw text.
    pub(super) fn any_within(&self, base: &'static str, bytes: &Range<usize>) -> bool {
        self.list.iter().any(|needle| matches!(&needle.place, Place::Raw(of, at) if *of == base && bytes.contains(at)))
    }

    /// Whether any value stands in the text as a whole word, in any spelling.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.list.iter().any(|needle| needle.is_word_of(text))
    }

    pub(super) fn get(&self, index: usize) -> Option<&Needle<'a>> {
        self.list.get(index)
    }

    /// Looks at all texts together, so that values that stand in none of them need not be looked for in each.
    pub(super) fn look(&mut self, everything: &str) {
        let signs = Signs::of(everything);
        for needle in &mut self.list {
            needle.live = needle.stands_in(everything, signs);
        }
    }

    /// Whether any value may stand in a text: never wrongly `false`.
    pub(super) fn may_hit(&self, text: &str) -> bool {
        if !self.list.iter().any(|needle| needle.live) {
            return false;
        }
        let signs = Signs::of(text);
        self.list.iter().any(|needle| needle.live && needle.stands_in(text, signs))
    }

    /// The needles that may stand in some string of a JSON text: never one too few.
    pub(super) fn possible(&self, json: &str) -> Vec<&Needle<'a>> {
        let signs = Signs::of(json);
        let escapes = memchr::memchr(b'\\', json.as_bytes()).is_some();
        // these write characters in ways that the needle does not
        let free = escapes
            && (memmem::find(json.as_bytes(), b"\\u").is_some() || memmem::find(json.as_bytes(), b"\\/").is_some());
        let escaped = |text: &str| text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
        let may = |needle: &&Needle<'a>| {
            free || (escapes && escaped(&needle.text)) || (needle.live && needle.stands_in(json, signs))
        };
        self.list.iter().filter(may).collect()
    }

    /// Every place where a needle stands as a whole word; longer needles win where two overlap. In text order.
    /// What stands beside a place found is a whole word too, as its neighbour will be a brace. `url` = look for the
    /// encoded spellings too.
    pub(super) fn hits(&self, text: &str, url: bool) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let signs = if url { Signs::of(text) } else { Signs::default() };
        loop {
            let known = hits.len();
            for (index, needle) in self.list.iter().enumerate().filter(|(_, needle)| needle.live) {
                take(text, &needle.text, Spelling::Plain, index, &mut hits);
                for (spelling, other) in needle.encoded(signs) {
                    take(text, other, *spelling, index, &mut hits);
                }
            }
            if hits.len() == known {
                hits.sort_unstable_by_key(|hit| hit.start);
                return hits;
            }
        }
    }
}

fn take(text: &str, spelled: &str, spelling: Spelling, needle: usize, hits: &mut Vec<Hit>) {
    let mut from = 0;
    while let Some(start) = next_word(text, spelled, from, hits) {
        let end = start + spelled.len();
        if hits.iter().all(|hit| end <= hit.start || hit.end <= start) {
            hits.push(Hit { start, end, needle, spelling });
        }
        from = end;
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

    fn stands_in(&self, text: &str, signs: Signs) -> bool {
        let bytes = text.as_bytes();
        find(bytes, self.text.as_bytes()).is_some()
            || self.encoded(signs).iter().any(|(_, other)| find(bytes, other.as_bytes()).is_some())
    }

    /// Whether the value stands in a text as a whole word, in any spelling.
    pub(super) fn is_word_of(&self, text: &str) -> bool {
        let signs = Signs::of(text);
        next_word(text, &self.text, 0, &[]).is_some()
            || self.encoded(signs).iter().any(|(_, other)| next_word(text, other, 0, &[]).is_some())
    }

    /// The encoded spellings that differ from the value, if any can stand in a text with these signs.
    fn encoded(&self, signs: Signs) -> &[(Spelling, String)] {
        // without `%`, the only spelling that differs is letters and digits with `+` between them
        let only_plus = || self.text.contains(' ') && self.text.bytes().all(|byte| byte == b' ' || unreserved(byte));
        let possible = signs.percent || (signs.plus && only_plus());
        if !possible {
            return &[];
        }
        self.encoded.get_or_init(|| {
            let mut spellings = Vec::new();
            for spelling in [Spelling::Percent, Spelling::Form] {
                match encode(&self.text, spelling) {
                    Some(text) if spellings.iter().all(|(_, known)| *known != text) => spellings.push((spelling, text)),
                    _ => {}
                }
            }
            spellings
        })
    }
}

/// Which characters of encoded values a text has.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    percent: bool,
    plus: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        let holds = |sign: u8| memchr::memchr(sign, text.as_bytes()).is_some();
        Self { percent: holds(b'%'), plus: holds(b'+') }
    }
}

/// Where `word` first stands in a text. The texts of an event are so short that preparing a search costs more than it
/// saves; this only looks for the first byte.
fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let (&first, rest) = word.split_first()?;
    let starts = text.get(..=text.len().checked_sub(word.len())?)?;
    memchr::memchr_iter(first, starts).find(|&at| text.get(at + 1..).is_some_and(|after| after.starts_with(rest)))
}

/// RFC 3986 §2.3.
fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Where `word` next stands in `text` at or after `from` with no letter or digit before or after it, except where that
/// belongs to a hit.
fn next_word(text: &str, word: &str, mut from: usize, hits: &[Hit]) -> Option<usize> {
    loop {
        let start = from + find(text.as_bytes().get(from..)?, word.as_bytes())?;
        let end = start + word.len();
        let before = text.get(..start)?.chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text.get(end..)?.chars().next().is_some_and(char::is_alphanumeric);
        if (!before || hits.iter().any(|hit| hit.end == start)) && (!after || hits.iter().any(|hit| hit.start == end)) {
            return Some(start);
        }
        from = start + word.chars().next().map_or(1, char::len_utf8);
    }
}

/// The value in this spelling; `None` if that is the value itself.
pub(crate) fn encode(text: &str, spelling: Spelling) -> Option<String> {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    if spelling == Spelling::Plain || text.bytes().all(unreserved) {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if unreserved(byte) {
            out.push(char::from(byte));
        } else if byte == b' ' && spelling == Spelling::Form {
            out.push('+');
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(digit)).copied().unwrap_or('0'));
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_bounded_by_anything_but_letters_and_digits() {
        let at = |text: &str, word: &str| {
            let mut hits = Vec::new();
            take(text, word, Spelling::Plain, 0, &mut hits);
            hits.iter().map(|hit| hit.start).collect::<Vec<_>>()
        };
        assert_eq!(at("alice, malice, alice2, _alice_ (alice)", "alice"), [0, 24, 32]);
        assert_eq!(at("aliceé éalice alice", "alice"), [16]);
        assert_eq!(at("a.b.a.b.a.b", "a.b"), [0, 4, 8]);
        assert_eq!(at("aaa aa", "aa"), [4]);
    }

    #[test]
    fn longer_values_win_where_two_overlap() {
        let mut needles = Needles::default();
        needles.add("Ann".into(), 0, Place::Pointer("/a".into()));
        needles.add("Ann Lee".into(), 1, Place::Pointer("/b".into()));
        needles.sort();
        let hits: Vec<_> = needles.hits("Ann Lee met Ann", false).iter().map(|hit| (hit.start, hit.needle)).collect();
        assert_eq!(hits, [(0, 0), (12, 1)]);
    }

    #[test]
    fn what_touches_a_value_is_a_word_too() {
        let mut needles = Needles::default();
        needles.add("(Ann)".into(), 0, Place::Pointer("/a".into()));
        needles.add("bob@b.de".into(), 0, Place::Pointer("/b".into()));
        needles.sort();
        assert_eq!(needles.hits("(Ann)bob@b.de", false).len(), 2);
        assert_eq!(needles.hits("(Ann)bo", false).len(), 0);
    }

    #[test]
    fn encoded_values_are_found_in_urls() {
        let mut needles = Needles::default();
        needles.add("a b@c.d".into(), 0, Place::Pointer("/a".into()));
        let hits = needles.hits("/x?m=a%20b%40c.d&n=a+b%40c.d", true);
        assert_eq!(hits.iter().map(|hit| hit.spelling).collect::<Vec<_>>(), [Spelling::Percent, Spelling::Form]);
    }
}
