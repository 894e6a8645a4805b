//! Every disclosure of a file, opened under its person's key.

use std::collections::HashMap;

use event::Kind;

use super::VerifyOptions;
use super::findings::Findings;
use super::threads::side_by_side;
use crate::disclosures::{DisclosureCursor, DisclosureFile};

/// Disclosures that a thread takes at a time: 64 blocks.
const STRETCH: u32 = 1 << 12;

/// Which disclosures do not open, by kind and ordinal, and why.
type Closed = HashMap<(Kind, u32), &'static str>;

/// Opens every disclosure of `file`, stretches side by side. One that cannot be read, was altered, belongs to a person whom the
/// vault does not have, or has another digest is a finding, which names the leaves that refer to it.
pub(super) fn verify_opened(file: &DisclosureFile, how: &VerifyOptions<'_>, findings: &mut Findings) {
    let Some(opens) = how.opens else { return };
    let mut closed = Closed::new();
    for kind in Kind::ALL {
        let stretches = file.records(kind).div_ceil(STRETCH) as usize;
        let found = side_by_side(how.threads, stretches, DisclosureCursor::default, |cursor, stretch| {
            let begin = stretch as u32 * STRETCH;
            let end = file.records(kind).min(begin + STRETCH);
            let open = |ordinal| match cursor.record(file, kind, ordinal) {
                Ok(record) => opens(record).err().map(|what| ((kind, ordinal), what)),
                Err(_) => Some(((kind, ordinal), "a disclosure cannot be read")),
            };
            (begin..end).filter_map(open).collect::<Vec<_>>()
        });
        closed.extend(found.into_iter().flatten());
    }
    if !closed.is_empty() {
        name_leaves(file, &closed, findings);
    }
}

/// Reads every reference again, which is acceptable since findings are rare.
fn name_leaves(file: &DisclosureFile, closed: &Closed, findings: &mut Findings) {
    let mut cursor = DisclosureCursor::default();
    let mut ordinals = Vec::new();
    let leaves = file.leaves();
    for leaf in leaves.leaves(0..leaves.len()) {
        ordinals.clear();
        // References that cannot be read were reported before.
        if cursor.refs(file, leaf, &mut ordinals).is_err() {
            continue;
        }
        let mut named = ordinals.iter().flat_map(|element| Kind::ALL.into_iter().zip(element));
        let what = named.find_map(|(kind, ordinal)| closed.get(&(kind, (*ordinal)?)));
        if let Some(what) = what {
            findings.tampered(file.path(), leaf..leaf + 1, what);
        }
    }
}
