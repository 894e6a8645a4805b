//! The ids of a file's records, so that two different records with one id both become entries.

use std::collections::HashMap;

use crate::record::ContentDigest;

/// Most ids remembered; later collisions are left to the log, which refuses them.
const IDS_MAX: usize = 1 << 20;
/// Longest `event_id`.
const ID_BYTES_MAX: usize = 128;

/// Which content each id stood for first.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seen: HashMap<u64, u64>,
}

impl Ids {
    /// The id to use: the record's own, or with a part of the content's digest behind it if the file has used the id
    /// for another content (anonymised and hand-edited files do). The same content gets the same id again.
    pub(super) fn settle(&mut self, own: &str, content: &ContentDigest) -> String {
        let key = ContentDigest::of(&[own]).short();
        let first = match self.seen.get(&key) {
            Some(first) => *first,
            None => {
                if self.seen.len() < IDS_MAX {
                    self.seen.insert(key, content.short());
                }
                content.short()
            }
        };
        if first == content.short() {
            return own.to_owned();
        }
        let apart = format!("{own}~{}", content.suffix());
        if apart.len() <= ID_BYTES_MAX { apart } else { content.event_id() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_id_for_two_contents_is_told_apart_and_the_same_content_stays() {
        let mut ids = Ids::default();
        let one = ContentDigest::of(&["one"]);
        let two = ContentDigest::of(&["two"]);
        assert_eq!(ids.settle("a", &one), "a");
        assert_eq!(ids.settle("a", &one), "a");
        let apart = ids.settle("a", &two);
        assert!(apart.starts_with("a~") && apart.len() == 18, "{apart}");
        assert_eq!(ids.settle("a", &two), apart);
    }
}
