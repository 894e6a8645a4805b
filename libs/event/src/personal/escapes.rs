//! Percent-encoded characters in texts.

use super::words::Reading;

/// The character at a byte of the text, and how many bytes it takes; `None` at the end.
pub(super) fn character(text: &str, at: usize, reading: Reading) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    let byte = *bytes.get(at)?;
    if byte == b'%'
        && reading == Reading::Decoded
        && let Some(found) = encoded(bytes, at)
    {
        return Some(found);
    }
    if byte.is_ascii() {
        return Some((char::from(byte), 1));
    }
    let c = text.get(at..)?.chars().next()?;
    Some((c, c.len_utf8()))
}

/// Whether any reading but the literal one may differ.
pub(super) fn any_in(text: &[u8]) -> bool {
    memchr::memchr_iter(b'%', text).any(|at| encoded(text, at).is_some())
}

/// The text with each encoded character as itself.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((c, length)) = character(text, at, Reading::Decoded) {
        out.push(c);
        at += length;
    }
    out
}

/// The character that is encoded at a byte, in UTF-8, and how many bytes that takes.
fn encoded(text: &[u8], at: usize) -> Option<(char, usize)> {
    let (first, mut length) = encoded_byte(text, at)?;
    let more = match first {
        0..0x80 => return Some((char::from(first), length)),
        0xC2..0xE0 => 1,
        0xE0..0xF0 => 2,
        0xF0..0xF5 => 3,
        _ => return None,
    };
    let mut utf8 = [first, 0, 0, 0];
    for place in utf8.iter_mut().skip(1).take(more) {
        let (byte, taken) = encoded_byte(text, at + length)?;
        *place = byte;
        length += taken;
    }
    let c = std::str::from_utf8(utf8.get(..=more)?).ok()?.chars().next()?;
    Some((c, length))
}

/// The byte that is encoded at a byte: `%41`, or, encoded again, `%2541`.
fn encoded_byte(text: &[u8], at: usize) -> Option<(u8, usize)> {
    if *text.get(at)? != b'%' {
        return None;
    }
    let pair = |at: usize| Some(digit(text, at)? << 4 | digit(text, at + 1)?);
    let mut digits = at + 1;
    let mut byte = pair(digits)?;
    while byte == b'%'
        && let Some(inner) = pair(digits + 2)
    {
        digits += 2;
        byte = inner;
    }
    Some((byte, digits + 2 - at))
}

fn digit(text: &[u8], at: usize) -> Option<u8> {
    char::from(*text.get(at)?).to_digit(16).map(|digit| digit as u8)
}
