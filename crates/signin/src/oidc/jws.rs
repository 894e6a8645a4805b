//! Signed tokens: three parts of base64url, joined by dots. Source: RFC 7515 §3.1, RFC 8725 (best practices).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::claims::Claims;
use super::error::TokenFault;

/// Longest token, in bytes: one with some thousand groups is below.
const TOKEN_BYTES_MAX: usize = 256 * 1024;

/// How a token is signed. There is no `none`, and nothing that is made with a secret both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // `Ed25519` is its name by RFC 9864.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A token that is read but not believed: only its key gives its claims.
#[derive(Debug)]
pub struct Jws<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    /// Kind of token, in lower case, where it says so.
    pub(crate) kind: Option<String>,
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
    payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

impl<'a> Jws<'a> {
    /// Reads a token. Nothing is checked but its form and that its algorithm is one of ours.
    ///
    /// # Errors
    /// `Form`, `Algorithm`.
    pub fn read(token: &'a str) -> Result<Self, TokenFault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenFault::Form);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::Form)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Form);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| TokenFault::Form)?;
        if header.crit.is_some() || header.b64.is_some() {
            return Err(TokenFault::Form);
        }
        Ok(Self {
            algorithm: Algorithm::named(&header.alg).ok_or(TokenFault::Algorithm)?,
            key_id: header.kid,
            kind: header.typ.map(|kind| kind.to_ascii_lowercase().trim_start_matches("application/").to_owned()),
            signed: signed.as_bytes(),
            signature: decode(signature)?,
            payload: decode(payload)?,
        })
    }

    /// Its claims. Only for whoever has checked the signature.
    pub(crate) fn claims(&self) -> Result<Claims, TokenFault> {
        serde_json::from_slice(&self.payload).map_err(|_| TokenFault::Form)
    }
}
