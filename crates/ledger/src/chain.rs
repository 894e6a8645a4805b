//! The chain of records in `tree/checkpoints`: each has a number, and a MAC over itself and the MAC of the record before, so that
//! none can be left out, doubled, dated anew or moved without the log's key.

use crate::record::Record;
use hmac::{Hmac, KeyInit, Mac};
use proof::SigningKey;
use sha2::Sha256;

/// The purpose of the key, as HKDF's `info`.
const PURPOSE: &[u8] = b"checkpoints/v1";

/// The key of the chain, derived from the signing key's seed.
#[derive(Clone)]
pub struct ChainKey(Hmac<Sha256>);

impl ChainKey {
    /// The chain's key of the log that signs with `key`.
    ///
    /// # Panics
    /// Never: HMAC takes keys of every length.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        let derived = key.derive(PURPOSE);
        Self(Hmac::new_from_slice(derived.as_slice()).unwrap_or_else(|_| panic!("HMAC takes keys of every length")))
    }

    fn mac(&self, before: &[u8; 32], number: u64, recorded_us: i64, note: &[u8]) -> Hmac<Sha256> {
        let head = self.0.clone().chain_update(before).chain_update(number.to_le_bytes());
        head.chain_update(recorded_us.to_le_bytes()).chain_update(note)
    }
}

/// The end of a chain: what the next record must continue.
pub(crate) struct Chain {
    /// `None`: only numbers are checked, which anybody can make fit.
    key: Option<ChainKey>,
    number: u64,
    mac: [u8; 32],
}

impl Chain {
    /// Before the first record.
    pub(crate) fn begin(key: Option<ChainKey>) -> Self {
        Self { key, number: 0, mac: [0; 32] }
    }

    /// Makes the next record. Call [`Self::follow`] with it once it is in the file; only then the chain goes on from it.
    ///
    /// # Panics
    /// Without the key: who signs has it.
    pub(crate) fn link(&self, recorded_us: i64, note: Vec<u8>) -> Record {
        let Some(key) = &self.key else { panic!("the one who signs has the chain's key") };
        let mac = key.mac(&self.mac, self.number, recorded_us, &note).finalize().into_bytes().into();
        Record { recorded_us, number: self.number, mac, note }
    }

    /// Takes the next record of the file; says what is wrong if it does not continue the chain. Either way the chain goes on from
    /// it. Cost: about half a microsecond.
    pub(crate) fn follow(&mut self, record: &Record) -> Result<(), &'static str> {
        let numbered = record.number == self.number;
        let key = self.key.as_ref();
        let joined = key.is_none_or(|key| {
            key.mac(&self.mac, self.number, record.recorded_us, &record.note).verify_slice(&record.mac).is_ok()
        });
        self.number = record.number.wrapping_add(1);
        self.mac = record.mac;
        match (numbered, joined) {
            (false, _) => Err("records are missing before it, or it stands twice"),
            (true, false) => Err("it does not continue the record before it: altered without the log's key"),
            (true, true) => Ok(()),
        }
    }
}
