//! Needles that begin or end inside an identity's value and go on outside it ("Lehmann exported").
//!
//! Admission replaces a value only where it is bounded by non-alphanumerics, so a border never lies between two
//! alphanumerics. Of the identities, only those can take part whose value fits the needle at such a border: its end is a
//! beginning of the needle, its beginning an end of the needle, or it stands in the needle whole. Their rows are read
//! and decided on the rendered text; values of all others are walls there that no match crosses, which loses none.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use event::Entry;
use event::personal::Fit;
use roaring::RoaringBitmap;
use segment::index::fold;
use segment::{Field, Needle, Text};

use super::{Plan, Rows};
use crate::context::Context;
use crate::error::{SearchError, Spent};

/// How the visible identities meet a needle.
#[derive(Debug, Default, Clone)]
pub(crate) struct Touches {
    /// Digest and pointer of each value that contains the needle, by pointer.
    pub(super) inside: Vec<([u8; 32], String)>,
    /// Each value that can lie across a border of the needle.
    across: Vec<Touch>,
}

#[derive(Debug, Clone)]
struct Touch {
    digest: [u8; 32],
    pointer: String,
    value: String,
    /// The part of the needle that would lie in the value, in bytes of the folded needle.
    part: Range<usize>,
}

impl Touches {
    /// Compares the visible identities that are held open with the needle. Cost: one look inside all of them, and for each border of the
    /// needle look-ups of what lies before, behind and up to each later border.
    ///
    /// # Errors
    /// [`SearchError::OverBudget`]: a needle of thousands of borders costs millions of look-ups.
    pub(crate) fn find(context: &Context<'_>, needle: &str, folded: bool) -> Result<Self, SearchError> {
        let needle = if folded { fold(needle) } else { needle.to_owned() };
        let mut touches = Self::default();
        let look = |fit: Fit, text: &str, take: &mut dyn FnMut([u8; 32], &str, &str)| {
            // What fits in exact case also fits folded.
            let wanted = if folded { Cow::Borrowed(text) } else { Cow::Owned(fold(text)) };
            context.identities.fitting(fit, &wanted, &mut |digest, pointer, value| {
                if folded || fit.holds(value, text) {
                    take(*digest, pointer, value);
                }
            });
        };
        look(Fit::Inside, &needle, &mut |digest, pointer, _| touches.inside.push((digest, pointer.to_owned())));
        touches.inside.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        let borders = borders(&needle);
        for (nth, &at) in borders.iter().enumerate() {
            if (context.over_budget)() {
                return Err(SearchError::OverBudget(Spent::Time));
            }
            let (before, after) = needle.split_at(at);
            let mut touch = |fit: Fit, text: &str, part: Range<usize>| {
                look(fit, text, &mut |digest, pointer, value| {
                    // Neither side of a border is empty, so no empty value fits.
                    let (pointer, value, part) = (pointer.to_owned(), value.to_owned(), part.clone());
                    touches.across.push(Touch { digest, pointer, value, part });
                });
            };
            touch(Fit::Ends, before, 0..at);
            touch(Fit::Begins, after, at..needle.len());
            for &end in borders.iter().skip(nth + 1) {
                touch(Fit::Whole, needle.get(at..end).unwrap_or_default(), at..end);
            }
        }
        Ok(touches)
    }

    /// Compares one more value with the needle, folded if it is; `borders` are the needle's.
    fn compare(&mut self, needle: &str, borders: &[usize], (digest, pointer): (&[u8; 32], &str), value: &str) {
        if value.contains(needle) {
            self.inside.push((*digest, pointer.to_owned()));
        }
        let mut touch = |fit: Fit, part: Range<usize>| {
            if needle.get(part.clone()).is_some_and(|text| fit.holds(value, text)) {
                let (pointer, value) = (pointer.to_owned(), value.to_owned());
                self.across.push(Touch { digest: *digest, pointer, value, part });
            }
        };
        for (nth, &at) in borders.iter().enumerate() {
            touch(Fit::Ends, 0..at);
            touch(Fit::Begins, at..needle.len());
            borders.iter().skip(nth + 1).for_each(|&end| touch(Fit::Whole, at..end));
        }
    }

    /// Whether no visible identity has anything to do with the needle.
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.across.is_empty()
    }

    /// Whether a value can lie across a border of the needle.
    pub(super) fn reach_across(&self) -> bool {
        !self.across.is_empty()
    }
}

/// Where a value's border can lie in the needle: strictly inside, and not between two alphanumerics.
fn borders(needle: &str) -> Vec<usize> {
    let mut before: Option<char> = None;
    let mut found = Vec::new();
    for (at, after) in needle.char_indices() {
        if before.is_some_and(|before| !(before.is_alphanumeric() && after.is_alphanumeric())) {
            found.push(at);
        }
        before = Some(after);
    }
    found
}

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
            };
            let values = values.get(&row).map(Vec::as_slice).unwrap_or_default();
            runs(raw, values)
                .iter()
                .any(|run| if needle.fold { fold(run).contains(&plain) } else { run.contains(&plain) })
        })
    }

    /// Leaves of `rows` those that can have `side` of the needle beside the value: where no other value reaches into
    /// that side, it must stand in the literal text.
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
        // Before any is read: too many cost nothing.
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
