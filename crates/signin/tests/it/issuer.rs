//! An issuer in memory: its metadata, its keys, and whatever token a test lets it give.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use env::fake::{ManualClock, SeededRandom};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use signin::oidc::{Arrived, Callback, Fetch, FetchError, LoggedOut, OidcError, Provider, Redirect, RelyingParty};

pub const ISSUER: &str = "https://id.example.org";
pub const CALLBACK: &str = "https://log.example.org/v1/sign-in/oidc/corp/callback";
pub const NOW_S: i64 = 1_800_000_000;
pub const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A key of an issuer, with its id.
pub enum Key {
    Rsa(RsaKeyPair, &'static str),
    P256(EcdsaKeyPair, &'static str),
    Ed25519(Ed25519KeyPair, &'static str),
}

impl Key {
    pub fn rsa(id: &'static str) -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("../data/issuer-rsa.pk8")).unwrap(), id)
    }

    pub fn p256(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap(), id)
    }

    pub fn ed25519(id: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap(), id)
    }

    pub fn jwk(&self) -> Value {
        match self {
            Self::Rsa(pair, id) => {
                let parts = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "kid": id, "use": "sig", "n": b64(&parts.n), "e": b64(&parts.e) })
            }
            Self::P256(pair, id) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "alg": "ES256", "x": b64(x), "y": b64(y) })
            }
            Self::Ed25519(pair, id) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": b64(pair.public_key().as_ref()) })
            }
        }
    }

    pub fn header(&self) -> Value {
        match self {
            Self::Rsa(_, id) => json!({ "alg": "RS256", "kid": id }),
            Self::P256(_, id) => json!({ "alg": "ES256", "kid": id }),
            Self::Ed25519(_, id) => json!({ "alg": "EdDSA", "kid": id }),
        }
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string().as_bytes()), b64(claims.to_string().as_bytes()));
        let signature = match self {
            Self::Rsa(pair, _) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Self::P256(pair, _) => pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair, _) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", b64(&signature))
    }
}

pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the issuer answers, and what it was asked.
#[derive(Default)]
pub struct Answers {
    pub pages: HashMap<String, (u16, Value)>,
    pub gets: Vec<String>,
    pub posts: Vec<(String, Option<String>, String)>,
}

#[derive(Clone, Default)]
pub struct FakeWeb(pub Arc<Mutex<Answers>>);

impl FakeWeb {
    fn answer(&self, url: &str) -> Result<(u16, Vec<u8>), FetchError> {
        let answers = self.0.lock().unwrap();
        let gone = || FetchError { url: url.to_owned(), cause: "connection refused".to_owned() };
        answers.pages.get(url).map(|(status, body)| (*status, body.to_string().into_bytes())).ok_or_else(gone)
    }
}

impl Fetch for FakeWeb {
    fn get(&self, url: &str) -> Result<(u16, Vec<u8>), FetchError> {
        self.0.lock().unwrap().gets.push(url.to_owned());
        self.answer(url)
    }

    fn post(&self, url: &str, authorization: Option<&str>, form: &str) -> Result<(u16, Vec<u8>), FetchError> {
        let asked = (url.to_owned(), authorization.map(str::to_owned), form.to_owned());
        self.0.lock().unwrap().posts.push(asked);
        self.answer(url)
    }
}

/// A relying party, and the issuer it asks.
pub struct World {
    pub web: FakeWeb,
    pub clock: Arc<ManualClock>,
    pub random: SeededRandom,
    pub party: RelyingParty,
}

pub fn provider() -> Provider {
    serde_json::from_value(json!({
        "id": "corp", "name": "Corp", "issuer": ISSUER, "client_id": "indelible", "client_secret": "s3cr+t"
    }))
    .unwrap()
}

impl World {
    pub fn new(keys: &[&Key]) -> Self {
        let web = FakeWeb::default();
        let clock = Arc::new(ManualClock::at(NOW_S * 1_000_000));
        let party = RelyingParty::new(provider(), Arc::new(web.clone()));
        let world = Self { web, clock, random: SeededRandom::new(7), party };
        world.page("/.well-known/openid-configuration", metadata());
        world.publish(keys);
        world
    }

    pub fn page(&self, path: &str, body: Value) {
        self.web.0.lock().unwrap().pages.insert(format!("{ISSUER}{path}"), (200, body));
    }

    pub fn publish(&self, keys: &[&Key]) {
        self.page("/keys", json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() }));
    }

    pub fn gets(&self, path: &str) -> usize {
        self.web.0.lock().unwrap().gets.iter().filter(|url| **url == format!("{ISSUER}{path}")).count()
    }

    pub fn begin(&self) -> (Redirect, HashMap<String, String>) {
        let redirect = self.party.begin((CALLBACK, "/entries?q=x"), HERE, (&*self.clock, &self.random)).unwrap();
        let (_, query) = redirect.url.split_once('?').unwrap();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        (redirect, query)
    }

    pub fn logged_out(&self, token: &str) -> Result<LoggedOut, OidcError> {
        self.party.logged_out(token, &*self.clock)
    }

    /// A sign-in whose ID token is `token` of the nonce.
    pub fn sign_in(&self, token: impl FnOnce(&str) -> String) -> Result<Arrived, OidcError> {
        let (redirect, query) = self.begin();
        self.page("/token", json!({ "id_token": token(&query["nonce"]), "access_token": "x", "token_type": "Bearer" }));
        self.party.finish(&back(&query["state"]), Some(&redirect.browser), (CALLBACK, &*self.clock))
    }
}

pub fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/auth"),
        "token_endpoint": format!("{ISSUER}/token"),
        "jwks_uri": format!("{ISSUER}/keys"),
        "authorization_response_iss_parameter_supported": true
    })
}

pub fn back(state: &str) -> Callback {
    Callback {
        code: Some("c0de".to_owned()),
        state: Some(state.to_owned()),
        issuer: Some(ISSUER.to_owned()),
        error: None,
    }
}

/// What a good ID token claims.
pub fn good(nonce: &str) -> Value {
    json!({
        "iss": ISSUER, "sub": "u-1", "aud": "indelible", "exp": NOW_S + 300, "iat": NOW_S, "nonce": nonce,
        "sid": "at-1", "email": "ada@example.org", "email_verified": true, "groups": ["it-admin"]
    })
}

/// `claims` with others instead; null takes one away.
pub fn but(mut claims: Value, others: Value) -> Value {
    for (claim, value) in others.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        } else {
            claims[claim] = value.clone();
        }
    }
    claims
}
