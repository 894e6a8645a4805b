//! Keys of notes and their texts.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::hash::parse_hex;

/// How a key signs. The byte stands before the key in its text and goes into the key id, so that further types can be
/// added beside these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// `0x01`: Ed25519 over the text of the note.
    Ed25519,
    /// `0x04`: a witness's timestamped Ed25519 cosignature over a checkpoint; the signature bytes are a big-endian
    /// `u64` of Unix seconds and then 64 bytes over `cosignature/v1\ntime <seconds>\n` and the text.
    CosignatureV1,
}

/// A public key that checks the signatures of one name: `<name>+<key id, 8 hex digits>+<base64(type ‖ key)>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key_type: KeyType,
    key: ed25519_dalek::VerifyingKey,
}

/// A private Ed25519 key with its name. Its bytes are wiped from memory when it is dropped.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::SigningKey,
}

/// Why a text is no key, or a key cannot be used so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name is not empty and has neither white space nor a plus sign nor control characters.
    #[error("a key name is not empty and has no white space, control character or plus sign")]
    Name,
    /// The text is not made as keys are.
    #[error("not a key: name+id+base64 was expected")]
    Malformed,
    /// The id is not the one its name and key have: the text was altered.
    #[error("the key id does not belong to this name and key")]
    Id,
    /// A type of key this version does not know.
    #[error("unknown key type 0x{0:02x}")]
    UnknownType(u8),
    /// The bytes are no point on the curve.
    #[error("not an Ed25519 public key")]
    NotAKey,
}

impl KeyType {
    /// The byte that stands for the type.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, KeyError> {
        match byte {
            0x01 => Ok(Self::Ed25519),
            0x04 => Ok(Self::CosignatureV1),
            other => Err(KeyError::UnknownType(other)),
        }
    }
}

impl VerifierKey {
    /// The verifier of an Ed25519 public key under `name`.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::NotAKey`].
    pub fn new(name: &str, key_type: KeyType, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(public_key).map_err(|_| KeyError::NotAKey)?;
        Ok(Self { name: name.to_owned(), id: key_id(name, key_type, public_key), key_type, key })
    }

    /// The name that stands in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key).
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// How the key signs.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The 32 bytes of the public key, as RFC 8032 encodes it.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether `signature` (the bytes behind the key id) is this key's over `text`; for a cosignature the second it
    /// was made, too.
    ///
    /// Points of small order are refused, so that nobody can make a key under which one signature fits many texts.
    pub(crate) fn check(&self, text: &str, signature: &[u8]) -> Option<Check> {
        match self.key_type {
            KeyType::Ed25519 => {
                let signature = Signature::from_slice(signature).ok()?;
                self.key.verify_strict(text.as_bytes(), &signature).ok()?;
                Some(Check { time_s: None })
            }
            KeyType::CosignatureV1 => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time_s = u64::from_be_bytes(*time);
                let signature = Signature::from_slice(signature).ok()?;
                let message = format!("cosignature/v1\ntime {time_s}\n{text}");
                self.key.verify_strict(message.as_bytes(), &signature).ok()?;
                Some(Check { time_s: Some(time_s) })
            }
        }
    }
}

/// What a good signature says beside being good.
pub(crate) struct Check {
    pub(crate) time_s: Option<u64>,
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, Hex(&self.id), encode_key(self.key_type, &self.key.to_bytes()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // Base64 may hold plus signs itself; the name and the id do not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        check_name(name)?;
        let id: [u8; 4] = parse_hex(id).ok_or(KeyError::Malformed)?;
        let bytes = STANDARD.decode(key).map_err(|_| KeyError::Malformed)?;
        let (key_type, key) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let key_type = KeyType::from_byte(*key_type)?;
        let verifier = Self::new(name, key_type, key.try_into().map_err(|_| KeyError::NotAKey)?)?;
        if verifier.id == id { Ok(verifier) } else { Err(KeyError::Id) }
    }
}

impl SigningKey {
    /// The key that `seed` (32 random bytes, RFC 8032's private key) makes, under `name`.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let id = key_id(name, KeyType::Ed25519, key.verifying_key().as_bytes());
        Ok(Self { name: name.to_owned(), id, key })
    }

    /// Reads `PRIVATE+KEY+<name>+<key id>+<base64(type ‖ seed)>`.
    ///
    /// # Errors
    /// Any [`KeyError`]; none of them repeats what was read.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE_PREFIX).ok_or(KeyError::Malformed)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let id: [u8; 4] = parse_hex(id).ok_or(KeyError::Malformed)?;
        let bytes = STANDARD.decode(key).map_err(|_| KeyError::Malformed)?;
        let (key_type, seed) = bytes.split_first().ok_or(KeyError::Malformed)?;
        match KeyType::from_byte(*key_type)? {
            KeyType::Ed25519 => {}
            // A log signs notes; cosigning is a witness's work.
            KeyType::CosignatureV1 => return Err(KeyError::UnknownType(*key_type)),
        }
        let key = Self::from_seed(name, seed.try_into().map_err(|_| KeyError::NotAKey)?)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The text that [`Self::from_text`] reads, to be kept in a file of mode 0600. It holds the secret: wipe it after
    /// use.
    pub fn to_text(&self) -> String {
        let seed = encode_key(KeyType::Ed25519, self.key.as_bytes());
        format!("{PRIVATE_PREFIX}{}+{}+{seed}", self.name, Hex(&self.id))
    }

    /// The name that stands in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id, as in the verifier.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), id: self.id, key_type: KeyType::Ed25519, key: self.key.verifying_key() }
    }

    /// A key for another purpose of the same holder: 32 bytes of HKDF-SHA-256 (RFC 5869) of the seed, without salt. Each purpose
    /// has an `info` of its own; no derived key says anything about the seed or another.
    ///
    /// # Panics
    /// Never: 32 bytes are within HKDF's bound.
    pub fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        let expanded = Hkdf::<Sha256>::new(None, self.key.as_bytes()).expand(info, derived.as_mut_slice());
        expanded.unwrap_or_else(|_| panic!("32 bytes are within HKDF's bound"));
        derived
    }

    /// The 64 bytes of the signature over `text`. Deterministic.
    pub(crate) fn signature(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    /// Shows the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier())
    }
}

const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";

/// Whether a text may stand as key name in a signature line.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn check_name(name: &str) -> Result<(), KeyError> {
    if is_name(name) { Ok(()) } else { Err(KeyError::Name) }
}

fn key_id(name: &str, key_type: KeyType, public_key: &[u8; 32]) -> [u8; 4] {
    let hash =
        Sha256::new().chain_update(name).chain_update([b'\n', key_type.byte()]).chain_update(public_key).finalize();
    let [first, second, third, fourth, ..] = hash.0;
    [first, second, third, fourth]
}

fn encode_key(key_type: KeyType, key: &[u8; 32]) -> String {
    let mut bytes = [0; 33];
    let (head, tail) = bytes.split_at_mut(1);
    head.fill(key_type.byte());
    tail.copy_from_slice(key);
    STANDARD.encode(bytes)
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
