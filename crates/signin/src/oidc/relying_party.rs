//! One issuer, and the sign-ins that go to it and come back.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::claims::Claims;
use super::discovery::Metadata;
use super::error::{OidcError, TokenFault};
use super::expected::{self, LoggedOut};
use super::jws::Jws;
use super::keys::Keys;
use super::provider::Provider;
use super::started::{Started, StartedSignIns};
use super::token_request::exchange;
use super::web::Fetch;
use crate::attempts::network;
use crate::fading::Fading;
use crate::secret::Secret;

/// How long what an issuer says of itself and its keys is believed without asking again.
const BELIEVED_US: u64 = 3_600 * 1_000_000;

/// Whoever sends tokens with made-up key ids makes us ask the issuer once in so long.
const ASKED_AGAIN_US: u64 = 30 * 1_000_000;

/// Requests that wait for one issuer at once: each holds a thread for ten seconds at most.
const WAITING_MAX: usize = 8;

/// Logout tokens that are remembered, for as long as they could be told again.
const LOGOUTS_MAX: usize = 10_000;
const LOGOUTS_KEPT_US: u64 = 3_600 * 1_000_000;

/// An issuer that people sign in by.
pub struct RelyingParty {
    provider: Provider,
    web: Arc<dyn Fetch>,
    started: StartedSignIns,
    metadata: Mutex<Option<Fetched<Metadata>>>,
    keys: Mutex<KeyCache>,
    logouts: Mutex<Fading<String, ()>>,
    waiting: AtomicUsize,
}

#[derive(Clone)]
struct Fetched<T> {
    value: T,
    at_us: u64,
}

#[derive(Default)]
struct KeyCache {
    keys: Keys,
    fetched_us: Option<u64>,
    /// When the issuer was last asked, whatever it answered.
    asked_us: Option<u64>,
}

/// Where to send the browser, and what it keeps meanwhile.
#[derive(Debug)]
pub struct Redirect {
    /// The issuer's page.
    pub url: String,
    /// For a cookie of this browser alone, good for ten minutes.
    pub browser: Secret,
}

/// With what the browser comes back.
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// `code`
    pub code: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `iss`
    pub issuer: Option<String>,
    /// `error`
    pub error: Option<String>,
}

/// Who came back.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// `sub`: who it is, in the issuer's words.
    pub subject: String,
    /// `sid`: the session there.
    pub sid: Option<String>,
    /// All that the ID token says.
    pub claims: Claims,
    /// What `begin` was given.
    pub return_to: String,
}

impl RelyingParty {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(provider: Provider, web: Arc<dyn Fetch>) -> Self {
        Self {
            provider,
            web,
            started: StartedSignIns::default(),
            metadata: Mutex::new(None),
            keys: Mutex::default(),
            logouts: Mutex::new(Fading::new(LOGOUTS_MAX, LOGOUTS_KEPT_US)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Its configuration.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Begins a sign-in that comes back to `callback`, our own URL for this issuer alone. `address` is the browser's: one network has
    /// a hundred sign-ins begun at most. Asks the issuer at most once an hour.
    ///
    /// # Errors
    /// `Unreachable`, `BadAnswer`, `Busy`.
    pub fn begin(
        &self,
        (callback, return_to): (&str, &str),
        address: IpAddr,
        (clock, random): (&dyn env::Clock, &dyn env::Random),
    ) -> Result<Redirect, OidcError> {
        let _turn = self.turn()?;
        let metadata = self.metadata(clock)?;
        let [state, nonce, verifier, browser] = [(); 4].map(|()| Secret::new(random));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.reveal().as_bytes()));
        let scopes = ["openid"].into_iter().chain(self.provider.scopes.iter().map(String::as_str));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("response_type", "code").append_pair("client_id", &self.provider.client_id);
        query.append_pair("redirect_uri", callback).append_pair("scope", &scopes.collect::<Vec<_>>().join(" "));
        query.append_pair("state", state.reveal()).append_pair("nonce", nonce.reveal());
        query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
        let joint = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
        let url = format!("{}{joint}{}", metadata.authorization_endpoint, query.finish());
        let (network, return_to) = (network(address), return_to.to_owned());
        let started = Started { browser: browser.hash(), network, nonce, verifier, return_to };
        self.started.put(&state, started, clock.monotonic_us())?;
        Ok(Redirect { url, browser })
    }

