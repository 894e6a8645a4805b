//! Tokens of programs: `ind_` + id + secret + checksum, so that scanners of source code can tell one, and tell it is whole.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What every token begins with.
pub const PREFIX: &str = "ind_";

/// Random bytes of an id: no two tokens of a log share one.
const ID_BYTES: usize = 10;

/// Random bytes of a secret: more than anybody can guess.
const SECRET_BYTES: usize = 25;

/// Letters of base 32 for so many bytes, without padding.
const fn letters(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

const ID_LETTERS: usize = letters(ID_BYTES);
const SECRET_LETTERS: usize = letters(SECRET_BYTES);
const CHECKSUM_LETTERS: usize = letters(size_of::<u32>());

/// A program's token, as it is shown once and sent with each request.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
}

/// What is kept of a token: enough to know it again, too little to make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenHash([u8; 32]);

/// A text that is no token. Remedy: send the one that was shown when the token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not begin as tokens do, is of another length, or holds other letters.
    #[error("this is no token of an Indelible log: it begins with {PREFIX} and has {len} letters", len = Token::LEN)]
    Form,
    /// Its checksum does not fit: a letter was lost or changed.
    #[error("this token was copied wrongly: its last letters do not fit the ones before")]
    Checksum,
}

impl Token {
    /// Letters of a token.
    pub const LEN: usize = PREFIX.len() + ID_LETTERS + SECRET_LETTERS + CHECKSUM_LETTERS;

    /// The first token of a new program.
    #[must_use]
    pub fn new(random: &dyn env::Random) -> Self {
        Self::of_program(&random_id(random), random)
    }

    /// Another token of the program with this id.
    #[must_use]
    pub fn of_program(id: &str, random: &dyn env::Random) -> Self {
        let mut secret = [0; SECRET_BYTES];
        random.fill(&mut secret);
        let body = format!("{PREFIX}{id}{}", base32(&secret));
        let checksum = checksum(&body);
        Self { text: body + &checksum }
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let rest = text.strip_prefix(PREFIX).ok_or(TokenError::Form)?;
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        if text.len() != Self::LEN || !rest.bytes().all(is_letter) {
            return Err(TokenError::Form);
        }
        let (body, sum) = text.split_at(Self::LEN - CHECKSUM_LETTERS);
        if checksum(body) == sum { Ok(Self { text: text.to_owned() }) } else { Err(TokenError::Checksum) }
    }

    /// The text to send.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Its public part, by which it is looked up, listed and revoked.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text.get(PREFIX.len()..PREFIX.len() + ID_LETTERS).unwrap_or_default()
    }

    /// What is kept of it. Its secret is random and long, so one pass of SHA-256 serves.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.text.as_bytes()).into())
    }
}

impl TokenHash {
    /// What no token hashes to, to compare with where a token is unknown: that takes as long as a wrong secret.
    pub const NOBODY: Self = Self([0; 32]);

    /// Whether both are of one token. Takes as long whatever differs.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        HEXLOWER.encode(&hash.0)
    }
}

impl TryFrom<String> for TokenHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a hash is 64 lower-case hex digits")
    }
}

impl std::fmt::Debug for Token {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PREFIX}{}…", self.id())
    }
}

/// A new id: 16 letters.
pub(crate) fn random_id(random: &dyn env::Random) -> String {
    let mut id = [0; ID_BYTES];
    random.fill(&mut id);
    base32(&id)
}

fn base32(bytes: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

fn checksum(body: &str) -> String {
    base32(&crc32c::crc32c(body.as_bytes()).to_be_bytes())
}
