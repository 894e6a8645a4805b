//! Second factors: the codes that were used, and secrets that wait to be confirmed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use access::Person;
use control::{ControlStoreError, Desk, Row, RowChange};
use signin::{Totp, TotpError};

/// Kind of the row with the step of the last code that somebody used.
const STEP: &str = "code-step";

/// Secrets that wait at once: one for each account that sets one up.
const WAITING_MAX: usize = 1_000;

/// What is known of second factors beside their secrets.
pub(crate) struct SecondFactors {
    /// By account.
    steps: Mutex<HashMap<String, u64>>,
    waiting: Mutex<HashMap<String, Totp>>,
}

/// Why a code is not taken.
pub(crate) enum CodeError {
    Totp(TotpError),
    Store(ControlStoreError),
}

impl SecondFactors {
    pub(crate) fn open(desk: &Desk) -> Result<Self, ControlStoreError> {
        let rows = desk.rows(STEP)?.into_iter();
        let steps = rows.filter_map(|row| Some((row.id, row.value.parse().ok()?))).collect();
        Ok(Self { steps: Mutex::new(steps), waiting: Mutex::default() })
    }

    /// Whether this is the person's code now. It is good once: that is kept before this returns.
    pub(crate) fn check(&self, desk: &Desk, person: &Person, code: &str, now_us: i64) -> Result<(), CodeError> {
        let secret = person.second_factor.as_ref().and_then(|secret| Totp::try_from(secret.0.clone()).ok());
        let totp = secret.ok_or(CodeError::Totp(TotpError::Wrong))?;
        self.take(desk, &person.id, &totp, code, now_us)
    }

    /// Keeps a new secret until its first code shows that the authenticator has it.
    pub(crate) fn begin(&self, account: &str, totp: Totp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX && !waiting.contains_key(account) {
            waiting.clear();
        }
        waiting.insert(account.to_owned(), totp);
    }

    /// The secret that waited, where this is its code.
    pub(crate) fn confirm(&self, desk: &Desk, account: &str, code: &str, now_us: i64) -> Result<Totp, CodeError> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        let totp = waiting.ok_or(CodeError::Totp(TotpError::Wrong))?;
        self.take(desk, account, &totp, code, now_us)?;
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
        Ok(totp)
    }

    fn take(&self, desk: &Desk, account: &str, totp: &Totp, code: &str, now_us: i64) -> Result<(), CodeError> {
        // Held until it is kept: of two requests with one code one gets in.
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let step = totp.check(code, steps.get(account).copied(), now_us).map_err(CodeError::Totp)?;
        let row = Row { kind: STEP.to_owned(), id: account.to_owned(), value: step.to_string() };
        desk.write(&[RowChange::Put(row)]).map_err(CodeError::Store)?;
        steps.insert(account.to_owned(), step);
        Ok(())
    }
}
