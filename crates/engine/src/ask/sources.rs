//! The sources that the log's entries have.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use index::{Ask, Field};
use segment::{Part, PartError, View};

/// The sources of each sealed part, by its number: a part that lasts keeps those it has.
#[derive(Default)]
pub(crate) struct Sources(Mutex<HashMap<u64, Arc<[String]>>>);

impl Sources {
    /// Every source of an entry in `view`, in order. One that cannot be read is missing: whoever is known by it alone sees less.
    ///
    /// Cost: a look at the index of the tail; a look-up for each segment.
    pub(crate) fn of(&self, view: &View) -> Vec<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lasting: BTreeSet<u64> = view.parts.iter().filter_map(|part| part.lasting()).collect();
        known.retain(|number, _| lasting.contains(number));
        let mut all = BTreeSet::new();
        for part in &view.parts {
            match part.lasting() {
                Some(number) if known.contains_key(&number) => {}
                Some(number) => {
                    known.extend(sources_of(part.as_ref()).ok().map(|sources| (number, sources.into())));
                }
                None => all.extend(sources_of(part.as_ref()).unwrap_or_default()),
            }
        }
        all.extend(known.values().flat_map(|sources| sources.iter().cloned()));
        all.into_iter().collect()
    }
}

fn sources_of(part: &dyn Part) -> Result<Vec<String>, PartError> {
    let before = part.failed_reads();
    let mut sources = Vec::new();
    part.values_beginning(Field::Source, b"", &Ask::ALL, &mut |source, _| {
        sources.push(String::from_utf8_lossy(source).into_owned());
        true
    })?;
    if part.failed_reads() == before { Ok(sources) } else { Err(PartError::IndexUnread) }
}
