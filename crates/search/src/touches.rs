//! How visible identities meet a needle.

use std::borrow::Cow;
use std::ops::Range;

use event::personal::Fit;
use index::fold;

use crate::context::Context;
use crate::error::{SearchError, Spent};

/// How the visible identities meet a needle.
#[derive(Debug, Default, Clone)]
pub(crate) struct Touches {
    /// Digest and pointer of each value that contains the needle, by pointer.
    pub(crate) inside: Vec<([u8; 32], String)>,
    /// Each value that can lie across a border of the needle.
    pub(crate) across: Vec<Touch>,
}

#[derive(Debug, Clone)]
pub(crate) struct Touch {
    pub(crate) digest: [u8; 32],
    pub(crate) pointer: String,
    pub(crate) value: String,
    /// The part of the needle that would lie in the value, in bytes of the folded needle.
    pub(crate) part: Range<usize>,
}

impl Touches {
    /// Compares the visible identities with the needle. Cost: one look inside all of them, and for each border of the
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
                    let pointer = pointer.to_owned();
                    let value = value.to_owned();
                    let part = part.clone();
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
    pub(crate) fn compare(
        &mut self,
        needle: &str,
        borders: &[usize],
        (digest, pointer): (&[u8; 32], &str),
        value: &str,
    ) {
        if value.contains(needle) {
            self.inside.push((*digest, pointer.to_owned()));
        }
        let mut touch = |fit: Fit, part: Range<usize>| {
            if needle.get(part.clone()).is_some_and(|text| fit.holds(value, text)) {
                let pointer = pointer.to_owned();
                let value = value.to_owned();
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
    pub(crate) fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.across.is_empty()
    }

    /// Whether a value can lie across a border of the needle.
    pub(crate) fn reach_across(&self) -> bool {
        !self.across.is_empty()
    }
}

/// Where a value's border can lie in the needle: strictly inside, and not between two alphanumerics.
pub(crate) fn borders(needle: &str) -> Vec<usize> {
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
