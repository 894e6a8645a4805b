//! The entry that explains a destroyed key: spec/own-entries.md, `person.erased`.

use event::{Entry, PersonId};

use crate::own::names::{ERASED, OWN_SOURCE, PERSON};

/// Every such line holds these bytes, so that other lines need not be parsed.
const MEMBER: &[u8] = b"\"action\":\"person.erased\"";

/// The handle of a person's key as it stands in entries.
pub(crate) fn handle_text(person: PersonId) -> String {
    person.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whose erasure `line` records; `None` for other lines. Cost: one scan of the line.
pub(crate) fn erased_in(line: &[u8]) -> Option<PersonId> {
    memchr::memmem::find(line, MEMBER)?;
    let entry = Entry::parse(line).ok()?;
    let resource = entry.resource.as_ref()?;
    if entry.source != OWN_SOURCE || entry.action != ERASED || resource.kind != PERSON {
        return None;
    }
    let mut id = [0; 16];
    let digits = resource.id.as_bytes();
    for (byte, pair) in id.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let person = PersonId(id);
    // Only the one spelling of a handle counts, with nothing behind it.
    (handle_text(person) == resource.id).then_some(person)
}
