//! Ids of entries: UUIDv7 (RFC 9562 §5.7).

/// Characters of an id.
pub const ID_BYTES: usize = 36;

/// An id: 48 bits of milliseconds, then 74 bits of `random`, which make the line's digest unguessable.
///
/// Shape: 36 characters, lower case. Cost: one allocation. Times before 1970 count as 1970.
#[must_use]
pub fn uuid_v7(now_us: i64, random: [u8; 10]) -> String {
    let ms = u64::try_from(now_us / 1_000).unwrap_or_default();
    let [_, _, t0, t1, t2, t3, t4, t5] = ms.to_be_bytes();
    let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
    let bytes = [t0, t1, t2, t3, t4, t5, 0x70 | r0 & 0x0F, r1, 0x80 | r2 & 0x3F, r3, r4, r5, r6, r7, r8, r9];
    let mut id = String::with_capacity(ID_BYTES);
    for (place, byte) in bytes.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            id.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    id
}

/// Whether a text has the form of an id: 36 characters, lower-case hex, hyphens, version 7, variant 10.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == ID_BYTES
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_milliseconds_version_variant_and_the_random_bits() {
        // the example of RFC 9562, appendix A.6
        let id = uuid_v7(1_645_557_742_000_000, [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F]);
        assert_eq!(id, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        assert!(is_id(&id));
        assert!(!is_id(&id.to_uppercase()));
        assert!(!is_id("017f22e2-79b0-4cc3-98c4-dc0c0c07398f"));
    }
}
