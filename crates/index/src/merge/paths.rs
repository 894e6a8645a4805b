//! Paths: whole while they are few, else cut to heads. The merged index cuts at least as short as any source, since it has all
//! paths of which a source had too many. So the heads of the sources are enough.

use super::Merge;
use super::dictionary::{DictionaryOutput, columns};
use super::error::IndexMergeError;
use super::pace::Pace;
use super::values::each_value;
use crate::Index;
use crate::field::Field;
use crate::format::{Kind, PATH_HEAD, PATH_SEGMENTS_MAX, PATH_WHOLE, PATHS_MAX, SectionName, path_head};
use crate::sets::SetRef;

impl Merge<'_, '_> {
    /// Writes the dictionary of paths.
    pub(super) fn paths(&mut self, field: Field) -> Result<(), IndexMergeError> {
        let Self { sources, order, scratch, sets, output, pace, .. } = self;
        let name = Kind::Dictionary.of_field(field);
        let cut = Cut::choose(sources, name, pace)?;
        let mut dictionary = DictionaryOutput::new(scratch);
        // The keys that become one follow one another.
        let mut key: Option<Vec<u8>> = None;
        let mut of: Vec<(usize, SetRef)> = Vec::new();
        let mut next = Vec::new();
        each_value(sources, &mut columns(sources, name)?, pace, |value, sets_of| {
            cut.key(value, &mut next);
            if let Some(key) = key.as_mut().filter(|key| **key != next) {
                of.sort_by_key(|(source, _)| *source);
                dictionary.push(key, sets.add(sources, order, &of)?)?;
                of.clear();
            }
            key = Some(std::mem::take(&mut next));
            of.extend_from_slice(sets_of);
            Ok(())
        })?;
        if let Some(key) = key {
            of.sort_by_key(|(source, _)| *source);
            dictionary.push(&key, sets.add(sources, order, &of)?)?;
        }
        dictionary.write(name, output)
    }
}

/// Where paths are cut.
enum Cut {
    /// Nowhere.
    Whole,
    /// Behind this many segments.
    Behind(usize),
}

impl Cut {
    /// As the builder chooses. Cost: a pass over all keys.
    fn choose(sources: &[&Index], name: SectionName, pace: &mut Pace<'_>) -> Result<Self, IndexMergeError> {
        let mut keys = 0;
        // Heads of so many segments and fewer are known from the keys.
        let mut known = PATH_SEGMENTS_MAX;
        let mut is_cut = false;
        // By segments: how many heads there are, and the last one.
        let mut heads: Vec<(usize, Vec<u8>)> = vec![(0, Vec::new()); PATH_SEGMENTS_MAX + 1];
        let mut head = Vec::new();
        each_value(sources, &mut columns(sources, name)?, pace, |key, _| {
            keys += 1;
            if let Some((&PATH_HEAD, path)) = key.split_last() {
                is_cut = true;
                known = known.min(path.iter().filter(|byte| matches!(byte, b'/' | b'?')).count());
            }
            for (segments, (count, last)) in heads.iter_mut().enumerate() {
                Self::Behind(segments).key(key, &mut head);
                if *last != head {
                    *count += 1;
                    last.clone_from(&head);
                }
            }
            Ok(())
        })?;
        if !is_cut && keys <= PATHS_MAX {
            return Ok(Self::Whole);
        }
        let few = heads.iter().skip(1).take(known).take_while(|(count, _)| *count <= PATHS_MAX).count();
        Ok(Self::Behind(few))
    }

    /// What a source's key becomes.
    fn key(&self, key: &[u8], into: &mut Vec<u8>) {
        into.clear();
        let (Self::Behind(segments), Some((&last, path))) = (self, key.split_last()) else {
            into.extend_from_slice(key);
            return;
        };
        let end = path_head(path, *segments);
        into.extend_from_slice(path.get(..end).unwrap_or_default());
        into.push(if last == PATH_WHOLE && end == path.len() { PATH_WHOLE } else { PATH_HEAD });
    }
}
