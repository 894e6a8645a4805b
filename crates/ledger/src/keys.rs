//! The log's origin and the key it signs with.

use crate::KeyFileError;
use env::{Disk, Random};
use proof::SigningKey;
use std::path::Path;

/// Bytes of the key's file and of `tree/origin` that are read: an origin has at most 255, as it names the mark's file.
pub(crate) const ORIGIN_FILE_BYTES_MAX: u64 = 1 << 12;

/// A new log's origin: `<name>/<16 random hex digits>`.
#[must_use]
pub fn new_origin(name: &str, random: &dyn Random) -> String {
    let mut tag = [0; 8];
    random.fill(&mut tag);
    format!("{name}/{:016x}", u64::from_be_bytes(tag))
}

/// Makes the key of a new log and writes it to `path` (for its owner's eyes only), durable.
///
/// # Errors
/// [`KeyFileError::Io`] also when the file exists; [`KeyFileError::Origin`].
pub fn create_signing_key(
    disk: &dyn Disk,
    random: &dyn Random,
    path: &Path,
    origin: &str,
) -> Result<SigningKey, KeyFileError> {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    random.fill(seed.as_mut());
    let key = SigningKey::from_seed(origin, &seed).map_err(|_| KeyFileError::Origin { origin: origin.to_owned() })?;
    let text = zeroize::Zeroizing::new(file_text(&key));
    env::publish_file(disk, path, text.as_bytes())
        .map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    Ok(key)
}

/// Reads a key file. Any changed bit is noticed: name, key and key id are bound together, and the text has one spelling.
///
/// # Errors
/// [`KeyFileError`].
pub fn load_signing_key(disk: &dyn Disk, path: &Path) -> Result<SigningKey, KeyFileError> {
    let bytes = env::read_whole(disk, path, ORIGIN_FILE_BYTES_MAX)
        .map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let damaged = || KeyFileError::Damaged { path: path.to_owned() };
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
    let key = SigningKey::from_text(text.trim_end()).map_err(|_| damaged())?;
    if file_text(&key) == text { Ok(key) } else { Err(damaged()) }
}

fn file_text(key: &SigningKey) -> String {
    key.to_text() + "\n"
}
