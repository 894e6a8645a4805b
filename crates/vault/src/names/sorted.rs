//! Distinct foldings in order, each with the values that fold so and who holds them.

use std::ops::Range;

use event::personal::Fit;
use memchr::memmem::Finder;

use super::Holder;
use super::recent::Recent;

/// Stands between foldings: no text holds this byte.
const BETWEEN: u8 = 0xFF;

/// What a distinct folding takes beside its text: the byte behind it, and three numbers.
pub(super) const FOLDING_BYTES: usize = 1 + 3 * size_of::<u32>();

/// What a value takes beside its text.
pub(super) const VALUE_BYTES: usize = size_of::<Value>();

/// The sorted ones. Memory: for each distinct folding its text and [`FOLDING_BYTES`], for each value that folds so [`VALUE_BYTES`] and, where
/// it is not its own folding, its text. Places are 32 bits wide: [`crate::IDENTITIES_BYTES_MAX`] keeps them so.
#[derive(Default)]
pub(super) struct Sorted {
    /// Distinct foldings in order, [`BETWEEN`] behind each.
    bytes: Vec<u8>,
    /// Where each folding begins.
    begins: Vec<u32>,
    /// The numbers of the foldings, ordered by their bytes read backwards.
    backwards: Vec<u32>,
    values: Vec<Value>,
    /// Where the values of each folding end.
    value_ends: Vec<u32>,
    /// Values that are not their own folding.
    spellings: String,
}

struct Value {
    holder: Holder,
    /// Where its spelling ends; it begins where that of the value before ends.
    spelling_end: u32,
}

impl Sorted {
    /// The values that `keep` names of those sorted and those that came since.
    pub(super) fn merge(old: &Self, recent: &Recent, keep: impl Fn(Holder) -> bool) -> Self {
        let mut fresh: Vec<_> = recent.iter().filter(|(.., holder)| keep(*holder)).collect();
        fresh.sort_by_key(|(folded, ..)| *folded);
        let mut merged = Self::with_room_for(old, &fresh);
        let mut fresh = fresh.into_iter().peekable();
        // Numbers of those that are new, and by old number those of the others.
        let mut added = Vec::new();
        let mut renumbered = Vec::with_capacity(old.len());
        for at in 0..old.len() {
            let folded = old.folded(at);
            while let Some((earlier, spelled, holder)) = fresh.next_if(|(fresh, ..)| fresh.as_bytes() < folded) {
                added.extend(merged.push(earlier.as_bytes(), spelled, holder));
            }
            let mut number = None;
            for nth in old.values_of(at) {
                let (spelled, holder) = old.value(nth);
                if keep(holder) {
                    number = merged.push(folded, spelled, holder).or(number);
                }
            }
            while let Some((_, spelled, holder)) = fresh.next_if(|(fresh, ..)| fresh.as_bytes() == folded) {
                number = merged.push(folded, spelled, holder).or(number);
            }
            renumbered.push(number);
        }
        for (folded, spelled, holder) in fresh {
            added.extend(merged.push(folded.as_bytes(), spelled, holder));
        }
        let kept = old.backwards.iter().filter_map(|at| renumbered.get(*at as usize).copied().flatten());
        merged.backwards = merged.in_backwards_order(kept, added);
        // Room for foldings that were there already.
        merged.bytes.shrink_to_fit();
        merged.begins.shrink_to_fit();
        merged.value_ends.shrink_to_fit();
        merged
    }

    /// How many distinct foldings there are.
    pub(super) fn len(&self) -> usize {
        self.begins.len()
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        // Behind each folding stands a byte.
        let foldings = self.bytes.len() + self.len() * (FOLDING_BYTES - 1);
        foldings + self.spellings.len() + self.values.len() * VALUE_BYTES
    }

    /// Calls `each` with every value whose folding relates so to `text`, and who holds it.
    pub(super) fn visit(&self, fit: Fit, text: &[u8], each: &mut impl FnMut(Holder, &str)) {
        match fit {
            Fit::Inside => self.scan(text, |at| self.hand_out(at, each)),
            Fit::Begins | Fit::Whole => {
                let first = self.begins.partition_point(|&begin| self.starting_at(begin) < text);
                let found = (first..self.len()).take_while(|&at| self.folded(at).starts_with(text));
                let found = found.take_while(|&at| fit == Fit::Begins || self.folded(at) == text);
                found.for_each(|at| self.hand_out(at, each));
            }
            Fit::Ends => {
                let below = |&at: &u32| self.folded(at as usize).iter().rev().lt(text.iter().rev());
                let first = self.backwards.partition_point(below);
                let found = self.backwards.get(first..).unwrap_or_default().iter().map(|&at| at as usize);
                found.take_while(|&at| self.folded(at).ends_with(text)).for_each(|at| self.hand_out(at, each));
            }
        }
    }

