//! Rows by what their texts contain.

use std::sync::atomic::Ordering;

use roaring::RoaringBitmap;

use super::{Indexed, Lines};
use crate::ask::Ask;
use crate::columns::text_of;
use crate::field::Text;
use crate::fold::{Class, append_folded, tokens};
use crate::format::{FACT_PLACEHOLDER, FACT_PRESENT, Kind};
use crate::literal::append_literal;
use crate::needle::Needle;
use crate::needle::{Matcher, Plan};
use crate::read::Edge;
use crate::sets::Union;

impl<L: Lines> Indexed<L> {
    /// Returns the rows whose literal `text` contains `needle`. Nothing matches in a placeholder or across it.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn text_contains(&self, text: Text, needle: &Needle, ask: &Ask<'_>) -> Result<RoaringBitmap, L::Error> {
        let mut candidates = match Plan::new(needle) {
            Plan::All => return self.rows_with_text(text),
            Plan::Inside { part, confirm: false } => return self.rows_with_part(text, &part, Edge::Inside, ask.within),
            Plan::Inside { part, confirm: true } => self.rows_with_part(text, &part, Edge::Inside, ask.within)?,
            Plan::Across { first, middle, last } => {
                let middle = middle.iter().map(|part| (part.as_slice(), Edge::Whole));
                let ends = [(first.as_slice(), Edge::Suffix), (last.as_slice(), Edge::Prefix)];
                self.rows_with_parts(text, ends.into_iter().chain(middle), ask.within)?
            }
        };
        if let Some(within) = ask.within {
            candidates &= within;
        }
        let matcher = Matcher::new(needle);
        let mut literal = Vec::new();
        self.confirm(&candidates, ask, |entry| {
            literal.clear();
            text_of(entry, text).is_some_and(|raw| {
                append_literal(raw, &mut literal, |_| {});
                matcher.matches(&literal)
            })
        })
    }

    /// Returns the rows whose `text` holds the placeholder `{pointer}`. The empty pointer: rows whose text holds any.
    ///
    /// # Errors
    /// [`Lines::Error`].
    pub fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, L::Error> {
        let key = [FACT_PLACEHOLDER, pointer.as_bytes()].concat();
        self.lookup(Kind::TextFacts.of_text(text, 0), &key).map(Option::unwrap_or_default)
    }

    pub(super) fn rows_with_text(&self, text: Text) -> Result<RoaringBitmap, L::Error> {
        self.lookup(Kind::TextFacts.of_text(text, 0), FACT_PRESENT).map(Option::unwrap_or_default)
    }

    /// The rows whose text has every token of `raw`, itself a text as in a line: a superset of those equal to it.
    pub(super) fn rows_with_tokens_of(&self, text: Text, raw: &str) -> Result<RoaringBitmap, L::Error> {
        let mut literal = Vec::new();
        let mut folded = Vec::new();
        let mut parts = Vec::new();
        append_literal(raw, &mut literal, |_| {});
        append_folded(&literal, &mut folded);
        tokens(&folded, |token| parts.push(token.to_vec()));
        self.rows_with_parts(text, parts.iter().map(|part| (part.as_slice(), Edge::Whole)), None)
    }

    /// The rows that have every one of the parts; empty parts ask for nothing.
    fn rows_with_parts<'p>(
        &self,
        text: Text,
        parts: impl Iterator<Item = (&'p [u8], Edge)>,
        within: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap, L::Error> {
        let mut rows: Option<RoaringBitmap> = None;
        for (part, edge) in parts.filter(|(part, _)| !part.is_empty()) {
            let both = match rows {
                // From here on only the rows that are left matter.
                Some(rows) => self.rows_with_part(text, part, edge, Some(&rows))? & rows,
                None => self.rows_with_part(text, part, edge, within)?,
            };
            if both.is_empty() {
                return Ok(both);
            }
            rows = Some(both);
        }
        rows.map_or_else(|| self.rows_with_text(text), Ok)
    }

    /// The rows with a token that has `part` at its `edge`. With `within`, all such rows in it and maybe others. Reads no line.
    fn rows_with_part(
        &self,
        text: Text,
        part: &[u8],
        edge: Edge,
        within: Option<&RoaringBitmap>,
    ) -> Result<RoaringBitmap, L::Error> {
        let index = self.index();
        let sets = index.sets()?;
        let mut union = Union::among(within);
        for class in Class::ALL.into_iter().filter(|class| class.can_contain(part)) {
            for kind in [Kind::Tokens, Kind::SingleTokens] {
                let name = kind.of_text(text, class as u8);
                if let Some(list) = index.tokens(name)? {
                    self.token_bytes.fetch_add(list.bytes() as u64, Ordering::Relaxed);
                    list.find(part, edge, |set| union.add(&sets, set)).ok_or_else(|| index.damaged(name))?;
                }
            }
        }
        Ok(union.finish())
    }
}
