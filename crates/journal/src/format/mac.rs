//! The chain of MACs through the journal's files: whoever lacks the log's key can neither alter, add nor reorder frames.

use super::frame::{FRAME_HEADER_BYTES, FRAME_SIZES};
use hmac::{Hmac, KeyInit as _, Mac as _};
use proof::Digest;
use sha2::Sha256;
use std::fmt;
use std::ops::Range;

/// Length of a MAC.
pub(crate) const MAC_BYTES: usize = 32;

/// HMAC-SHA-256 over one link of the chain.
pub(crate) type Mac = [u8; MAC_BYTES];

/// Stands for the MAC before the first file of a journal.
pub(crate) const NO_MAC: Mac = [0; MAC_BYTES];

/// The key that authenticates a journal's frames, derived from the log's.
///
/// Source: RFC 2104.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// The info under which the key is derived from the log's signing key (spec/journal.md).
    pub const INFO: &'static [u8] = b"indelible journal mac/v1";

    /// A key of 32 secret bytes.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
    }

    /// The MAC of a file header behind a chain that ends in `previous`. Term and nonce are left out, so that a copy made at a
    /// start has the same chain.
    pub(super) fn header(&self, previous: &Mac, content: &[&[u8]]) -> Mac {
        let begun = self.0.clone().chain_update(previous);
        content.iter().fold(begun, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
    }

    /// The MAC of a frame, given without its own MAC and checksum. Its lines, which lie at `lines`, are replaced by their
    /// digests. Stamp and checksums are left out, as in a header.
    ///
    /// Cost: hashes everything but the lines.
    pub(super) fn frame<'d>(
        &self,
        previous: &Mac,
        frame: &[u8],
        lines: Range<usize>,
        digests: impl IntoIterator<Item = &'d Digest>,
    ) -> Mac {
        let part = |range: Range<usize>| frame.get(range).expect("a frame holds its parts");
        let mut mac = self.0.clone().chain_update(previous);
        for range in [0..8, 16..32, FRAME_SIZES, FRAME_HEADER_BYTES..lines.start] {
            mac.update(part(range));
        }
        for digest in digests {
            mac.update(&digest.0);
        }
        mac.update(part(lines.end..frame.len()));
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MacKey {
    /// Shows nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}
