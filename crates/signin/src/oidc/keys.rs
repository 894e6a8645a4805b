//! The keys by which an issuer signs. Source: RFC 7517, RFC 7518 §6, RFC 8037.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

use super::claims::Claims;
use super::error::TokenFault;
use super::jws::{Algorithm, Jws};

/// Keys of one issuer: more are not read.
const KEYS_MAX: usize = 64;

/// An issuer's public keys.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a key set. What is no key for RS256, ES256 or EdDSA is left out, as the RFC demands.
    ///
    /// # Errors
    /// If it is no key set.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        let set: Jwks = serde_json::from_slice(json)?;
        let keys = set.keys.into_iter().filter_map(|key| Key::of(serde_json::from_value(key).ok()?));
        Ok(Self(keys.take(KEYS_MAX).collect()))
    }

    /// Whether a key of this token is among them.
    pub(crate) fn has(&self, jws: &Jws<'_>) -> bool {
        self.fitting(jws).next().is_some()
    }

    /// The claims of a token that one of these keys has signed.
    ///
    /// # Errors
    /// `UnknownKey`, `Algorithm` where the key of its id is for another one, `Signature`.
    pub fn claims(&self, jws: &Jws<'_>) -> Result<Claims, TokenFault> {
        if self.has(jws) {
            let is_signed = self.fitting(jws).any(|key| key.has_signed(jws));
            return if is_signed { jws.claims() } else { Err(TokenFault::Signature) };
        }
        let is_of_other_kind = jws.key_id.is_some() && self.0.iter().any(|key| key.id == jws.key_id);
        Err(if is_of_other_kind { TokenFault::Algorithm } else { TokenFault::UnknownKey })
    }

    /// Those of the token's id and algorithm; where it has no id, all of its algorithm.
    fn fitting(&self, jws: &Jws<'_>) -> impl Iterator<Item = &Key> {
        let is_id = |key: &&Key| jws.key_id.is_none() || key.id == jws.key_id;
        self.0.iter().filter(is_id).filter(|key| key.algorithm() == jws.algorithm)
    }
}

impl Key {
    fn of(jwk: Jwk) -> Option<Self> {
        let decode = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        let material = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => Material::Rsa { n: decode(&jwk.n)?, e: decode(&jwk.e)? },
            ("EC", Some("P-256")) => Material::P256([vec![4], decode(&jwk.x)?, decode(&jwk.y)?].concat()),
            ("OKP", Some("Ed25519")) => Material::Ed25519(decode(&jwk.x)?),
            _ => return None,
        };
        let key = Self { id: jwk.kid, material };
        let is_for_signing = jwk.usage.is_none_or(|usage| usage == "sig");
        let is_for_this = jwk.alg.is_none_or(|name| Algorithm::named(&name) == Some(key.algorithm()));
        (is_for_signing && is_for_this).then_some(key)
    }

    fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn has_signed(&self, jws: &Jws<'_>) -> bool {
        let (message, signature) = (jws.signed, &jws.signature);
        let verified = match &self.material {
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
        };
        verified.is_ok()
    }
}