    /// Takes the browser back, with the cookie it was given. A sign-in is over with this, whatever comes of it.
    ///
    /// # Errors
    /// [`OidcError`].
    pub fn finish(
        &self,
        back: &Callback,
        browser: Option<&Secret>,
        (callback, clock): (&str, &dyn env::Clock),
    ) -> Result<Arrived, OidcError> {
        let state = back.state.as_deref().and_then(Secret::parse).ok_or(OidcError::NotStarted)?;
        let started = self.started.take(&state, clock.monotonic_us()).ok_or(OidcError::NotStarted)?;
        if !browser.is_some_and(|browser| browser.hash().is(&started.browser)) {
            return Err(OidcError::NotStarted);
        }
        let _turn = self.turn()?;
        let metadata = self.metadata(clock)?;
        let is_named_rightly = match &back.issuer {
            Some(issuer) => *issuer == self.provider.issuer,
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        if !is_named_rightly {
            return Err(OidcError::MixedUp);
        }
        let code = match (&back.code, &back.error) {
            (_, Some(error)) => return Err(OidcError::Refused(error.chars().take(100).collect())),
            (None, None) => return Err(OidcError::BadAnswer("neither code nor error came back".to_owned())),
            (Some(code), None) => code,
        };
        let token = exchange(&self.provider, &metadata, &*self.web, (code, started.verifier.reveal(), callback))?;
        let jws = Jws::read(&token)?;
        let claims = self.signed(&jws, &metadata, clock)?;
        expected::id_token(&jws, &claims, &self.provider, started.nonce.reveal(), now_s(clock))?;
        let text = |claim: &str| claims.text(claim).map(str::to_owned);
        let subject = text("sub").ok_or(TokenFault::Subject)?;
        Ok(Arrived { subject, sid: text("sid"), return_to: started.return_to, claims })
    }

    /// Hears from the issuer that somebody signed out there.
    ///
    /// # Errors
    /// `BadToken`, also where this token was told before; `Unreachable`, `BadAnswer`, `Busy`.
    pub fn logged_out(&self, token: &str, clock: &dyn env::Clock) -> Result<LoggedOut, OidcError> {
        let jws = Jws::read(token)?;
        let _turn = self.turn()?;
        let claims = self.signed(&jws, &self.metadata(clock)?, clock)?;
        let told = expected::logout_token(&jws, &claims, &self.provider, now_s(clock))?;
        let mut logouts = lock(&self.logouts);
        let now_us = clock.monotonic_us();
        if logouts.get(&told.token_id, now_us).is_some() {
            return Err(TokenFault::Replayed.into());
        }
        logouts.put(told.token_id.clone(), (), now_us);
        Ok(told)
    }

    /// What a token claims that is signed by a key of the issuer, which is asked for its keys where it is an unknown one.
    fn signed(&self, jws: &Jws<'_>, metadata: &Metadata, clock: &dyn env::Clock) -> Result<Claims, OidcError> {
        let now_us = clock.monotonic_us();
        let since = |at_us: Option<u64>| at_us.map_or(u64::MAX, |at_us| now_us.saturating_sub(at_us));
        let mut cache = lock(&self.keys);
        let is_wanted = since(cache.fetched_us) >= BELIEVED_US || !cache.keys.has(jws);
        if is_wanted && since(cache.asked_us) >= ASKED_AGAIN_US {
            cache.asked_us = Some(now_us);
            cache.keys = self.fetch_keys(metadata)?;
            cache.fetched_us = Some(now_us);
        }
        let is_believed = since(cache.fetched_us) < BELIEVED_US;
        let keys = if is_believed { cache.keys.clone() } else { Keys::default() };
        drop(cache);
        Ok(keys.claims(jws)?)
    }

    fn fetch_keys(&self, metadata: &Metadata) -> Result<Keys, OidcError> {
        let wrong = |what: String| OidcError::BadAnswer(format!("{}: {what}", metadata.jwks_uri));
        match self.web.get(&metadata.jwks_uri)? {
            (200, body) => Keys::read(&body).map_err(|error| wrong(error.to_string())),
            (status, _) => Err(wrong(format!("status {status}"))),
        }
    }

    fn metadata(&self, clock: &dyn env::Clock) -> Result<Metadata, OidcError> {
        let now_us = clock.monotonic_us();
        let mut kept = lock(&self.metadata);
        if let Some(fetched) = kept.as_ref().filter(|fetched| now_us.saturating_sub(fetched.at_us) < BELIEVED_US) {
            return Ok(fetched.value.clone());
        }
        let value = Metadata::fetch(&self.provider, &*self.web)?;
        *kept = Some(Fetched { value: value.clone(), at_us: now_us });
        Ok(value)
    }

    fn turn(&self) -> Result<Turn<'_>, OidcError> {
        let turn = Turn(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::SeqCst) < WAITING_MAX { Ok(turn) } else { Err(OidcError::Busy) }
    }
}

fn now_s(clock: &dyn env::Clock) -> i64 {
    clock.now_us().div_euclid(1_000_000)
}

struct Turn<'a>(&'a AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
