//! How people sign in, and the sessions they have.
//!
//! What can be asked without a server stands in the crate `signin`; here it meets the desk, the log and the browser.

mod arriving;
mod cookie;
mod first;
mod live;
mod passing;
mod second_factor;

use std::cell::OnceCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use control::Desk;
use serde::Deserialize;
use signin::oidc::{Provider, ProviderError, RelyingParty, Rule, Web};
use signin::{Attempts, Cost, Passwords};

pub(crate) use arriving::issuer_problem;
pub(crate) use cookie::Cookies;
pub use first::FirstLink;
pub(crate) use live::{Began, Live, record};
pub(crate) use passing::{Typed, viewer_of, wrong_code};
pub(crate) use second_factor::{CodeError, SecondFactors};

use crate::problem::Problem;
use crate::state::App;

/// How people sign in.
#[derive(Debug, Clone, Default)]
pub struct SignInOptions {
    /// How long sessions last.
    pub limits: signin::Limits,
    /// Issuers of OpenID Connect.
    pub issuers: Vec<Issuer>,
}

/// An issuer, and what its claims give.
#[derive(Debug, Clone, Deserialize)]
pub struct Issuer {
    /// The issuer.
    #[serde(flatten)]
    pub provider: Provider,
    /// Claims → grants.
    #[serde(default)]
    pub grants: Vec<Rule<access::Grant>>,
}

impl Issuer {
    /// Whether it can be.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn check(&self) -> Result<(), ProviderError> {
        self.provider.check()
    }
}

/// What signing in goes by. A clone is the same.
#[derive(Clone)]
pub(crate) struct SignIn(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) origin: String,
    pub(crate) cookies: Cookies,
    passwords: OnceLock<Passwords>,
    pub(crate) attempts: Attempts,
    pub(crate) live: Live,
    pub(crate) second_factors: SecondFactors,
    pub(crate) issuers: Vec<Party>,
    pub(crate) first: Mutex<Option<FirstLink>>,
}

/// An issuer that is asked.
pub(crate) struct Party {
    pub(crate) party: RelyingParty,
    pub(crate) grants: Vec<Rule<access::Grant>>,
}

impl std::ops::Deref for SignIn {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl SignIn {
    /// Reads the sessions there are. Browsers find the server at `origin`.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) fn new(
        desk: &Desk,
        options: SignInOptions,
        (origin, first): (String, Option<FirstLink>),
    ) -> Result<Self, control::ControlStoreError> {
        let web: OnceCell<Arc<Web>> = OnceCell::new();
        let party = |issuer: Issuer| Party {
            party: RelyingParty::new(issuer.provider, web.get_or_init(|| Arc::new(Web::new())).clone()),
            grants: issuer.grants,
        };
        Ok(Self(Arc::new(Parts {
            cookies: Cookies::of(&origin),
            origin: origin.trim_end_matches('/').to_owned(),
            passwords: OnceLock::new(),
            attempts: Attempts::default(),
            live: Live::open(desk, options.limits)?,
            second_factors: SecondFactors::open(desk)?,
            issuers: options.issuers.into_iter().map(party).collect(),
            first: Mutex::new(first),
        })))
    }

    /// Where passwords are compared. The first call takes as long as hashing one.
    pub(crate) fn passwords(&self, random: &dyn env::Random) -> &Passwords {
        self.passwords.get_or_init(|| Passwords::new(Cost::default(), random))
    }

    /// The issuer with this id.
    ///
    /// # Errors
    /// 404.
    pub(crate) fn issuer(&self, id: &str) -> Result<&Party, Problem> {
        let issuer = self.issuers.iter().find(|issuer| issuer.party.provider().id == id);
        issuer.ok_or_else(|| Problem::not_found("issuer with this id"))
    }

    /// Where an issuer sends the browser back to.
    pub(crate) fn callback(&self, issuer: &str) -> String {
        format!("{}/v1/sign-in/oidc/{issuer}/callback", self.origin)
    }

    /// Until when this is the secret of the link that makes the first account; `None`: it is not, or no more.
    pub(crate) fn first_until_us(&self, secret: &signin::Secret, now_us: i64) -> Option<i64> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).and_then(|first| first.good_until_us(secret, now_us))
    }

    /// The first account is made.
    pub(crate) fn forget_first(&self) {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A link that invites by this secret.
    pub(crate) fn link(&self, secret: &signin::Secret) -> String {
        format!("{}/sign-in#invitation={}", self.origin, secret.reveal())
    }
}

impl App {
    /// How people sign in.
    ///
    /// # Errors
    /// 409 under `--dev`, where nobody does.
    pub(crate) fn sign_in(&self) -> Result<&SignIn, Problem> {
        self.desk()?;
        self.sign_in.as_ref().ok_or_else(|| Problem::not_found("sign-in"))
    }
}
