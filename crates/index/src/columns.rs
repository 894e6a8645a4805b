//! What questions may ask of one row. The builder and the tail's buffer both take it from here, so they agree.

use event::Entry;

use crate::field::{Field, Text};
use crate::fold::append_folded;
use crate::line_values::line_values;
use crate::literal::append_literal;

/// What stands for a client's address (spec/vault.md, "Address values"): whose it is, and the address under their key.
pub type AddressValue = [u8; 32];

/// What the index keeps of a row beside its line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowExtra {
    /// What stands for the client's address, from the vault; absent where the entry has none, or its person is erased.
    pub address: Option<AddressValue>,
    /// Digests of the identity disclosures behind the line's `personal`, in its order, absent ones left out.
    pub identity: Vec<[u8; 32]>,
}

/// The values, texts and placeholders of one row, in two allocations that can be used again.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Order time of the row, µs UTC.
    pub order_time_us: i64,
    bytes: Vec<u8>,
    /// Values by field, so that looking at one field of many rows touches little memory; then placeholders by text.
    spans: Vec<Span>,
    /// Where each field's values end, then each text's placeholders.
    ends: [u16; FIELDS + Text::ALL.len()],
    texts: [Option<TextSpans>; Text::ALL.len()],
}

const FIELDS: usize = Field::ALL.len();

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
struct TextSpans {
    literal: Span,
    folded: Span,
}

impl Columns {
    /// Replaces the content by that of an entry.
    pub fn fill(&mut self, entry: &Entry<'_>, extra: &RowExtra) {
        self.bytes.clear();
        self.spans.clear();
        self.texts = Default::default();
        self.order_time_us = entry.order_time_us();
        for (field, nth) in Field::ALL.into_iter().zip(0..) {
            self.fill_field(field, entry, extra);
            self.end(nth);
        }
        for (text, nth) in Text::ALL.into_iter().zip(FIELDS..) {
            if let Some(raw) = text_of(entry, text) {
                self.fill_text(text, raw);
            }
            self.end(nth);
        }
    }

    /// Ends the spans of a field or a text.
    fn end(&mut self, nth: usize) {
        if let Some(end) = self.ends.get_mut(nth) {
            // A line of 256 KiB has no room for 2^16 persons or placeholders.
            *end = u16::try_from(self.spans.len()).unwrap_or(u16::MAX);
        }
    }

    /// The values of a field; none twice.
    #[inline]
    pub fn values(&self, field: Field) -> impl Iterator<Item = &[u8]> {
        self.spans_of(usize::from(field.number()))
    }

    #[inline]
    fn spans_of(&self, nth: usize) -> impl Iterator<Item = &[u8]> {
        let end = |nth: usize| self.ends.get(nth).map_or(0, |&end| usize::from(end));
        let start = nth.checked_sub(1).map_or(0, end);
        self.spans.get(start..end(nth)).unwrap_or_default().iter().map(|span| self.at(*span))
    }

    /// The literal of a text: unfolded, placeholders as sentinels.
    #[inline]
    #[must_use]
    pub fn literal(&self, text: Text) -> Option<&[u8]> {
        self.text_spans(text).map(|spans| self.at(spans.literal))
    }

    /// The folding of [`Self::literal`].
    #[inline]
    #[must_use]
    pub fn folded(&self, text: Text) -> Option<&[u8]> {
        self.text_spans(text).map(|spans| self.at(spans.folded))
    }

    /// The pointers of all placeholders in the texts; a pair may occur again.
    #[inline]
    pub fn placeholders(&self) -> impl Iterator<Item = (Text, &[u8])> {
        Text::ALL.into_iter().flat_map(|text| self.placeholders_of(text).map(move |pointer| (text, pointer)))
    }

    /// As [`Self::placeholders`], of one text.
    pub(crate) fn placeholders_of(&self, text: Text) -> impl Iterator<Item = &[u8]> {
        self.spans_of(FIELDS + usize::from(text.number()))
    }

    fn fill_field(&mut self, field: Field, entry: &Entry<'_>, extra: &RowExtra) {
        let first = self.spans.len();
        match field {
            Field::Address => {
                if let Some(address) = &extra.address {
                    self.push(&[address]);
                }
            }
            Field::Identity => {
                for digest in &extra.identity {
                    self.push_new(first, &[digest]);
                }
            }
            _ => line_values(entry, field, |value| self.push_new(first, value)),
        }
    }

    fn fill_text(&mut self, text: Text, raw: &str) {
        let start = self.here();
        let mut pointers = Vec::new();
        append_literal(raw, &mut self.bytes, |pointer| pointers.push(pointer));
        let literal = Span { start, end: self.here() };
        let folded = self.fold(literal);
        if let Some(spans) = self.texts.get_mut(usize::from(text.number())) {
            *spans = Some(TextSpans { literal, folded });
        }
        for pointer in pointers {
            self.push(&[pointer.as_bytes()]);
        }
    }

    /// Appends the folding of a literal, unless folding changes nothing.
    fn fold(&mut self, literal: Span) -> Span {
        let start = self.here();
        let literal_range = literal.start as usize..literal.end as usize;
        if self.at(literal).is_ascii() {
            self.bytes.extend_from_within(literal_range);
            self.bytes.iter_mut().skip(start as usize).for_each(|byte| byte.make_ascii_lowercase());
        } else {
            let copy = self.at(literal).to_vec();
            append_folded(&copy, &mut self.bytes);
        }
        let folded = Span { start, end: self.here() };
        if self.at(folded) == self.at(literal) {
            self.bytes.truncate(start as usize);
            return literal;
        }
        folded
    }

    fn push(&mut self, parts: &[&[u8]]) {
        let span = self.append(parts);
        self.spans.push(span);
    }

    /// Pushes a value unless it is among those from `first` on, its field's.
    fn push_new(&mut self, first: usize, parts: &[&[u8]]) {
        let span = self.append(parts);
        let value = self.at(span);
        if self.spans.get(first..).unwrap_or_default().iter().any(|other| self.at(*other) == value) {
            self.bytes.truncate(span.start as usize);
        } else {
            self.spans.push(span);
        }
    }

    fn append(&mut self, parts: &[&[u8]]) -> Span {
        let start = self.here();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        Span { start, end: self.here() }
    }

    fn here(&self) -> u32 {
        // A line is at most 256 KiB, and each of its bytes lands here at most a few times.
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }

    #[inline]
    fn at(&self, span: Span) -> &[u8] {
        self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    #[inline]
    fn text_spans(&self, text: Text) -> Option<TextSpans> {
        self.texts.get(usize::from(text.number())).copied().flatten()
    }
}

/// A text as it stands in the line, placeholders and doubled braces included.
pub(crate) fn text_of<'e>(entry: &'e Entry<'_>, text: Text) -> Option<&'e str> {
    match text {
        Text::Description => Some(&entry.description),
        Text::ResourceName => entry.resource.as_ref()?.name.as_deref(),
        Text::ActorName => entry.actor.name.as_deref(),
        Text::Reason => entry.reason.as_deref(),
    }
}
