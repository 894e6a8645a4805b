//! The values of open identities, folded and in order: a text is looked up among them by beginning, end or whole in
//! the time of a binary search, and anywhere inside by one scan over their bytes.

use event::personal::Fit;
use memchr::memmem::Finder;

/// A value of an identity: the digest of its disclosure, and which of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) digest: [u8; 32],
    pub(crate) nth: u32,
}

/// Values that came since the last sorting are looked through one by one; sorting again waits for at least so many,
/// and for a quarter of all, so that its cost stays a small part of taking values in.
const RECENT_MIN: usize = 1_024;

/// Stands between values: no text holds this byte.
const BETWEEN: u8 = 0xFF;

/// Folded values and who holds them.
#[derive(Default)]
pub(crate) struct Names {
    sorted: Sorted,
    recent: Vec<(Box<str>, Holder)>,
}

impl Names {
    /// Adds a value. Cost: amortised, a few comparisons.
    pub(crate) fn add(&mut self, folded: Box<str>, holder: Holder) {
        self.recent.push((folded, holder));
        if self.recent.len() >= RECENT_MIN.max(self.sorted.begins.len() / 4) {
            let recent = std::mem::take(&mut self.recent);
            self.sorted = Sorted::merge(&self.sorted, recent, |_| true);
        }
    }

    /// Drops every holder that `gone` names. Cost: one pass over all.
    pub(crate) fn drop_holders(&mut self, gone: impl Fn(&[u8; 32]) -> bool) {
        let recent = std::mem::take(&mut self.recent);
        self.sorted = Sorted::merge(&self.sorted, recent, |holder| !gone(&holder.digest));
    }

    /// Calls `each` with every holder of a value that relates so to `folded`, in no particular order.
    pub(crate) fn visit(&self, fit: Fit, folded: &str, mut each: impl FnMut(Holder)) {
        self.sorted.visit(fit, folded.as_bytes(), &mut each);
        for (value, holder) in &self.recent {
            if fit.holds(value, folded) {
                each(*holder);
            }
        }
    }
}

/// The sorted ones.
#[derive(Default)]
struct Sorted {
    /// Distinct values in order, [`BETWEEN`] behind each.
    bytes: Vec<u8>,
    /// Where each value begins.
    begins: Vec<usize>,
    /// The numbers of the values, ordered by their bytes read backwards.
    backwards: Vec<usize>,
    holders: Vec<Holder>,
    /// Where the holders of each value end.
    holder_ends: Vec<usize>,
}

impl Sorted {
    fn merge(old: &Self, mut recent: Vec<(Box<str>, Holder)>, keep: impl Fn(&Holder) -> bool) -> Self {
        recent.sort_by(|a, b| a.0.cmp(&b.0));
        let mut merged = Self::default();
        let mut recent = recent.iter().map(|(value, holder)| (value.as_bytes(), holder)).peekable();
        for at in 0..old.begins.len() {
            let value = old.value(at);
            while let Some((earlier, holder)) = recent.next_if(|(recent, _)| *recent < value) {
                merged.push(earlier, holder, &keep);
            }
            old.holders(at).iter().for_each(|holder| merged.push(value, holder, &keep));
        }
        recent.for_each(|(value, holder)| merged.push(value, holder, &keep));
        let mut backwards: Vec<usize> = (0..merged.begins.len()).collect();
        backwards.sort_unstable_by(|&a, &b| merged.value(a).iter().rev().cmp(merged.value(b).iter().rev()));
        merged.backwards = backwards;
        merged
    }

    /// Values come in order.
    fn push(&mut self, value: &[u8], holder: &Holder, keep: &impl Fn(&Holder) -> bool) {
        if !keep(holder) {
            return;
        }
        if self.begins.is_empty() || self.value(self.begins.len() - 1) != value {
            self.begins.push(self.bytes.len());
            self.bytes.extend_from_slice(value);
            self.bytes.push(BETWEEN);
            self.holder_ends.push(self.holders.len());
        }
        self.holders.push(*holder);
        if let Some(end) = self.holder_ends.last_mut() {
            *end = self.holders.len();
        }
    }

    fn value(&self, at: usize) -> &[u8] {
        let begin = self.begins.get(at).copied().unwrap_or(self.bytes.len());
        let end = self.begins.get(at + 1).copied().unwrap_or(self.bytes.len());
        self.bytes.get(begin..end.saturating_sub(1)).unwrap_or_default()
    }

    fn holders(&self, at: usize) -> &[Holder] {
        let end = |at: usize| self.holder_ends.get(at).copied().unwrap_or(self.holders.len());
        let begin = at.checked_sub(1).map_or(0, end);
        self.holders.get(begin..end(at)).unwrap_or_default()
    }

    fn visit(&self, fit: Fit, text: &[u8], each: &mut impl FnMut(Holder)) {
        let mut hand_out = |at: usize| self.holders(at).iter().copied().for_each(&mut *each);
        match fit {
            Fit::Inside => self.scan(text, hand_out),
            Fit::Begins | Fit::Whole => {
                let first = self.begins.partition_point(|&begin| self.starting_at(begin) < text);
                let values = (first..self.begins.len()).take_while(|&at| self.value(at).starts_with(text));
                values.filter(|&at| fit == Fit::Begins || self.value(at) == text).for_each(hand_out);
            }
            Fit::Ends => {
                let below = |&at: &usize| self.value(at).iter().rev().lt(text.iter().rev());
                let first = self.backwards.partition_point(below);
                let values = self.backwards.get(first..).unwrap_or_default().iter();
                values.take_while(|&&at| self.value(at).ends_with(text)).for_each(|&at| hand_out(at));
            }
        }
    }

    fn scan(&self, text: &[u8], mut hand_out: impl FnMut(usize)) {
        if text.is_empty() {
            return (0..self.begins.len()).for_each(hand_out);
        }
        let finder = Finder::new(text);
        let mut from = 0;
        while let Some(found) = self.bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let at = self.begins.partition_point(|&begin| begin <= from + found) - 1;
            hand_out(at);
            from = self.begins.get(at + 1).copied().unwrap_or(self.bytes.len());
        }
    }

    /// The value that begins at `begin`.
    fn starting_at(&self, begin: usize) -> &[u8] {
        let rest = self.bytes.get(begin..).unwrap_or_default();
        memchr::memchr(BETWEEN, rest).and_then(|end| rest.get(..end)).unwrap_or(rest)
    }
}