    /// Room for all that may come, so that growing neither copies nor wastes.
    fn with_room_for(old: &Self, fresh: &[(&str, &str, Holder)]) -> Self {
        let folded: usize = fresh.iter().map(|(folded, ..)| folded.len() + 1).sum();
        let spelled: usize = fresh.iter().map(|(_, spelled, _)| spelled.len()).sum();
        Self {
            bytes: Vec::with_capacity(old.bytes.len() + folded),
            begins: Vec::with_capacity(old.len() + fresh.len()),
            backwards: Vec::new(),
            values: Vec::with_capacity(old.values.len() + fresh.len()),
            value_ends: Vec::with_capacity(old.len() + fresh.len()),
            spellings: String::with_capacity(old.spellings.len() + spelled),
        }
    }

    /// Adds a value behind the others; foldings come in order. Returns the number of its folding if that is new.
    fn push(&mut self, folded: &[u8], spelled: &str, holder: Holder) -> Option<u32> {
        let is_new = self.begins.is_empty() || self.folded(self.len() - 1) != folded;
        if is_new {
            self.begins.push(narrow(self.bytes.len()));
            self.bytes.extend_from_slice(folded);
            self.bytes.push(BETWEEN);
            self.value_ends.push(0);
        }
        self.spellings.push_str(spelled);
        self.values.push(Value { holder, spelling_end: narrow(self.spellings.len()) });
        if let Some(end) = self.value_ends.last_mut() {
            *end = narrow(self.values.len());
        }
        is_new.then(|| narrow(self.len() - 1))
    }

    /// The numbers of foldings by their bytes read backwards: those that are in that order, and those that are in none.
    fn in_backwards_order(&self, ordered: impl Iterator<Item = u32>, mut others: Vec<u32>) -> Vec<u32> {
        let backwards = |at: u32| self.folded(at as usize).iter().rev();
        others.sort_unstable_by(|&a, &b| backwards(a).cmp(backwards(b)));
        let mut merged = Vec::with_capacity(self.len());
        let mut ordered = ordered.peekable();
        for other in others {
            while let Some(before) = ordered.next_if(|&before| backwards(before).lt(backwards(other))) {
                merged.push(before);
            }
            merged.push(other);
        }
        merged.extend(ordered);
        merged
    }

    fn folded(&self, at: usize) -> &[u8] {
        let begin = |at: usize| self.begins.get(at).map_or(self.bytes.len(), |begin| *begin as usize);
        self.bytes.get(begin(at)..begin(at + 1).saturating_sub(1)).unwrap_or_default()
    }

    /// The numbers of the values of a folding.
    fn values_of(&self, at: usize) -> Range<usize> {
        let end = |at: usize| self.value_ends.get(at).map_or(self.values.len(), |end| *end as usize);
        at.checked_sub(1).map_or(0, end)..end(at)
    }

    /// The spelling of a value, empty if it is its folding, and who holds it.
    fn value(&self, nth: usize) -> (&str, Holder) {
        let value = self.values.get(nth).expect("values are counted by their foldings");
        let begin = nth.checked_sub(1).and_then(|before| self.values.get(before));
        let begin = begin.map_or(0, |before| before.spelling_end as usize);
        (self.spellings.get(begin..value.spelling_end as usize).unwrap_or_default(), value.holder)
    }

    fn hand_out(&self, at: usize, each: &mut impl FnMut(Holder, &str)) {
        let folded = std::str::from_utf8(self.folded(at)).expect("foldings were texts");
        for nth in self.values_of(at) {
            let (spelled, holder) = self.value(nth);
            each(holder, if spelled.is_empty() { folded } else { spelled });
        }
    }

    fn scan(&self, text: &[u8], mut found: impl FnMut(usize)) {
        if text.is_empty() {
            return (0..self.len()).for_each(found);
        }
        let finder = Finder::new(text);
        let mut from = 0;
        while let Some(ahead) = self.bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let at = self.begins.partition_point(|&begin| begin as usize <= from + ahead) - 1;
            found(at);
            from = self.begins.get(at + 1).map_or(self.bytes.len(), |begin| *begin as usize);
        }
    }

    /// The folding that begins at `begin`.
    fn starting_at(&self, begin: u32) -> &[u8] {
        let rest = self.bytes.get(begin as usize..).unwrap_or_default();
        memchr::memchr(BETWEEN, rest).and_then(|end| rest.get(..end)).unwrap_or(rest)
    }
}

/// A place among bytes that are bounded.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("identities are held up to IDENTITIES_BYTES_MAX")
}
