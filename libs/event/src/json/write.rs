//! Writing strings, and taking white space out.

use std::borrow::Cow;

use super::plain::plain_len;

/// What stands behind the backslash for each byte below 0x20; `u` = six characters.
const SHORT: [u8; 32] = {
    let mut table = [b'u'; 32];
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table
};

/// Appends `text` as a JSON string with the shortest escapes: only `"`, `\` and bytes below 0x20 are escaped, with the
/// two-character escapes where JSON has them and `\u00xx` in lower case where it has not.
#[inline]
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, from) = rest.split_at(plain_len(rest));
        out.extend_from_slice(plain);
        let Some((&byte, after)) = from.split_first() else { break };
        push_escape(out, byte);
        rest = after;
    }
    out.push(b'"');
}

fn push_escape(out: &mut Vec<u8>, byte: u8) {
    match SHORT.get(usize::from(byte)) {
        None => out.extend_from_slice(&[b'\\', byte]),
        Some(b'u') => {
            const HEX: [u8; 16] = *b"0123456789abcdef";
            let digit = HEX.get(usize::from(byte & 15)).copied().unwrap_or_default();
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit]);
        }
        Some(&short) => out.extend_from_slice(&[b'\\', short]),
    }
}

/// Appends a reference token of a JSON pointer (RFC 6901): `~` becomes `~0`, `/` becomes `~1`.
pub fn escape_pointer(out: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            c => out.push(c),
        }
    }
}

/// The name that a step of a JSON pointer stands for.
#[must_use]
pub fn unescape_pointer(step: &str) -> Cow<'_, str> {
    // in this order: `~01` is `~1`, and no slash
    if step.contains('~') { Cow::Owned(step.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(step) }
}

/// A member's name as people are told of it: escaped as in a JSON pointer, and cut after 64 characters, ending in `…`.
#[must_use]
pub fn shown(name: &str) -> String {
    const CHARS_MAX: usize = 64;
    let mut out = String::new();
    match name.char_indices().nth(CHARS_MAX) {
        None => escape_pointer(&mut out, name),
        Some((end, _)) => {
            escape_pointer(&mut out, name.get(..end).unwrap_or_default());
            out.push('…');
        }
    }
    out
}

/// Well-formed JSON text without its insignificant white space; every other byte stays.
#[must_use]
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    let mut inside = false;
    while let Some(at) =
        rest.find(|c: char| if inside { c == '"' || c == '\\' } else { matches!(c, '"' | ' ' | '\n' | '\r' | '\t') })
    {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let taken = match from.as_bytes().first() {
            Some(b'"') => {
                inside = !inside;
                out.push('"');
                1
            }
            Some(b'\\') => {
                let end = 1 + from.chars().nth(1).map_or(0, char::len_utf8);
                out.push_str(from.get(..end).unwrap_or_default());
                end
            }
            _ => 1,
        };
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}
