//! What shows that rows were written by a holder of the log's key.
//!
//! Whoever can write to the data directory, and holds no key, could add a grant, change a token's scope, or put back what was revoked.
//! So each row has a MAC, and the store one over all of them. Source: spec/control.md, "Whose rows".

use std::path::Path;

use env::SystemDisk;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ledger::{KeyFileError, load_signing_key};
use sha2::Sha256;

/// What the key is for.
const INFO: &[u8] = b"indelible control mac/v1";

pub(crate) const MAC_BYTES: usize = 32;

/// The key of a log's rows.
///
/// Source: RFC 2104.
#[derive(Clone)]
pub(crate) struct RowKey(Hmac<Sha256>);

impl RowKey {
    /// That of the log in a data directory.
    pub(crate) fn read(data_dir: &Path) -> Result<Self, KeyFileError> {
        let key = load_signing_key(&SystemDisk, &data_dir.join("keys").join("signing"))?.derive(INFO);
        let mac = Hmac::new_from_slice(key.as_slice());
        Ok(Self(mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"))))
    }

    /// The MAC of a row.
    pub(crate) fn of_row(&self, kind: &str, id: &str, value: &str) -> [u8; MAC_BYTES] {
        let mut mac = self.0.clone();
        mac.update(b"row");
        for part in [kind, id, value] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// Begins the MAC of all rows.
    pub(crate) fn of_all(&self) -> OfAll {
        let mut mac = self.0.clone();
        mac.update(b"all");
        OfAll { mac, rows: 0 }
    }
}

/// The MAC of all rows in the making: they come ordered by kind, then id, by their bytes.
pub(crate) struct OfAll {
    mac: Hmac<Sha256>,
    rows: u64,
}

impl OfAll {
    /// Takes the MAC of the next row.
    pub(crate) fn add(&mut self, mac: &[u8]) {
        self.mac.update(mac);
        self.rows += 1;
    }

    /// The MAC; `None` where there is no row, which needs none.
    pub(crate) fn end(self) -> Option<[u8; MAC_BYTES]> {
        (self.rows > 0).then(|| self.mac.finalize().into_bytes().into())
    }
}
