//! What a sealed disclosure holds: its text in the shortest of three forms, told apart by the first byte.
//!
//! ```text
//! '['          the [salt,kind,value] text itself (as all records were first written)
//! '{'          the value; the person's key gives the salt, the record the kind
//! first bit 1  the value as phrases of a table that is part of the format, each as a few bits
//! ```
//!
//! Normative: spec/vault.md, "Plaintexts". Why phrases and no general compressor: docs/decisions/0012.

mod bits;
mod phrases;

use event::personal::disclosure_digest;
use event::{Disclosure, Kind, PersonKey};

use self::bits::{BitReader, BitWriter};
use self::phrases::{LAST_CODE, Phrases};

/// The longest value that is written as phrases, and that a reader takes from them: a line of the greatest length, twice.
/// Longer ones stand as they are, so that a reader's memory has a bound whatever it is given.
const VALUE_BYTES_MAX: usize = 2 * event::limits::LINE_BYTES_MAX;

/// Appends the shortest form of a disclosure that `key` made.
///
/// Cost: about 1 µs for a browser's connection.
pub(crate) fn write(key: &PersonKey, disclosure: &Disclosure, out: &mut Vec<u8>) {
    let value = disclosure.value();
    if !value.starts_with('{') {
        // No key makes such a text, so none could make it again.
        return out.extend_from_slice(disclosure.json.as_bytes());
    }
    debug_assert_eq!(key.disclose_anew(disclosure.kind, value), *disclosure, "the key makes the same salt again");
    let start = out.len();
    if value.len() <= VALUE_BYTES_MAX {
        write_phrases(value.as_bytes(), out);
    }
    if out.len() == start || out.len() - start >= value.len() {
        out.truncate(start);
        out.extend_from_slice(value.as_bytes());
    }
}

/// The disclosure that [`write`] wrote; `None` if these bytes are of no form. Its digest is for the caller to compare.
///
/// Cost: one HMAC and one SHA-256; of the first form the SHA-256 alone.
pub(crate) fn read(key: &PersonKey, kind: Kind, plain: Vec<u8>) -> Option<Disclosure> {
    match *plain.first()? {
        b'[' => {
            let json = String::from_utf8(plain).ok()?;
            Some(Disclosure { kind, digest: disclosure_digest(&json), json })
        }
        b'{' => Some(key.disclose_anew(kind, std::str::from_utf8(&plain).ok()?)),
        0x80.. => Some(key.disclose_anew(kind, std::str::from_utf8(&read_phrases(&plain)?).ok()?)),
        _ => None,
    }
}

fn write_phrases(value: &[u8], out: &mut Vec<u8>) {
    let phrases = Phrases::get();
    let mut writer = BitWriter::new(out);
    writer.put(1, 1);
    let mut rest = value;
    while let Some((phrase, after)) = phrases.split_longest(rest) {
        writer.put(phrase.code, phrase.bits);
        rest = after;
    }
    writer.finish();
}

fn read_phrases(plain: &[u8]) -> Option<Vec<u8>> {
    let phrases = Phrases::get();
    let mut value = Vec::with_capacity(8 * plain.len());
    let mut reader = BitReader::new(plain);
    reader.skip(1)?;
    loop {
        let next = reader.peek();
        if next == LAST_CODE {
            // Only what fills the last byte up: a code that is all ones stands for nothing.
            return (reader.left() < 8).then_some(value);
        }
        let (text, bits) = phrases.of_code(next)?;
        reader.skip(bits)?;
        if value.len() + text.len() > VALUE_BYTES_MAX {
            return None;
        }
        value.extend_from_slice(text);
    }
}

#[cfg(test)]
mod tests;
