//! Disclosures, sealed under their person's key and opened again.

use std::sync::Arc;

use event::{Disclosure, Kind, PersonId, PersonKey};
use zeroize::Zeroizing;

use super::Vault;
use crate::{
    KeyState, OpenDisclosureError, Sealed,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES},
    compact,
    sealed::{HEAD_BYTES, head},
};

impl Vault {
    /// Encrypts a disclosure that `key` made. Equal disclosures of a person seal to equal bytes.
    ///
    /// Cost: finding the phrases of its value and one AES-GCM-SIV, a few µs.
    #[must_use]
    pub fn seal(&self, key: &PersonKey, disclosure: &Disclosure) -> Sealed {
        let ciphertext = record_of(key, disclosure).split_off(HEAD_BYTES);
        Sealed { digest: disclosure.digest, person: key.id(), kind: disclosure.kind, ciphertext }
    }

    /// The record of a disclosure, sealed: as [`Self::seal`] and [`Sealed::to_record`].
    ///
    /// Cost: a look-up for an identity that was sealed lately; else as [`Self::seal`].
    #[must_use]
    pub fn seal_record(&self, key: &PersonKey, disclosure: &Disclosure) -> Arc<[u8]> {
        let lasting = disclosure.kind == Kind::Identity;
        if let Some(record) = lasting.then(|| self.records.get(&disclosure.digest)).flatten() {
            return record;
        }
        let record: Arc<[u8]> = record_of(key, disclosure).into();
        if lasting {
            self.records.put(disclosure.digest, Arc::clone(&record));
        }
        record
    }

    /// Decrypts a disclosure and checks it against its digest: the `[salt,kind,value]` text; `None` if the person's
    /// key was destroyed.
    ///
    /// Cost: one AES-GCM-SIV, one HMAC and one SHA-256, a few µs.
    ///
    /// # Errors
    /// Any [`OpenDisclosureError`].
    pub fn open_sealed(&self, sealed: &Sealed) -> Result<Option<String>, OpenDisclosureError> {
        self.open_ciphertext(&sealed.digest, sealed.person, sealed.kind, &sealed.ciphertext)
    }

    /// As [`Self::open_sealed`], of a disclosure that lies elsewhere.
    ///
    /// # Errors
    /// Any [`OpenDisclosureError`].
    pub fn open_ciphertext(
        &self,
        digest: &[u8; 32],
        person: PersonId,
        kind: Kind,
        ciphertext: &[u8],
    ) -> Result<Option<String>, OpenDisclosureError> {
        let key = {
            let people = self.read_people();
            match people.by_id(person) {
                Some(key) => key,
                None if people.state(person) == KeyState::Destroyed => return Ok(None),
                None => return Err(OpenDisclosureError::UnknownPerson),
            }
        };
        let plain = cipher_of(&key).decrypt(&nonce_of(digest), &head(digest, person, kind), ciphertext);
        let mut plain: Zeroizing<Vec<u8>> = plain.ok_or(OpenDisclosureError::Altered)?;
        let opened = compact::read(&key, kind, std::mem::take(&mut *plain));
        let opened =
            opened.filter(|disclosure| disclosure.digest == *digest).ok_or(OpenDisclosureError::OtherDigest)?;
        Ok(Some(opened.json))
    }
}

/// The record of a disclosure: its head, and its text encrypted behind it in the shortest form.
fn record_of(key: &PersonKey, disclosure: &Disclosure) -> Vec<u8> {
    let bound = head(&disclosure.digest, key.id(), disclosure.kind);
    let mut record = Vec::with_capacity(HEAD_BYTES + disclosure.json.len() + TAG_BYTES);
    record.extend_from_slice(&bound);
    compact::write(key, disclosure, &mut record);
    let text = record.get_mut(HEAD_BYTES..).unwrap_or_default();
    let tag = cipher_of(key).encrypt_in_place(&nonce_of(&disclosure.digest), &bound, text);
    record.extend_from_slice(&tag);
    record
}

fn cipher_of(key: &PersonKey) -> Cipher {
    Cipher::new(key.encryption())
}

/// The first bytes of the digest: see spec/vault.md for why that is safe.
fn nonce_of(digest: &[u8; 32]) -> [u8; NONCE_BYTES] {
    *digest.first_chunk().expect("a digest is longer than a nonce")
}
