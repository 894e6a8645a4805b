//! Disclosures, sealed under their person's key and opened again.

use std::sync::Arc;

use event::personal::{RECORD_HEAD_BYTES, SealedDisclosure};
use event::{Disclosure, Kind, PersonKey};
use zeroize::Zeroizing;

use super::Vault;
use crate::{
    KeyState, OpenDisclosureError,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES},
    compact,
};

impl Vault {
    /// Encrypts a disclosure that `key` made. Equal disclosures of a person seal to equal bytes.
    ///
    /// Cost: finding the phrases of its value and one AES-GCM-SIV, a few µs.
    #[must_use]
    pub fn seal(&self, key: &PersonKey, disclosure: &Disclosure) -> SealedDisclosure {
        let ciphertext = record_of(key, disclosure).split_off(RECORD_HEAD_BYTES);
        SealedDisclosure { digest: disclosure.digest, person: key.id(), kind: disclosure.kind, ciphertext }
    }

    /// The record of a disclosure, sealed: as [`Self::seal`] and [`SealedDisclosure::to_record`].
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
    pub fn open_sealed<C: AsRef<[u8]>>(
        &self,
        sealed: &SealedDisclosure<C>,
    ) -> Result<Option<String>, OpenDisclosureError> {
        let SealedDisclosure { digest, person, kind, ciphertext } = sealed.as_ref();
        let key = {
            let people = self.read_people();
            match people.by_id(person) {
                Some(key) => key,
                None if people.state(person) == KeyState::Destroyed => return Ok(None),
                None => return Err(OpenDisclosureError::UnknownPerson),
            }
        };
        let plain = cipher_of(&key).decrypt(&nonce_of(&digest), &sealed.head(), ciphertext);
        let mut plain: Zeroizing<Vec<u8>> = plain.ok_or(OpenDisclosureError::Altered)?;
        let opened = compact::read(&key, kind, std::mem::take(&mut *plain));
        let opened = opened.filter(|disclosure| disclosure.digest == digest).ok_or(OpenDisclosureError::OtherDigest)?;
        Ok(Some(opened.json))
    }
}

/// The record of a disclosure: its head, and its text encrypted behind it in the shortest form.
fn record_of(key: &PersonKey, disclosure: &Disclosure) -> Vec<u8> {
    let head = SealedDisclosure { digest: disclosure.digest, person: key.id(), kind: disclosure.kind, ciphertext: b"" };
    let bound = head.head();
    let mut record = Vec::with_capacity(RECORD_HEAD_BYTES + disclosure.json.len() + TAG_BYTES);
    record.extend_from_slice(&bound);
    compact::write(key, disclosure, &mut record);
    let text = record.get_mut(RECORD_HEAD_BYTES..).unwrap_or_default();
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
