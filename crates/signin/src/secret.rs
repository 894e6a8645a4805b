//! Secrets for cookies and links: 256 random bits, of which only a hash is kept.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A secret that somebody else keeps: in a cookie, or in a link that is good once.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// What is kept of a secret: enough to know it again, too little to make it. It is random and long, so one pass of SHA-256 serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretHash([u8; 32]);

impl Secret {
    /// Letters of a secret: base 32, without padding.
    pub const LEN: usize = (SECRET_BYTES * 8).div_ceil(5);

    /// A new one.
    #[must_use]
    pub fn new(random: &dyn env::Random) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        random.fill(&mut *bytes);
        Self(Zeroizing::new(BASE32_NOPAD.encode(&*bytes).to_ascii_lowercase()))
    }

    /// Reads one; none where the text cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        (text.len() == Self::LEN && text.bytes().all(is_letter)).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text to hand out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What to keep of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl SecretHash {
    /// Whether both are of one secret. Takes as long whatever differs.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for Secret {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        HEXLOWER.encode(&hash.0)
    }
}

impl TryFrom<String> for SecretHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a hash is 64 lower-case hex digits")
    }
}
