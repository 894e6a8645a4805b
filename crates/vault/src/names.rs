//! The values of open identities, folded and in order: a text is looked up among them by beginning, end or whole in
//! the time of a binary search, and anywhere inside by one scan over their bytes.

mod recent;
mod sorted;

use event::personal::Fit;

use recent::Recent;
use sorted::Sorted;

/// Whose a value is, and where it stands: the numbers of an identity and of a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) identity: u32,
    pub(crate) pointer: u32,
}

/// Values that came since the last sorting are looked through one by one; sorting again waits for at least so many,
/// and for a quarter of all, so that its cost stays a small part of taking values in.
const RECENT_MIN: usize = 1_024;

/// What a value takes beside its texts, once it is sorted.
pub(crate) const VALUE_BYTES: usize = sorted::FOLDING_BYTES + sorted::VALUE_BYTES;

/// Values, their foldings and who holds them. A value that is its own folding is held once.
#[derive(Default)]
pub(crate) struct Names {
    sorted: Sorted,
    recent: Recent,
}

impl Names {
    /// Adds a value and its folding. Cost: one copy.
    pub(crate) fn add(&mut self, value: &str, folded: &str, holder: Holder) {
        self.recent.push(value, folded, holder);
    }

    /// Sorts the values if enough have come. Cost: amortised, a few comparisons a value; while it sorts, memory for all values twice.
    pub(crate) fn sort_if_due(&mut self) {
        if self.recent.len() >= RECENT_MIN.max(self.sorted.len() / 4) {
            self.sort(|_| true);
        }
    }

    /// Drops every value of the identities that `gone` names. Cost: one pass over all.
    pub(crate) fn drop_holders(&mut self, gone: impl Fn(u32) -> bool) {
        self.sort(|holder| !gone(holder.identity));
    }

    /// Calls `each` with every value whose folding relates so to `folded`, and who holds it, in no particular order.
    pub(crate) fn visit(&self, fit: Fit, folded: &str, mut each: impl FnMut(Holder, &str)) {
        self.sorted.visit(fit, folded.as_bytes(), &mut each);
        self.recent.visit(fit, folded.as_bytes(), &mut each);
    }

    /// The bytes they take, once all are sorted.
    pub(crate) fn bytes(&self) -> usize {
        self.sorted.bytes() + self.recent.bytes()
    }

    fn sort(&mut self, keep: impl Fn(Holder) -> bool) {
        let recent = std::mem::take(&mut self.recent);
        self.sorted = Sorted::merge(&self.sorted, &recent, keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
    }

    /// Short texts of few letters, so that many are equal, begin alike or fold alike.
    fn text(n: u32) -> String {
        let letters = ['a', 'A', 'b', 'ß', ' '];
        let mut rest = n.wrapping_mul(0x9E37_79B9) >> 12;
        let mut text = String::new();
        while rest > 40 {
            text.push(letters[rest as usize % letters.len()]);
            rest /= 7;
        }
        text
    }

    #[test]
    fn every_fit_finds_what_a_scan_finds_however_often_it_is_sorted() {
        let mut names = Names::default();
        let mut held = Vec::new();
        for identity in 0..4_000 {
            for pointer in 0..2 {
                let value = text(2 * identity + pointer);
                let holder = Holder { identity, pointer };
                names.add(&value, &fold(&value), holder);
                held.push((holder, value));
            }
            names.sort_if_due();
            // Before anything is sorted, in between, and with nothing left to sort.
            if [500, 2_500, 3_999].contains(&identity) {
                let gone = |of: u32| of.is_multiple_of(7);
                names.drop_holders(gone);
                held.retain(|(holder, _)| !gone(holder.identity));
                assert_same(&names, &held);
            }
            if [1_000, 3_000].contains(&identity) {
                assert_same(&names, &held);
            }
        }
        assert!(names.sorted.len() > 100 && names.sorted.len() < held.len() / 2, "many fold alike");
        names.drop_holders(|_| true);
        assert_same(&names, &[]);
        assert_eq!(names.bytes(), 0);
    }

    fn assert_same(names: &Names, held: &[(Holder, String)]) {
        for needle in ["", "a", "ab", "b a", "ß", "aaa", " ", "a bß", "zz"] {
            for fit in [Fit::Inside, Fit::Begins, Fit::Ends, Fit::Whole] {
                let by_place = |(holder, value): &(Holder, String)| (holder.identity, holder.pointer, value.clone());
                let mut found = Vec::new();
                names.visit(fit, needle, |holder, value| found.push((holder, value.to_owned())));
                found.sort_by_key(by_place);
                let wanted = held.iter().filter(|(_, value)| fit.holds(&fold(value), needle));
                assert_eq!(found, wanted.cloned().collect::<Vec<_>>(), "{fit:?} {needle:?}");
            }
        }
    }
}
