//! Bundles of leaf data.

use crate::tile::TILE_WIDTH;

/// The bytes are no bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than the two length bytes can say.
    #[error("an entry of {length} bytes does not fit a bundle")]
    EntryTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The bundle ends inside an entry.
    #[error("the bundle ends inside entry {entry}")]
    Truncated {
        /// Which entry, from 0.
        entry: usize,
    },
    /// There are more entries than a full tile has.
    #[error("a bundle has at most 256 entries")]
    TooManyEntries,
}

/// Encodes leaf data as a bundle: for each entry its length as big-endian `u16`, then its bytes. In this log every
/// entry is a digest of 32 bytes.
///
/// # Errors
/// [`BundleError::EntryTooLong`] above 65,535 bytes; [`BundleError::TooManyEntries`] above 256 entries.
///
/// Source: C2SP tlog-tiles, "Log entries".
pub fn encode_bundle<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, BundleError> {
    if entries.len() > usize::from(TILE_WIDTH) {
        return Err(BundleError::TooManyEntries);
    }
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| 2 + entry.as_ref().len()).sum());
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong { length: entry.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Decodes a bundle into its entries, borrowed.
///
/// # Errors
/// [`BundleError::Truncated`] and [`BundleError::TooManyEntries`].
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if entries.len() == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooManyEntries);
        }
        let truncated = BundleError::Truncated { entry: entries.len() };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(truncated)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_round_trip() {
        let entries: [&[u8]; 3] = [b"ab", b"", b"cde"];
        let bytes = encode_bundle(&entries).unwrap();
        assert_eq!(bytes, b"\x00\x02ab\x00\x00\x00\x03cde");
        assert_eq!(decode_bundle(&bytes).unwrap(), entries);
        assert_eq!(decode_bundle(b"").unwrap(), Vec::<&[u8]>::new());
    }

    #[test]
    fn broken_bundles_are_refused() {
        assert_eq!(decode_bundle(b"\x00"), Err(BundleError::Truncated { entry: 0 }));
        assert_eq!(decode_bundle(b"\x00\x00\x00\x02a"), Err(BundleError::Truncated { entry: 1 }));
        assert_eq!(decode_bundle(&[0; 2 * 257]), Err(BundleError::TooManyEntries));
        assert_eq!(encode_bundle(&[vec![0; 65_536]]), Err(BundleError::EntryTooLong { length: 65_536 }));
        assert_eq!(encode_bundle(&[[0; 0]; 257]), Err(BundleError::TooManyEntries));
    }
}
