//! Key files: `keys/root` and `keys/log`, each one line of text.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use env::{Disk, Random, publish_file};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    VaultError,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES, derive},
};

/// The log's root key: it wraps every other key of the vault. 32 random bytes, wiped from memory when dropped.
pub struct RootKey(Zeroizing<[u8; 32]>);

/// The key of the log itself, made with it and never replaced. Nothing of persons depends on it: it would outlive them.
pub(crate) struct LogKey {
    /// Makes the seed of the log's indexes.
    indexes: Zeroizing<[u8; 32]>,
}

const ROOT_HEADER: &str = "indelible-root-key-v1";
const LOG_HEADER: &str = "indelible-log-key-v2";
/// Bytes of a key file that are read: the longest has some hundred.
const KEY_FILE_BYTES_MAX: u64 = 1 << 12;

const LOG_BYTES: usize = NONCE_BYTES + 32 + TAG_BYTES;

/// What the file begins with that builds before the first release made.
const OLDER_LOG_HEADER: &str = "indelible-log-keys-v1 ";

/// Where the root key lies in a data directory.
pub(crate) fn root_path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("root")
}

/// Where the log's key lies in a data directory.
pub(crate) fn log_path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("log")
}

impl RootKey {
    /// Reads `keys/root` of a data directory.
    ///
    /// # Errors
    /// [`VaultError::File`] if it cannot be read; [`VaultError::KeyFile`] if it is not as it was written.
    pub fn read(disk: &dyn Disk, data_dir: &Path) -> Result<Self, VaultError> {
        let path = root_path(data_dir);
        let text = read_text(disk, &path)?;
        Self::from_text(&text).ok_or(VaultError::KeyFile { path, reason: "damaged, or not a root key" })
    }

    /// Makes a root key and publishes it as `keys/root`, durable. Disks make files that their owner alone can read.
    pub(crate) fn create(disk: &dyn Disk, random: &dyn Random, data_dir: &Path) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        random.fill(key.as_mut_slice());
        let key = Self(key);
        publish(disk, &root_path(data_dir), &key.to_text())?;
        Ok(key)
    }

    /// The cipher for one purpose of wrapping.
    pub(crate) fn wrapper(&self, purpose: &[u8]) -> Cipher {
        Cipher::new(&derive(&self.0, purpose))
    }

    /// The key that names of persons are hashed under in memory. No file shows it, nor anything made with it.
    pub(crate) fn names(&self) -> Zeroizing<[u8; 32]> {
        derive(&self.0, b"names/v1")
    }

    /// Tells root keys apart without saying anything about them.
    fn id(&self) -> [u8; 8] {
        *derive(&self.0, b"root-id/v1")
    }

    fn to_text(&self) -> Zeroizing<String> {
        let mut hash: [u8; 32] =
            Sha256::new().chain_update(ROOT_HEADER).chain_update([0]).chain_update(self.0.as_slice()).finalize().into();
        let check = hash.first_chunk::<8>().map(|check| hex(check)).unwrap_or_default();
        hash.zeroize();
        let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()));
        Zeroizing::new(format!("{ROOT_HEADER} {} {check}\n", key.as_str()))
    }

    fn from_text(text: &str) -> Option<Self> {
        let key = text.split(' ').nth(1)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(key).ok()?);
        let key = Self(Zeroizing::new(bytes.as_slice().try_into().ok()?));
        // There is one spelling, so that every altered bit is noticed, those of header and checksum too.
        (key.to_text().as_str() == text).then_some(key)
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootKey({})", hex(&self.id()))
    }
}

impl LogKey {
    /// Makes the log's key and publishes it as `keys/log`, durable.
    pub(crate) fn create(
        disk: &dyn Disk,
        random: &dyn Random,
        data_dir: &Path,
        root: &RootKey,
    ) -> Result<Self, VaultError> {
        let mut indexes = Zeroizing::new([0; 32]);
        random.fill(indexes.as_mut_slice());
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let sealed = root.wrapper(b"wrap/log/v1").encrypt(&nonce, LOG_HEADER.as_bytes(), indexes.as_slice());
        let text = log_text(root, &[&nonce[..], &sealed].concat());
        publish(disk, &log_path(data_dir), &text)?;
        Ok(Self { indexes })
    }

    /// Reads `keys/log` of a data directory.
    pub(crate) fn read(disk: &dyn Disk, data_dir: &Path, root: &RootKey) -> Result<Self, VaultError> {
        let path = log_path(data_dir);
        let text = read_text(disk, &path)?;
        let key_file = |reason| VaultError::KeyFile { path: path.clone(), reason };
        if text.starts_with(OLDER_LOG_HEADER) {
            return Err(key_file("made by an unreleased build: begin a new log"));
        }
        let Some(bytes) = log_bytes(&text) else { return Err(key_file("damaged, or not the key of a log")) };
        if log_text(root, &bytes) != *text {
            return Err(key_file("damaged, or wrapped by another root key"));
        }
        let (nonce, sealed) = bytes.split_first_chunk().expect("the nonce is part of the length");
        let key = root.wrapper(b"wrap/log/v1").decrypt(nonce, LOG_HEADER.as_bytes(), sealed);
        let key = key.ok_or_else(|| key_file("damaged: it does not unwrap"))?;
        Ok(Self { indexes: Zeroizing::new(key.as_slice().try_into().expect("32 bytes were wrapped")) })
    }

    /// The seed of the log's indexes: the first 8 bytes, big-endian, of HMAC-SHA-256 under the index key.
    pub(crate) fn index_seed(&self) -> u64 {
        u64::from_be_bytes(*self.derived("seed of indexes").first_chunk().expect("the MAC has 32 bytes"))
    }

    /// The key that authenticates index files: HMAC-SHA-256 under the index key.
    pub(crate) fn index_mac_key(&self) -> [u8; 32] {
        self.derived("MAC key of indexes")
    }

    fn derived(&self, info: &str) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(self.indexes.as_slice()).expect("HMAC takes keys of every length");
        mac.chain_update(info).finalize().into_bytes().into()
    }
}

fn log_text(root: &RootKey, bytes: &[u8]) -> String {
    format!("{LOG_HEADER} {} {}\n", hex(&root.id()), URL_SAFE_NO_PAD.encode(bytes))
}

fn log_bytes(text: &str) -> Option<[u8; LOG_BYTES]> {
    let bytes = text.strip_suffix('\n')?.split(' ').nth(2)?;
    URL_SAFE_NO_PAD.decode(bytes).ok()?.try_into().ok()
}

fn read_text(disk: &dyn Disk, path: &Path) -> Result<Zeroizing<String>, VaultError> {
    let bytes = env::read_whole(disk, path, KEY_FILE_BYTES_MAX)
        .map_err(|source| VaultError::File { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map(Zeroizing::new);
    text.map_err(|_| VaultError::KeyFile { path: path.to_owned(), reason: "damaged: it is not text" })
}

fn publish(disk: &dyn Disk, path: &Path, text: &str) -> Result<(), VaultError> {
    let made = disk
        .create_dir_all(path.parent().unwrap_or(Path::new("")))
        .and_then(|()| publish_file(disk, path, text.as_bytes()));
    made.map_err(|source| VaultError::File { path: path.to_owned(), source })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
