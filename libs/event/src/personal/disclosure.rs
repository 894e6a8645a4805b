use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::json::{Text, Token, Tokens};
use crate::limits::DEPTH_MAX;

/// What a disclosure discloses. The order is that of the combined digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Name, e-mail address, and an id that is an address.
    Identity,
    /// Address, user agent, city and region of the client.
    Connection,
    /// Everything else: what the client declared, and strings that were found to hold personal values.
    Fields,
}

impl Kind {
    /// Every kind, in the order of the combined digest.
    pub const ALL: [Self; 3] = [Self::Identity, Self::Connection, Self::Fields];

    /// The word in the disclosure.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Connection => "connection",
            Self::Fields => "fields",
        }
    }

    /// Reads the word of a disclosure; `None` if it is none of the three.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// A byte for records: 0, 1, 2 in the order of [`Kind::ALL`].
    #[must_use]
    pub fn as_byte(self) -> u8 {
        self as u8
    }

    /// Reads the byte of a record; `None` if it is none of the three.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_byte() == byte)
    }
}

/// One person's values of one kind in an entry. Equal values of a person give the same disclosure for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Which.
    pub kind: Kind,
    /// SHA-256 of the base64url of `json` (RFC 9901 §4.2.3).
    pub digest: [u8; 32],
    /// `["salt","kind",{"pointer":value,…}]` without whitespace, pointers sorted; its base64url is the SD-JWT disclosure.
    pub json: String,
}

impl Disclosure {
    /// Writes a disclosure. `value` is a JSON object without whitespace, its pointers sorted.
    ///
    /// Cost: one SHA-256 over 4/3 of the text.
    #[must_use]
    pub fn new(kind: Kind, salt: &[u8; 16], value: &str) -> Self {
        let mut json = String::with_capacity(value.len() + 48);
        json.push_str("[\"");
        URL_SAFE_NO_PAD.encode_string(salt, &mut json);
        json.push_str("\",\"");
        json.push_str(kind.as_str());
        json.push_str("\",");
        json.push_str(value);
        json.push(']');
        Self { kind, digest: disclosure_digest(&json), json }
    }

    /// The JSON object of pointers and values, as it stands in `json`; empty if that is too short to hold one.
    #[must_use]
    pub fn value(&self) -> &str {
        // ["<22>","<kind>",<value>]
        let start = 2 + 22 + 3 + self.kind.as_str().len() + 2;
        self.json.get(start..self.json.len().saturating_sub(1)).unwrap_or_default()
    }

    /// The SD-JWT disclosure: base64url of `json`.
    #[must_use]
    pub fn encoded(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.json)
    }
}

/// The digest of a disclosure's `[salt,kind,value]` text: SHA-256 of its base64url.
///
/// Source: RFC 9901 §4.2.3.
#[must_use]
pub fn disclosure_digest(json: &str) -> [u8; 32] {
    let mut encoded = String::with_capacity(json.len() * 4 / 3 + 4);
    URL_SAFE_NO_PAD.encode_string(json, &mut encoded);
    Sha256::digest(encoded).into()
}

/// The digest that the line holds for a person: SHA-256 over the raw digests of the person's disclosures, in the
/// order of [`Kind::ALL`], absent ones left out.
#[must_use]
pub fn combined_digest<'a>(digests: impl IntoIterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for digest in digests {
        hash.update(digest);
    }
    hash.finalize().into()
}

/// A disclosure's text taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedDisclosure<'a> {
    /// Which.
    pub kind: Kind,
    /// JSON pointers into the entry, and the JSON text that belongs there; in the disclosure's order.
    pub values: Vec<(Cow<'a, str>, &'a str)>,
}

/// Why a text is not a disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Not `["…","kind",{…}]`.
    #[error("not a disclosure: {what}")]
    Form {
        /// What was wrong.
        what: &'static str,
    },
    /// Its digest is another.
    #[error("the disclosure is not the one that the digest names")]
    Digest,
}

impl<'a> OpenedDisclosure<'a> {
    /// Takes a disclosure's `[salt,kind,value]` text apart.
    ///
    /// Cost: one pass.
    ///
    /// # Errors
    /// [`DisclosureError::Form`].
    pub fn parse(json: &'a str) -> Result<Self, DisclosureError> {
        let mut values = Vec::new();
        let kind = take_apart(json, |pointer, value| values.push((pointer.decode(), value)))?;
        Ok(Self { kind, values })
    }

    /// As [`OpenedDisclosure::parse`], from base64url, checked against the digest.
    ///
    /// `text` receives the decoded text that the result borrows from.
    ///
    /// # Errors
    /// [`DisclosureError`].
    pub fn decode(encoded: &str, digest: &[u8; 32], text: &'a mut String) -> Result<Self, DisclosureError> {
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| DisclosureError::Form { what: "not base64url" })?;
        *text = String::from_utf8(bytes).map_err(|_| DisclosureError::Form { what: "not UTF-8" })?;
        if disclosure_digest(text) != *digest {
            return Err(DisclosureError::Digest);
        }
        Self::parse(text)
    }
}

/// Hands each pointer with its JSON text to `each`; returns the kind.
pub(super) fn take_apart<'a>(json: &'a str, mut each: impl FnMut(Text<'a>, &'a str)) -> Result<Kind, DisclosureError> {
    let mut tokens = Tokens::new(json, DEPTH_MAX as u32 + 2);
    expect(next(&mut tokens)? == Token::ArrayStart, "not an array")?;
    expect(matches!(next(&mut tokens)?, Token::String(_)), "no salt")?;
    let kind = match next(&mut tokens)? {
        Token::String(word) => Kind::from_word(&word.decode()),
        _ => None,
    };
    let kind = kind.ok_or(DisclosureError::Form { what: "no kind that is known" })?;
    expect(next(&mut tokens)? == Token::ObjectStart, "no object of values")?;
    while let Token::Key(pointer) = next(&mut tokens)? {
        let value = next(&mut tokens)?;
        let start = tokens.token_start();
        tokens.skip(value).map_err(|syntax| DisclosureError::Form { what: syntax.what })?;
        each(pointer, tokens.slice(start, tokens.at()));
    }
    expect(next(&mut tokens)? == Token::ArrayEnd, "more than three elements")?;
    match tokens.next() {
        Ok(None) => Ok(kind),
        _ => Err(DisclosureError::Form { what: "more text after the array" }),
    }
}

fn next<'a>(tokens: &mut Tokens<'a>) -> Result<Token<'a>, DisclosureError> {
    match tokens.next() {
        Ok(Some(token)) => Ok(token),
        Ok(None) => Err(DisclosureError::Form { what: "the text ends too early" }),
        Err(syntax) => Err(DisclosureError::Form { what: syntax.what }),
    }
}

fn expect(holds: bool, what: &'static str) -> Result<(), DisclosureError> {
    if holds { Ok(()) } else { Err(DisclosureError::Form { what }) }
}
