use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::disclosure::{Disclosure, Kind};
use super::person::{Person, PersonId, keyed};

/// Where persons' keys come from (the vault).
pub trait Keys: Send + Sync {
    /// The key of a person, made now if the person is new. A new key must be durable before a frame that needs it is.
    ///
    /// Cost: called up to a few times per event; answer from memory.
    ///
    /// # Errors
    /// [`KeyError`].
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError>;

    /// The pseudonym of a person whose id is an e-mail address (`person.id` holds the address here): 24 characters, the same each
    /// time until the person of that pseudonym is erased. It is the person's id from then on.
    fn pseudonym(&self, person: &Person<'_>) -> String;
}

/// Why there is no key for a person.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The vault cannot answer now; try again.
    #[error("the vault is unavailable: {reason}")]
    Unavailable {
        /// What the vault says.
        reason: String,
    },
    /// The vault holds this person's key and cannot unwrap it; it needs repair.
    #[error("the vault is damaged: {reason}")]
    Damaged {
        /// What the vault says.
        reason: String,
    },
}

/// A person's key ready for use: with the few things derived from it that are kept with it, so that they vanish with it.
///
/// Keeps the person's last identity and last connection disclosure, as most events repeat them: about 1 KiB, so that one is kept only of
/// persons who act.
pub struct PersonKey {
    id: PersonId,
    secret: Zeroizing<[u8; 32]>,
    salts: OnceLock<Hmac<Sha256>>,
    encryption: OnceLock<Zeroizing<[u8; 32]>>,
    addresses: OnceLock<Zeroizing<[u8; 16]>>,
    recent: Mutex<[Option<Arc<Disclosure>>; 2]>,
}

impl PersonKey {
    /// A key of 32 random bytes. Cost: none; what is derived from it is derived at first use.
    #[must_use]
    pub fn new(id: PersonId, secret: Zeroizing<[u8; 32]>) -> Self {
        Self {
            id,
            secret,
            salts: OnceLock::new(),
            encryption: OnceLock::new(),
            addresses: OnceLock::new(),
            recent: Mutex::default(),
        }
    }

    /// The handle.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.id
    }

    /// The 32 bytes, for wrapping.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// HKDF-SHA-256 of the key: no salt, `info` as given, 32 bytes. Cost: four SHA-256 blocks.
    ///
    /// Source: RFC 5869; spec/disclosure.md.
    #[must_use]
    pub fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut okm = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.secret.as_slice())
            .expand(info, okm.as_mut_slice())
            .expect("32 bytes are within HKDF's bound");
        okm
    }

    /// The key that disclosures are encrypted under: [`PersonKey::derive`] for `enc/v1`. Cost: none after the first time.
    #[must_use]
    pub fn encryption(&self) -> &[u8; 32] {
        self.encryption.get_or_init(|| self.derive(b"enc/v1"))
    }

    /// The key under which the index holds the person's addresses: the first 16 bytes of [`PersonKey::derive`] for
    /// `address/v1`. Cost: none after the first time.
    #[must_use]
    pub fn addresses(&self) -> &[u8; 16] {
        self.addresses.get_or_init(|| {
            let mut key = Zeroizing::new([0; 16]);
            key.copy_from_slice(self.derive(b"address/v1").get(..16).unwrap_or_default());
            key
        })
    }

    /// The disclosure of `value` (the JSON object of pointers and values) under this key: the same for equal values, for ever.
    ///
    /// Cost: nothing but a comparison where it is the person's last of its kind; else one HMAC and one SHA-256.
    #[must_use]
    pub fn disclose(&self, kind: Kind, value: &str) -> Arc<Disclosure> {
        let place = match kind {
            Kind::Identity => Some(0),
            Kind::Connection => Some(1),
            Kind::Fields => None, // seldom repeats
        };
        if let Some(place) = place {
            let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = recent.get(place).and_then(Option::as_ref).filter(|kept| kept.value() == value) {
                return Arc::clone(kept);
            }
        }
        let made = Arc::new(self.disclose_anew(kind, value));
        if let Some(place) = place {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(slot) = recent.get_mut(place) {
                *slot = Some(Arc::clone(&made));
            }
        }
        made
    }

    /// As [`PersonKey::disclose`], without looking at the person's last ones or becoming one.
    ///
    /// Cost: one HMAC and one SHA-256.
    #[must_use]
    pub fn disclose_anew(&self, kind: Kind, value: &str) -> Disclosure {
        Disclosure::new(kind, &self.salt(kind, value), value)
    }

    fn salt(&self, kind: Kind, value: &str) -> [u8; 16] {
        let mac = self.salts.get_or_init(|| keyed(&self.derive(b"salt/v1"))).clone();
        let mac = mac.chain_update(kind.as_str()).chain_update([0]).chain_update(value).finalize().into_bytes();
        let mut salt = [0; 16];
        salt.copy_from_slice(mac.get(..16).unwrap_or_default());
        salt
    }
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonKey").field("id", &self.id).finish_non_exhaustive()
    }
}
