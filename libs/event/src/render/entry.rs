use std::borrow::Cow;
use std::io::Write as _;

use crate::entry::Entry;
use crate::line::{self, Stamp};
use crate::model::PersonalRef;

use super::opened::scalar;
use super::restore::restore;
use super::{Opened, Options};

/// Appends the entry as JSON, as `GET /v1/entries` shows it: the line's members in the line's order, personal values in
/// their places, `leaf_index` last. `opened[n]` belongs to `entry.personal[n]`; what is missing is withheld.
///
/// Cost: some microseconds.
pub fn entry_json(entry: &Entry<'_>, opened: &[Opened<'_>], options: Options, out: &mut Vec<u8>) {
    let event = restore(entry, opened, options);
    let personal: Vec<PersonalRef<'_>> = entry
        .personal
        .iter()
        .enumerate()
        .map(|(number, person)| PersonalRef { of: shown_of(number, &person.of, opened), digest: person.digest })
        .collect();
    let stamp = Stamp { id: entry.id, received_us: entry.received_us, source: &entry.source, personal: &personal };
    line::write(out, &event, &stamp);
    if let Some(leaf_index) = options.leaf_index {
        let end = out.pop();
        out.extend_from_slice(b",\"leaf_index\":");
        write!(out, "{leaf_index}").expect("writing to memory cannot fail");
        out.extend(end);
    }
}

/// Whose: with the address that a declared person was named by, where it is opened.
fn shown_of<'e>(number: usize, of: &'e str, opened: &[Opened<'_>]) -> Cow<'e, str> {
    let opened =
        opened.get(number).filter(|opened| opened.values().any(|(pointer, _)| pointer.starts_with("/personal/")));
    let address = opened.and_then(|opened| opened.get(&format!("/personal/{number}/of"))).and_then(scalar);
    match (address, of.split_once(':')) {
        (Some(address), Some((kind, _))) => Cow::Owned(format!("{kind}:{address}")),
        _ => Cow::Borrowed(of),
    }
}
