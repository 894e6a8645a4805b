use memchr::memmem::Finder;

use crate::bytes::{Bytes, take};
use crate::format::TOKENS_PER_STEP;
use crate::packed::Bits;
use crate::sets::SetRef;

/// The tokens of one text and class, all of a single row each, or all of several.
#[derive(Clone, Copy)]
pub(crate) struct TokenList<'b> {
    count: usize,
    rows: u32,
    steps: Bytes<'b>,
    sets: TokenSets<'b>,
    blob: Bytes<'b>,
}

#[derive(Clone, Copy)]
enum TokenSets<'b> {
    Single(Bits<'b>),
    Refs(Bytes<'b>),
}

/// Where in a token a part of a needle must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Anywhere.
    Inside,
    /// At the beginning.
    Prefix,
    /// At the end.
    Suffix,
    /// It is the whole token.
    Whole,
}

impl Edge {
    /// What to scan for: the part with the line feeds that bound it.
    fn pattern(self, part: &[u8]) -> Vec<u8> {
        let mut pattern = Vec::with_capacity(part.len() + 2);
        if matches!(self, Self::Prefix | Self::Whole) {
            pattern.push(b'\n');
        }
        pattern.extend_from_slice(part);
        if matches!(self, Self::Suffix | Self::Whole) {
            pattern.push(b'\n');
        }
        pattern
    }
}

impl<'b> TokenList<'b> {
    pub(super) fn parse(section: Bytes<'b>, single: bool, rows: u32) -> Option<Self> {
        let count = section.u32_at(0)? as usize;
        let blob_len = section.u32_at(4)? as usize;
        let row_bits = u32::try_from(section.u64_at(8)?).ok()?;
        let mut rest = section.behind(16)?;
        let steps = take(&mut rest, count.div_ceil(TOKENS_PER_STEP).checked_mul(4)?)?;
        let sets = if single {
            TokenSets::Single(Bits::take(&mut rest, count, row_bits)?)
        } else {
            TokenSets::Refs(take(&mut rest, count.checked_mul(SetRef::BYTES)?)?)
        };
        let blob = take(&mut rest, blob_len)?;
        let bounded = blob.get(0..1)? == b"\n" && blob.get(blob_len.checked_sub(1)?..blob_len)? == b"\n";
        bounded.then_some(Self { count, rows, steps, sets, blob })
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Whether it has the same tokens in the same places, whatever their rows.
    pub(crate) fn has_the_tokens_of(&self, other: &Self) -> bool {
        self.count == other.count && self.steps.is_same_as(&other.steps) && self.blob.is_same_as(&other.blob)
    }

    /// How many bytes a scan reads.
    pub(crate) fn bytes(&self) -> usize {
        self.blob.len()
    }

    /// Calls `each` with the row set of every token that has `part` at its `edge`; `part` is not empty.
    /// Cost: one scan of the tokens. `None` is damage.
    pub(crate) fn find(&self, part: &[u8], edge: Edge, mut each: impl FnMut(SetRef) -> Option<()>) -> Option<()> {
        let pattern = edge.pattern(part);
        let finder = Finder::new(&pattern);
        let blob = self.blob.all()?;
        let mut cursor = Cursor::default();
        let mut at = 0;
        while let Some(found) = finder.find(blob.get(at..)?) {
            // A leading line feed belongs to the token before.
            let inside = at + found + usize::from(pattern.first() == Some(&b'\n'));
            each(self.set(cursor.token_at(self, blob, inside)?)?)?;
            // The next token begins behind this one's line feed, which may be the first byte of the next match.
            at = inside + memchr::memchr(b'\n', blob.get(inside..)?)?;
        }
        Some(())
    }

    /// All tokens in the order of their bytes, each with its row set.
    pub(crate) fn cursor(self) -> TokenCursor<'b> {
        TokenCursor { list: self, token: 0, at: 1 }
    }

    /// The rows of the token at a place; `None` is damage (or `token >= len()`).
    #[inline]
    pub(crate) fn set(&self, token: usize) -> Option<SetRef> {
        if token >= self.count {
            return None;
        }
        match self.sets {
            TokenSets::Single(rows) => {
                let row = u32::try_from(rows.get(token)?).ok().filter(|&row| row < self.rows)?;
                Some(SetRef { rows: 1, at: row })
            }
            TokenSets::Refs(refs) => refs.array(token.checked_mul(SetRef::BYTES)?).map(SetRef::from_bytes),
        }
    }
}

/// Bytes looked at for the end of a token, before more are.
const TOKEN_BYTES_USUAL: usize = 256;

/// Goes through all tokens.
pub(crate) struct TokenCursor<'b> {
    list: TokenList<'b>,
    token: usize,
    /// Where the next token begins.
    at: usize,
}

impl<'b> TokenCursor<'b> {
    /// The next token and its rows; `None` behind the last. The outer `None` is damage.
    pub(crate) fn next(&mut self) -> Option<Option<(&'b [u8], SetRef)>> {
        if self.token >= self.list.count {
            return Some(None);
        }
        let mut window = TOKEN_BYTES_USUAL;
        let token = loop {
            let rest = self.list.blob.some(self.at, window)?;
            match memchr::memchr(b'\n', rest) {
                Some(end) => break rest.get(..end)?,
                None if rest.len() < window => return None,
                None => window *= 16,
            }
        };
        let set = self.list.set(self.token)?;
        (self.token, self.at) = (self.token + 1, self.at + token.len() + 1);
        Some(Some((token, set)))
    }
}

/// Numbers the tokens at ascending places of the blob.
#[derive(Default)]
struct Cursor {
    step: usize,
}

impl Cursor {
    fn token_at(&mut self, list: &TokenList<'_>, blob: &[u8], place: usize) -> Option<usize> {
        let steps = list.steps.len() / 4;
        // Galloping: hits are often close to each other, and sometimes far apart.
        let mut jump = 1;
        while self.step + jump < steps && list.steps.nth_u32(self.step + jump)? as usize <= place {
            self.step += jump;
            jump *= 2;
        }
        while jump > 1 {
            jump /= 2;
            if self.step + jump < steps && list.steps.nth_u32(self.step + jump)? as usize <= place {
                self.step += jump;
            }
        }
        let start = list.steps.nth_u32(self.step)? as usize;
        let behind = memchr::memchr_iter(b'\n', blob.get(start..place)?).count();
        Some(self.step * TOKENS_PER_STEP + behind)
    }
}
