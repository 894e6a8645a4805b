//! Signed notes: a text and the signatures under it.
//!
//! ```text
//! <text, its last line ending in a newline>
//! <an empty line>
//! — <key name> <base64(key id, 4 bytes ‖ signature)>
//! ```
//!
//! Source: C2SP signed-note; C2SP tlog-cosignature for key type 0x04.

mod key;
mod signed;

pub use key::{KeyError, KeyType, SigningKey, VerifierKey};
pub use signed::{NOTE_BYTES_MAX, NoteError, NoteSignature, SIGNATURES_MAX, SignedNote, Verified};
