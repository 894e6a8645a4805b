//! Unsigned LEB128, seven bits a byte, the lowest first (DWARF 5, section 7.6), of at most 32 bits and in its shortest form.

/// Appends `value`, in one to five bytes.
#[inline]
pub fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads a value from the bytes that `next` hands out; `None` if they end, hold more than 32 bits, or are not the shortest form.
#[inline]
pub fn read_varint(mut next: impl FnMut() -> Option<u8>) -> Option<u32> {
    let mut value = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let shortest = shift == 0 || byte != 0;
            return if shortest { u32::try_from(value).ok() } else { None };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<u32> {
        let mut bytes = bytes.iter().copied();
        read_varint(|| bytes.next())
    }

    #[test]
    fn every_length_comes_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 1 << 21, (1 << 28) - 1, 1 << 28, u32::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            assert_eq!(read(&bytes), Some(value));
        }
    }

    #[test]
    fn what_is_too_long_too_large_or_cut_is_refused() {
        for bad in
            [&[][..], &[0x80], &[0x80, 0], &[0xff, 0xff, 0xff, 0xff, 0x1f], &[0x80; 6], &[0xff, 0xff, 0xff, 0xff, 0x7f]]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
