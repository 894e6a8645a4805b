//! Signing in by a password, and whatever else asks for one again.

use access::Person;
use axum::http::StatusCode;
use engine::Viewer;
use event::{ActorKind, Outcome};
use serde_json::json;
use signin::{Busy, By, Password, PasswordHash, Pause, Secret, TotpError};

use crate::access::Asking;
use crate::problem::Problem;
use crate::sign_in::live::{Began, record};
use crate::sign_in::second_factor::CodeError;
use crate::state::App;

/// What somebody typed.
pub(crate) struct Typed {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) code: Option<String>,
}

/// Whoever asks for an account without an address counts as of this one.
const NOWHERE: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

impl App {
    /// Begins a session for whoever typed this; its secret is for the browser. Blocks while the password is hashed.
    ///
    /// # Errors
    /// 401, 429, 503; the same answer for an unknown account, a disabled one, and a wrong password, after the same work.
    pub(crate) fn sign_in_by_password(&self, typed: &Typed, asking: &Asking) -> Result<Secret, Problem> {
        let (sign_in, desk) = (self.sign_in()?, self.desk()?);
        let attempt = self.attempt(&access::email_key(&typed.email), asking)?;
        let control = desk.state();
        let person = control.person_of_email(&typed.email).filter(|person| person.is_active());
        let fits = self.is_password_of(person, &typed.password)?;
        let Some(person) = person.filter(|_| fits) else {
            let known = control.person_of_email(&typed.email);
            self.record_failure(known, asking, "wrong_credentials")?;
            return Err(wrong_credentials());
        };
        let second_factor = person.second_factor.is_some();
        if second_factor {
            self.check_code(person, typed.code.as_deref(), asking)?;
        }
        let began = Began { account: person.id.clone(), by: By::Password, second_factor };
        let secret = sign_in.live.begin((&self.log, desk), began, (&viewer_of(person, asking), asking))?;
        attempt.succeeded();
        Ok(secret)
    }

    /// Whether this is the person's password, for what a session alone does not let anybody do. Counts as an attempt.
    ///
    /// # Errors
    /// 401 where it is not, 429, 503.
    pub(crate) fn ask_password_again(&self, person: &Person, password: &str, asking: &Asking) -> Result<(), Problem> {
        let attempt = self.attempt(&access::email_key(&person.email), asking)?;
        if self.is_password_of(Some(person), password)? {
            attempt.succeeded();
            return Ok(());
        }
        self.record_failure(Some(person), asking, "wrong_password")?;
        Err(wrong_credentials())
    }

    /// What to keep of a new password of `owner`.
    ///
    /// # Errors
    /// 422 for a weak one, 503.
    pub(crate) fn new_password(&self, text: &str, owner: signin::Owner<'_>) -> Result<access::Hidden, Problem> {
        let weak = |message: String| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "weak_password", "This password cannot be taken", message)
        };
        let password = Password::read(text).map_err(|error| weak(error.to_string()))?;
        password.check(owner).map_err(|error| weak(error.to_string()))?;
        let hash = self.sign_in()?.passwords(self.log.random()).hash(&password, self.log.random())?;
        Ok(access::Hidden(hash.into()))
    }

    /// Begins an attempt; it counts as failed until it succeeds.
    ///
    /// # Errors
    /// 429.
    pub(crate) fn attempt<'a>(&'a self, account: &str, asking: &Asking) -> Result<Attempt<'a>, Problem> {
        // Longer ones are nobody's: an address has at most so many bytes.
        let account: String = account.chars().take(access::EMAIL_BYTES_MAX).collect();
        let address = asking.address.unwrap_or(NOWHERE);
        self.sign_in()?.attempts.begin(&account, address, self.log.clock().monotonic_us())?;
        Ok(Attempt { app: self, account, address })
    }

    /// Puts a failed sign-in on record. What was typed as an address is in it for nobody: it may be a password.
    ///
    /// # Errors
    /// 503 where that cannot be.
    pub(crate) fn record_failure(&self, of: Option<&Person>, asking: &Asking, code: &str) -> Result<(), Problem> {
        let viewer = asking.viewer(ActorKind::Anonymous, "");
        let account = of.map(|person| person.id.as_str());
        let properties = json!({ "code": code, "account": account });
        let words = ("session.failed", "Sign-in failed", Outcome::Failure);
        record(&self.log, &viewer, words, &properties).map_err(crate::problem::unrecorded)
    }

    fn is_password_of(&self, person: Option<&Person>, text: &str) -> Result<bool, Problem> {
        let kept = person.and_then(|person| person.password.as_ref());
        let kept = kept.map(|password| PasswordHash::from(password.hash.0.clone()));
        // One that is too long is nobody's, and takes as long as one that is not.
        let (password, is_whole) = match Password::read(text) {
            Ok(password) => (password, true),
            Err(_) => (Password::read("")?, false),
        };
        Ok(self.sign_in()?.passwords(self.log.random()).is(kept.as_ref(), &password)? && is_whole)
    }

    fn check_code(&self, person: &Person, code: Option<&str>, asking: &Asking) -> Result<(), Problem> {
        let detail = "this account has a second factor; send the `code` that the authenticator shows";
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
            return Err(unauthorized("second_factor_needed", "A code is needed", detail));
        };
        let now_us = self.log.clock().now_us();
        match self.sign_in()?.second_factors.check(self.desk()?, person, code, now_us) {
            Ok(()) => Ok(()),
            Err(CodeError::Store(error)) => Err(error.into()),
            Err(CodeError::Totp(error)) => {
                self.record_failure(Some(person), asking, "wrong_code")?;
                Err(wrong_code(error))
            }
        }
    }
}

/// An attempt that counts as failed until it succeeds.
pub(crate) struct Attempt<'a> {
    app: &'a App,
    account: String,
    address: std::net::IpAddr,
}

impl Attempt<'_> {
    pub(crate) fn succeeded(self) {
        if let Some(sign_in) = &self.app.sign_in {
            sign_in.attempts.succeeded(&self.account, self.address, self.app.log.clock().monotonic_us());
        }
    }
}

/// A person who asks, for the record.
pub(crate) fn viewer_of(person: &Person, asking: &Asking) -> Viewer {
    Viewer {
        name: person.name.clone(),
        email: Some(person.email.clone()),
        ..asking.viewer(ActorKind::User, &person.id)
    }
}

fn unauthorized(code: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, title, detail)
}

fn wrong_credentials() -> Problem {
    let detail =
        "no account has this address and this password; look at both, or ask whoever manages access for a new link";
    unauthorized("wrong_credentials", "Address or password is wrong", detail)
}

pub(crate) fn wrong_code(error: TotpError) -> Problem {
    unauthorized("wrong_code", "The code is wrong", error.to_string())
}

impl From<Pause> for Problem {
    fn from(pause: Pause) -> Self {
        let left_s = u32::try_from(pause.left.as_secs()).unwrap_or(u32::MAX);
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts", pause.to_string())
            .retry_after(left_s)
    }
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many sign-ins at once", busy.to_string()).retry_after(1)
    }
}

impl From<signin::TooLong> for Problem {
    fn from(error: signin::TooLong) -> Self {
        Self::internal(&error)
    }
}
