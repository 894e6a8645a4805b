//! Simple Unicode case folding, and how texts are cut into tokens. Normative text: spec/index.md, "Texts".

/// Version of the folding table, written into every index: an index made with another one is rebuilt.
pub(crate) const FOLD_VERSION: u32 = {
    let (major, minor, patch) = unicode_case_mapping::UNICODE_VERSION;
    ((major << 16) | (minor << 8) | patch) as u32
};

/// Returns `c` with simple case folding (CaseFolding.txt, statuses C and S).
#[must_use]
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    unicode_case_mapping::case_folded(c).and_then(|folded| char::from_u32(folded.get())).unwrap_or(c)
}

/// Returns `text` with simple case folding, char by char. Two texts match without regard to case if their foldings are
/// equal.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Appends the folding of a literal; bytes that are no UTF-8 (the sentinel) stay.
pub(crate) fn append_folded(literal: &[u8], out: &mut Vec<u8>) {
    if literal.is_ascii() {
        let from = out.len();
        out.extend_from_slice(literal);
        if let Some(copied) = out.get_mut(from..) {
            copied.make_ascii_lowercase();
        }
        return;
    }
    let mut buffer = [0; 4];
    for chunk in literal.utf8_chunks() {
        for c in chunk.valid().chars() {
            out.extend_from_slice(fold_char(c).encode_utf8(&mut buffer).as_bytes());
        }
        out.extend_from_slice(chunk.invalid());
    }
}

/// Whether folding can change no character of `text` nor any other character into one of it.
/// Sufficient, not necessary: true only for ASCII without letters.
pub(crate) fn is_caseless(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic())
}

/// Calls `each` with every token of a literal, folded or not: the longest runs without Unicode white space.
pub(crate) fn tokens(literal: &[u8], mut each: impl FnMut(&[u8])) {
    if literal.is_ascii() {
        // The ASCII part of White_Space: tab, line feed, vertical tab, form feed, carriage return, space.
        for token in literal.split(|byte| matches!(byte, 9..=13 | b' ')) {
            if !token.is_empty() {
                each(token);
            }
        }
        return;
    }
    let mut start = 0;
    let mut at = 0;
    for chunk in literal.utf8_chunks() {
        for c in chunk.valid().chars() {
            let next = at + c.len_utf8();
            if c.is_whitespace() {
                emit(literal, start, at, &mut each);
                start = next;
            }
            at = next;
        }
        at += chunk.invalid().len();
    }
    emit(literal, start, at, &mut each);
}

fn emit(literal: &[u8], start: usize, end: usize, each: &mut impl FnMut(&[u8])) {
    if let Some(token) = literal.get(start..end)
        && !token.is_empty()
    {
        each(token);
    }
}

/// The three kinds of token, kept apart so that a word is not looked for among numbers, nor a number among words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// No ASCII digit.
    Words = 0,
    /// At least one ASCII digit; all else is ASCII that is no letter, or the sentinel.
    Numbers = 1,
    /// Everything else.
    Mixed = 2,
}

impl Class {
    pub(crate) const ALL: [Self; 3] = [Self::Words, Self::Numbers, Self::Mixed];

    /// The class of a token.
    pub(crate) fn of(token: &[u8]) -> Self {
        if !token.iter().any(u8::is_ascii_digit) {
            Self::Words
        } else if token.iter().all(|&byte| in_numbers(byte)) {
            Self::Numbers
        } else {
            Self::Mixed
        }
    }

    /// Whether a token of this class can contain `part`.
    pub(crate) fn can_contain(self, part: &[u8]) -> bool {
        match self {
            Self::Words => !part.iter().any(u8::is_ascii_digit),
            Self::Numbers => part.iter().all(|&byte| in_numbers(byte)),
            Self::Mixed => true,
        }
    }
}

fn in_numbers(byte: u8) -> bool {
    byte == crate::literal::SENTINEL || (byte.is_ascii() && !byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_simple_and_char_by_char() {
        assert_eq!(fold("ÄÖÜ Straße STRASSE ẞ ſ K Σς İ ǅ"), "äöü straße strasse ß s k σσ İ ǆ");
    }

    #[test]
    fn the_two_ways_of_folding_agree() {
        for text in ["", "ABC 12", "Ünï ſ", "日本 ΑΒΓ"] {
            let mut out = Vec::new();
            append_folded(text.as_bytes(), &mut out);
            assert_eq!(out, fold(text).into_bytes());
        }
    }

    #[test]
    fn tokens_end_at_every_unicode_white_space() {
        let text = "a\u{2003}b\u{85}c\u{a0}d\u{3000}e\u{200b}f\tg";
        let mut seen = Vec::new();
        tokens(text.as_bytes(), |token| seen.push(String::from_utf8_lossy(token).into_owned()));
        assert_eq!(seen, ["a", "b", "c", "d", "e\u{200b}f", "g"]);
        let mut plain = Vec::new();
        tokens(b"  x  \xFF y", |token| plain.push(token.to_vec()));
        assert_eq!(plain, [b"x".to_vec(), b"\xFF".to_vec(), b"y".to_vec()]);
    }

    #[test]
    fn classes_keep_words_and_numbers_apart() {
        assert_eq!(Class::of("straße,".as_bytes()), Class::Words);
        assert_eq!(Class::of(b"#6154"), Class::Numbers);
        assert_eq!(Class::of(b"ws-142"), Class::Mixed);
        assert_eq!(Class::of("４2".as_bytes()), Class::Mixed);
        for class in Class::ALL {
            assert!(class.can_contain(b""));
        }
    }
}
