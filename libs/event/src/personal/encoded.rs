//! The two spellings of a value that placeholders have a sign for.

/// How a value stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As it is.
    Plain,
    /// Percent-encoded, all but the unreserved characters of RFC 3986, digits in upper case.
    Percent,
    /// As `Percent`, but `+` for a space.
    Form,
}

/// RFC 3986 §2.3.
fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// One byte of a value in a spelling: as many of the three as the number says.
fn encoded(byte: u8, spelling: Spelling) -> ([u8; 3], usize) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or_default();
    match spelling {
        Spelling::Plain => ([byte, 0, 0], 1),
        Spelling::Form if byte == b' ' => ([b'+', 0, 0], 1),
        _ if unreserved(byte) => ([byte, 0, 0], 1),
        _ => ([b'%', digit(byte >> 4), digit(byte & 15)], 3),
    }
}

/// The value in this spelling; `None` if that is the value itself.
pub(crate) fn encode(text: &str, spelling: Spelling) -> Option<String> {
    if spelling == Spelling::Plain || text.bytes().all(unreserved) {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        let (bytes, length) = encoded(byte, spelling);
        out.extend(bytes.iter().take(length).copied().map(char::from));
    }
    Some(out)
}

/// How many bytes a value takes in this spelling.
pub(super) fn encoded_bytes(value: &str, spelling: Spelling) -> usize {
    match spelling {
        Spelling::Plain => value.len(),
        _ => value.bytes().map(|byte| encoded(byte, spelling).1).sum(),
    }
}

/// How many bytes the value takes in this spelling, if the text begins with it. Cost: up to the first difference.
pub(super) fn starts_encoded(text: &str, value: &str, spelling: Spelling) -> Option<usize> {
    if spelling == Spelling::Plain {
        return text.starts_with(value).then_some(value.len());
    }
    let mut rest = text.as_bytes();
    for byte in value.bytes() {
        let (bytes, length) = encoded(byte, spelling);
        rest = rest.strip_prefix(bytes.get(..length)?)?;
    }
    Some(text.len() - rest.len())
}
