//! Sign-ins that were begun and are not answered yet.

use std::net::Ipv6Addr;
use std::sync::{Mutex, PoisonError};

use super::error::OidcError;
use crate::fading::Fading;
use crate::secret::{Secret, SecretHash};

/// How long somebody may take at the issuer.
const STARTED_KEPT_US: u64 = 10 * 60 * 1_000_000;

/// Sign-ins begun at once. One takes about 1 KiB.
const STARTED_MAX: usize = 10_000;

/// Those of one network, so that nobody pushes out everybody's.
const STARTED_PER_NETWORK_MAX: usize = 100;

/// What is kept of a sign-in that was begun.
pub(crate) struct Started {
    /// Of the cookie that only the browser has which began it.
    pub(crate) browser: SecretHash,
    /// Where that browser is.
    pub(crate) network: Ipv6Addr,
    pub(crate) nonce: Secret,
    pub(crate) verifier: Secret,
    pub(crate) return_to: String,
}

/// Those begun, by the hash of their `state`. Each is taken once.
pub(crate) struct StartedSignIns(Mutex<Fading<SecretHash, Started>>);

impl Default for StartedSignIns {
    fn default() -> Self {
        Self(Mutex::new(Fading::new(STARTED_MAX, STARTED_KEPT_US)))
    }
}

impl StartedSignIns {
    /// Keeps what was begun with `state`. Cost: a look at each that is kept.
    ///
    /// # Errors
    /// `Busy` where its network has as many as one may have.
    pub(crate) fn put(&self, state: &Secret, started: Started, now_us: u64) -> Result<(), OidcError> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = started.network;
        if table.values(now_us).filter(|other| other.network == network).count() >= STARTED_PER_NETWORK_MAX {
            return Err(OidcError::Busy);
        }
        table.put(state.hash(), started, now_us);
        Ok(())
    }

    /// What was begun with `state`: gone with this, whoever asks.
    pub(crate) fn take(&self, state: &Secret, now_us: u64) -> Option<Started> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = table.get(&state.hash(), now_us).is_some();
        table.remove(&state.hash()).filter(|_| is_good)
    }
}
