//! AES-256-GCM-SIV and the derivation of keys, as spec/vault.md says.

use aes_gcm_siv::{
    Aes256GcmSiv, Key, KeyInit, Nonce,
    aead::{Aead, AeadInOut, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a nonce.
pub(crate) const NONCE_BYTES: usize = 12;

/// Bytes of the authentication tag.
pub(crate) const TAG_BYTES: usize = 16;

/// A key ready for use.
pub(crate) struct Cipher(Aes256GcmSiv);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key)))
    }

    /// The ciphertext with its tag behind it.
    pub(crate) fn encrypt(&self, nonce: &[u8; NONCE_BYTES], bound: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plain.len() + TAG_BYTES);
        sealed.extend_from_slice(plain);
        let tag = self.encrypt_in_place(nonce, bound, &mut sealed);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Encrypts a text where it stands; returns the tag.
    pub(crate) fn encrypt_in_place(&self, nonce: &[u8; NONCE_BYTES], bound: &[u8], text: &mut [u8]) -> [u8; TAG_BYTES] {
        self.0
            .encrypt_inout_detached(&Nonce::from(*nonce), bound, text.into())
            .expect("the cipher takes texts up to 64 GiB, ours are below 1 MiB")
            .into()
    }

    /// The plaintext; `None` if anything was altered.
    pub(crate) fn decrypt(&self, nonce: &[u8; NONCE_BYTES], bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: bound }).ok().map(Zeroizing::new)
    }
}

/// HKDF-SHA-256 without salt: `N` bytes for the purpose `info` (RFC 5869).
pub(crate) fn derive<const N: usize>(key: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; N]> {
    let mut derived = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(None, key).expand(info, derived.as_mut_slice()).expect("short outputs are within HKDF's bound");
    derived
}
