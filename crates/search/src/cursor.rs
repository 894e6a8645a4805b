//! Where a page ended: opaque to clients, signed so that nobody can move it to a question it does not belong to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::error::CursorError;
use crate::merge::Position;

/// Bytes before the signature: version, tree size, moment, time and leaf of the last entry.
const BODY_BYTES: usize = 1 + 4 * 8;
/// Bytes of the signature: half of an HMAC-SHA-256, too much to guess.
const MAC_BYTES: usize = 16;
const VERSION: u8 = 1;

/// The purpose of the key that cursors are signed with (`proof::SigningKey::derive`).
pub const CURSOR_KEY_INFO: &[u8] = b"indelible cursor/v1";

/// A place in the answer of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Tree size all pages are pinned to.
    pub size: u64,
    /// Moment `since` counts from on all pages, µs UTC.
    pub now_us: i64,
    /// Order time and leaf of the last entry shown.
    pub last: Position,
}

impl Cursor {
    /// Writes the cursor for the question of this hash.
    pub(crate) fn write(&self, key: &[u8; 32], question: &[u8; 32], oldest_first: bool) -> String {
        let mut bytes = Vec::with_capacity(BODY_BYTES + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(&self.now_us.to_be_bytes());
        bytes.extend_from_slice(&self.last.0.to_be_bytes());
        bytes.extend_from_slice(&self.last.1.to_be_bytes());
        let tag = mac(key, &bytes, question, oldest_first).finalize().into_bytes();
        bytes.extend(tag.into_iter().take(MAC_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor back.
    ///
    /// # Errors
    /// [`CursorError::Foreign`] unless it was written for this question, order and key.
    pub(crate) fn read(
        text: &str,
        key: &[u8; 32],
        question: &[u8; 32],
        oldest_first: bool,
    ) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Foreign)?;
        let (body, tag) = bytes.split_first_chunk::<BODY_BYTES>().ok_or(CursorError::Foreign)?;
        if tag.len() != MAC_BYTES || body.first() != Some(&VERSION) {
            return Err(CursorError::Foreign);
        }
        mac(key, body, question, oldest_first).verify_truncated_left(tag).map_err(|_| CursorError::Foreign)?;
        let number = |at: usize| {
            let bytes = body.get(1 + 8 * at..).and_then(|rest| rest.first_chunk::<8>()).copied();
            bytes.unwrap_or_default()
        };
        Ok(Self {
            size: u64::from_be_bytes(number(0)),
            now_us: i64::from_be_bytes(number(1)),
            last: (i64::from_be_bytes(number(2)), u64::from_be_bytes(number(3))),
        })
    }

    /// The tree size to answer for, in a log of `size` entries.
    pub(crate) fn within(&self, size: u64) -> Result<u64, CursorError> {
        if self.size > size { Err(CursorError::Beyond { cursor: self.size, log: size }) } else { Ok(self.size) }
    }
}

fn mac(key: &[u8; 32], body: &[u8], question: &[u8; 32], oldest_first: bool) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(b"indelible cursor");
    mac.update(body);
    mac.update(question);
    mac.update(&[u8::from(oldest_first)]);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURSOR: Cursor = Cursor { size: 1_000, now_us: 5, last: (-7, 999) };

    #[test]
    fn a_cursor_is_read_back() {
        let text = CURSOR.write(&[1; 32], &[2; 32], false);
        assert_eq!(Cursor::read(&text, &[1; 32], &[2; 32], false), Ok(CURSOR));
    }

    #[test]
    fn a_cursor_of_another_question_order_or_key_is_foreign() {
        let text = CURSOR.write(&[1; 32], &[2; 32], false);
        assert_eq!(Cursor::read(&text, &[3; 32], &[2; 32], false), Err(CursorError::Foreign));
        assert_eq!(Cursor::read(&text, &[1; 32], &[3; 32], false), Err(CursorError::Foreign));
        assert_eq!(Cursor::read(&text, &[1; 32], &[2; 32], true), Err(CursorError::Foreign));
    }

    #[test]
    fn a_cursor_with_any_changed_character_is_foreign() {
        let text = CURSOR.write(&[1; 32], &[2; 32], false);
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            assert_eq!(Cursor::read(&altered, &[1; 32], &[2; 32], false), Err(CursorError::Foreign), "{at}");
        }
        assert_eq!(Cursor::read("", &[1; 32], &[2; 32], false), Err(CursorError::Foreign));
    }
}
