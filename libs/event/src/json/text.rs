use std::borrow::Cow;

/// A JSON string as it stands in the text: checked, not yet decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escapes: Escapes,
}

/// Whether a string holds escapes. A whole word, so that a [`super::Token`] has no padding: copying one that has is what
/// reading spent a third of its time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Escapes {
    None,
    Some,
}

impl<'a> Text<'a> {
    pub(super) fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escapes: if escaped { Escapes::Some } else { Escapes::None } }
    }

    pub(super) fn is_escaped(&self) -> bool {
        self.escapes == Escapes::Some
    }

    /// The bytes between the quotes.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The bytes between the quotes, where they are the characters it stands for: there is no escape among them.
    #[must_use]
    #[inline]
    pub fn plain(&self) -> Option<&'a str> {
        (!self.is_escaped()).then_some(self.raw)
    }

    /// The characters it stands for. Allocates only if it holds an escape.
    #[must_use]
    #[inline]
    pub fn decode(&self) -> Cow<'a, str> {
        if self.is_escaped() { Cow::Owned(decode(self.raw)) } else { Cow::Borrowed(self.raw) }
    }

    /// Whether it stands for the same characters as `other`.
    #[must_use]
    #[inline]
    pub fn same(&self, other: &Self) -> bool {
        if self.is_escaped() || other.is_escaped() { self.decode() == other.decode() } else { self.raw == other.raw }
    }

    /// Whether it stands for exactly these characters.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        if self.is_escaped() { decode(self.raw) == other } else { self.raw == other }
    }
}

/// Resolves escapes the scanner has checked.
fn decode(raw: &str) -> String {
    crate::work::count(raw.len());
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = after.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let first = unit(&mut chars);
                let code = if (0xD800..0xDC00).contains(&first) {
                    chars.next();
                    chars.next();
                    0x1_0000 + ((first - 0xD800) << 10) + (unit(&mut chars).wrapping_sub(0xDC00) & 0x3FF)
                } else {
                    first
                };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

fn unit(chars: &mut std::str::Chars<'_>) -> u32 {
    (0..4).fold(0, |unit, _| unit << 4 | chars.next().and_then(|c| c.to_digit(16)).unwrap_or_default())
}
