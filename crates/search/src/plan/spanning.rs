//! Needles that begin or end inside an identity's value and go on outside it ("Lehmann exported").
//!
//! Admission replaces a value only where it is bounded by non-alphanumerics, so a border never lies between two alphanumerics.
//! Only identities whose value fits the needle at such a border can take part: the value's end is a beginning of the needle, its
//! beginning is an end of the needle, or the needle holds it whole. Lines of their rows are rendered with these values and
//! searched. The values of all other identities are walls there that no match crosses; no match is lost by that.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use event::Entry;
use index::{Field, Needle, Text, fold};
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::error::SearchError;
use crate::touches::{Touch, Touches, borders};

impl Plan<'_> {
    /// How the visible identities meet a needle: those held open, and of the others those in this part.
    pub(super) fn touches(&self, needle: &str, folded: bool) -> Result<Arc<Touches>, SearchError> {
        let open = self.question.touches(needle, folded)?;
        if self.question.context.identities.are_all_open() {
            return Ok(open);
        }
        let needle = if folded { fold(needle) } else { needle.to_owned() };
        let borders = borders(&needle);
        let mut touches = Touches::clone(&open);
        self.question.others(self.part, &mut |digest, pointer, value| {
            let value = if folded { Cow::Owned(fold(value)) } else { Cow::Borrowed(value) };
            touches.compare(&needle, &borders, (digest, pointer), &value);
        })?;
        touches.inside.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        touches.inside.dedup();
        Ok(Arc::new(touches))
    }

    /// The rows among `open` where the needle lies across the border of a value.
    pub(super) fn spanning(
        &self,
        text: Text,
        needle: &Needle,
        touches: &Touches,
        open: &Rows,
    ) -> Result<RoaringBitmap, SearchError> {
        let plain = if needle.fold { fold(&needle.text) } else { needle.text.clone() };
        let mut values: Values<'_> = HashMap::new();
        for touch in &touches.across {
            let placed = open.meet(self.part.with_placeholder(text, &touch.pointer)?);
            if placed.is_empty() {
                continue;
            }
            let mut rows = placed.meet(self.part.equal(Field::Identity, &touch.digest)?);
            let sides = [(plain.get(..touch.part.start), true), (plain.get(touch.part.end..), false)];
            for (side, before) in sides {
                rows = self.beside(text, side.unwrap_or_default(), before, needle.fold, touch, touches, rows)?;
            }
            for row in rows.to_set() {
                values.entry(row).or_default().push((&touch.pointer, &touch.value));
            }
        }
        let rows = Rows::Set(values.keys().copied().collect());
        self.on_lines_with(&rows, |row, entry| {
            let raw = match text {
                Text::Description => entry.description.as_ref(),
                Text::ResourceName => entry.resource.as_ref().and_then(|it| it.name.as_deref()).unwrap_or_default(),
                Text::ActorName => entry.actor.name.as_deref().unwrap_or_default(),
                Text::Reason => entry.reason.as_deref().unwrap_or_default(),
            };
            let values = values.get(&row).map(Vec::as_slice).unwrap_or_default();
            runs(raw, values)
                .iter()
                .any(|run| if needle.fold { fold(run).contains(&plain) } else { run.contains(&plain) })
        })
    }

    /// Keeps those of `rows` that can have `side` of the needle beside the value. Where no other value reaches into that side, it
    /// must stand in the literal text.
    #[expect(clippy::too_many_arguments, reason = "one step of `spanning`, cut out to be read alone")]
    fn beside(
        &self,
        text: Text,
        side: &str,
        before: bool,
        fold: bool,
        touch: &Touch,
        touches: &Touches,
        rows: Rows,
    ) -> Result<Rows, SearchError> {
        let reaches = |other: &&Touch| {
            if before { other.part.end <= touch.part.start } else { other.part.start >= touch.part.end }
        };
        let words = side.trim();
        if rows.is_empty()
            || !words.contains(char::is_alphanumeric)
            || touches.across.iter().any(|other| reaches(&other))
        {
            return Ok(rows);
        }
        let needle = Needle { text: words.to_owned(), fold };
        let literal = self.ask(&rows, |ask| self.part.text_contains(text, &needle, ask))?;
        Ok(rows.meet(literal))
    }
}

/// Pointers and values of the identities that matter at a row.
pub(super) type Values<'v> = HashMap<u32, Vec<(&'v str, &'v str)>>;

/// Renders a raw text of a line with these values; a placeholder without one ends a run and begins another.
pub(super) fn runs(raw: &str, values: &[(&str, &str)]) -> Vec<String> {
    let mut done = Vec::new();
    let mut run = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('{') {
        run.push_str(before);
        if let Some(behind) = after.strip_prefix('{') {
            run.push('{');
            rest = behind;
        } else if let Some((pointer, behind)) = after.split_once('}') {
            match values.iter().find(|(known, _)| *known == pointer) {
                Some((_, value)) => run.push_str(value),
                None => done.push(std::mem::take(&mut run)),
            }
            rest = behind;
        } else {
            run.push('{');
            rest = after;
        }
    }
    run.push_str(rest);
    done.push(run);
    done
}

/// Lines read between two looks at the budget: a few milliseconds' worth.
const LINES_BETWEEN_LOOKS: usize = 256;

impl Plan<'_> {
    /// The rows among `rows` whose line passes.
    pub(super) fn on_lines(
        &self,
        rows: &Rows,
        passes: impl Fn(&Entry<'_>) -> bool,
    ) -> Result<RoaringBitmap, SearchError> {
        self.on_lines_with(rows, |_, entry| passes(entry))
    }

    pub(super) fn on_lines_with(
        &self,
        rows: &Rows,
        passes: impl Fn(u32, &Entry<'_>) -> bool,
    ) -> Result<RoaringBitmap, SearchError> {
        let mut found = RoaringBitmap::new();
        // Asked before any line is read, so that too many cost nothing.
        self.question.keep_going(rows.len())?;
        let rows = rows.to_set();
        let mut rows = rows.iter();
        loop {
            let some: Vec<u32> = rows.by_ref().take(LINES_BETWEEN_LOOKS).collect();
            if some.is_empty() {
                return Ok(found);
            }
            self.question.keep_going(0)?;
            let mut wrong = None;
            self.part.lines(&some, &mut |row, line| match Entry::parse(line) {
                Ok(entry) if passes(row, &entry) => {
                    found.insert(row);
                }
                Ok(_) => {}
                Err(source) => wrong = Some(SearchError::Line { leaf: self.part.leaf(row), source }),
            })?;
            if let Some(wrong) = wrong {
                return Err(wrong);
            }
        }
    }
}
