//! Values in the order in which they came.

use event::personal::Fit;

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
        self.values.iter().map(|value| {
            let folded_end = value.begin + value.folded_bytes as usize;
            let spelled_end = folded_end + value.spelled_bytes as usize;
            let text = |range| self.texts.get(range).unwrap_or_default();
            (text(value.begin..folded_end), text(folded_end..spelled_end), value.holder)
        })
    }

    pub(super) fn visit(&self, fit: Fit, folded: &str, each: &mut impl FnMut(Holder, &str)) {
        for (known, spelled, holder) in self.iter().filter(|(known, ..)| fit.holds(known, folded)) {
            each(holder, if spelled.is_empty() { known } else { spelled });
        }
    }
}

/// Room for an eighth more: doubling would hold as much again for nothing.
fn room_to_grow(len: usize) -> usize {
    (len / 8).max(64)
}
