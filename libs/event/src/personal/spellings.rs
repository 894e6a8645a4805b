//! Other spellings of personal values, which are personal values themselves and leave the line as they stand.
//!
//! The n-th other spelling of a value in an entry, in the order of their bytes, is disclosed at the pointer of the value
//! followed by `~4` and n, with the value: so a text comes back byte for byte. No JSON pointer has `~4`.

use super::hits::Hit;
use super::needles::Needles;

/// What stands between the pointer of a value and the number of another spelling.
const MARK: &str = "~4";

/// The other spellings in one entry.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    /// Index of the value and spelling, sorted, each once.
    list: Vec<(usize, String)>,
}

impl Spellings {
    /// The other spellings found in these texts. Cost: n log n.
    pub(super) fn new<'t>(texts: impl Iterator<Item = (&'t str, &'t [Hit])>) -> Self {
        let mut list = Vec::new();
        for (text, hits) in texts {
            let others = hits.iter().filter(|hit| hit.spelling.is_none());
            list.extend(others.map(|hit| (hit.needle, text.get(hit.start..hit.end).unwrap_or_default().to_owned())));
        }
        list.sort_unstable();
        list.dedup();
        Self { list }
    }

    /// What follows the pointer of a value where it stands in this spelling.
    pub(super) fn mark(&self, needle: usize, spelling: &str) -> String {
        let first = self.list.partition_point(|(known, _)| *known < needle);
        let at = self.list.partition_point(|(known, text)| (*known, text.as_str()) < (needle, spelling));
        format!("{MARK}{}", at - first)
    }

    /// Each with the index of its value and its own pointer.
    pub(super) fn each<'s>(&'s self, needles: &'s Needles<'_>) -> impl Iterator<Item = (usize, String, &'s str)> {
        self.list.iter().filter_map(|(needle, text)| {
            let pointer = needles.get(*needle)?.pointer();
            Some((*needle, format!("{pointer}{}", self.mark(*needle, text)), text.as_str()))
        })
    }
}

/// The pointer of the value that a placeholder's pointer is another spelling of; the pointer itself, if it is none.
pub(crate) fn pointer_of_value(pointer: &str) -> &str {
    match pointer.rsplit_once(MARK) {
        Some((value, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => value,
        _ => pointer,
    }
}
