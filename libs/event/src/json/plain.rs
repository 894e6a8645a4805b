//! The inner loop of reading and writing strings.

/// How many bytes at the front need no look: neither `"` nor `\` nor below 0x20. Eight at a time.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let stops = stops(u64::from_le_bytes(*chunk));
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

/// The high bit of every byte that is a quote, a backslash or below 0x20. Bytes after the first hit may be wrong, so
/// only the lowest set bit counts.
#[inline]
fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGH
}

#[cfg(test)]
mod tests {
    use super::plain_len;

    #[test]
    fn plain_len_agrees_with_a_byte_by_byte_look_for_every_byte_at_every_place() {
        for byte in 0..=255_u8 {
            for place in 0..20 {
                let mut text = [0xFF_u8; 20];
                text[place] = byte;
                let stop = byte < 0x20 || byte == b'"' || byte == b'\\';
                assert_eq!(plain_len(&text), if stop { place } else { 20 }, "byte {byte} at {place}");
            }
        }
    }
}
