//! Key files.

use std::path::Path;

use env::Disk;
use zeroize::Zeroizing;

use crate::VaultError;

/// The log's root key: it wraps every other key of the vault. 32 random bytes, wiped when dropped.
pub struct RootKey(#[expect(dead_code, reason = "being written")] Zeroizing<[u8; 32]>);

impl RootKey {
    /// Reads `keys/root` of a data directory.
    ///
    /// # Errors
    /// [`VaultError::File`] and [`VaultError::KeyFile`].
    pub fn read(_disk: &dyn Disk, _data_dir: &Path) -> Result<Self, VaultError> {
        panic!("being written")
    }
}
