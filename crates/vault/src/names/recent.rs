//! Values in the order in which they came.

use std::ops::Range;

use event::personal::Fit;
use memchr::memmem::Finder;

use super::{Holder, VALUE_BYTES};

/// Values that came since the last sorting.
#[derive(Default)]
pub(super) struct Recent {
    /// The folding of each value, and behind it the value, unless that is the same.
    texts: String,
    values: Vec<Value>,
}

struct Value {
    /// Where its folding begins.
    begin: usize,
    folded_bytes: u32,
    /// None for a value that is its own folding.
    spelled_bytes: u32,
    holder: Holder,
}

impl Recent {
    /// Adds a value and its folding.
    pub(super) fn push(&mut self, value: &str, folded: &str, holder: Holder) {
        let begin = self.texts.len();
        let spelled = if value == folded { "" } else { value };
        if self.values.len() == self.values.capacity() {
            self.values.reserve_exact(room_to_grow(self.values.len()));
        }
        if begin + folded.len() + spelled.len() > self.texts.capacity() {
            self.texts.reserve_exact(folded.len() + spelled.len() + room_to_grow(begin));
        }
        self.texts.push_str(folded);
        self.texts.push_str(spelled);
        let bytes = |text: &str| u32::try_from(text.len()).expect("disclosures are shorter than a mebibyte");
        self.values.push(Value { begin, folded_bytes: bytes(folded), spelled_bytes: bytes(spelled), holder });
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The bytes they will take.
    pub(super) fn bytes(&self) -> usize {
        self.texts.len() + self.values.len() * VALUE_BYTES
    }

    /// Folding, spelling (empty if it is the same) and holder of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str, Holder)> {
        self.values.iter().map(|value| (self.text(value.folded()), self.text(value.spelled()), value.holder))
    }

    pub(super) fn visit(&self, fit: Fit, text: &[u8], each: &mut impl FnMut(Holder, &str)) {
        let inside = Finder::new(text);
        for value in &self.values {
            let folded = self.texts.as_bytes().get(value.folded()).unwrap_or_default();
            let holds = match fit {
                Fit::Inside => inside.find(folded).is_some(),
                Fit::Begins => folded.starts_with(text),
                Fit::Ends => folded.ends_with(text),
                Fit::Whole => folded == text,
            };
            if holds {
                let shown = if value.spelled_bytes == 0 { value.folded() } else { value.spelled() };
                each(value.holder, self.text(shown));
            }
        }
    }

    fn text(&self, range: Range<usize>) -> &str {
        self.texts.get(range).unwrap_or_default()
    }
}

impl Value {
    fn folded(&self) -> Range<usize> {
        self.begin..self.begin + self.folded_bytes as usize
    }

    fn spelled(&self) -> Range<usize> {
        let begin = self.folded().end;
        begin..begin + self.spelled_bytes as usize
    }
}

/// Room for an eighth more: doubling would hold as much again for nothing.
fn room_to_grow(len: usize) -> usize {
    (len / 8).max(64)
}
