//! One session: somebody signed in, from somewhere, until some time.

use std::net::IpAddr;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use crate::secret::SecretHash;

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Ends a session that was not used for so long, in microseconds.
    pub idle_us: i64,
    /// Ends any session, in microseconds.
    pub absolute_us: i64,
}

impl Default for Limits {
    /// Half an hour, and twelve.
    fn default() -> Self {
        Self { idle_us: 30 * 60 * 1_000_000, absolute_us: 12 * 3_600 * 1_000_000 }
    }
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A password of the account.
    Password,
    /// An issuer of OpenID Connect.
    Oidc {
        /// Its id in the configuration.
        provider: String,
        /// Who, in the issuer's words: `sub`.
        subject: String,
        /// The session there, `sid`, where the issuer names one.
        sid: Option<String>,
    },
}

/// A session. Of its cookie only a hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names it in lists, entries and requests that end it; no secret.
    pub id: String,
    /// Of the cookie.
    pub hash: SecretHash,
    /// Whose.
    pub account: String,
    /// How it began.
    pub by: By,
    /// Whether a second factor was given.
    pub second_factor: bool,
    /// When, in microseconds since 1970.
    pub signed_in_us: i64,
    /// When it was last used; in the store up to a minute behind.
    pub last_seen_us: i64,
    /// Where it began.
    pub ip: Option<IpAddr>,
    /// In which browser; cut to 300 characters.
    pub user_agent: Option<String>,
}

/// Random bytes of an id.
const ID_BYTES: usize = 10;

impl Session {
    /// A new id: `s` and 16 letters.
    #[must_use]
    pub fn new_id(random: &dyn env::Random) -> String {
        let mut bytes = [0; ID_BYTES];
        random.fill(&mut bytes);
        format!("s{}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// When it ends if it is not used again, in microseconds since 1970.
    #[must_use]
    pub fn expires_us(&self, limits: Limits) -> i64 {
        (self.last_seen_us + limits.idle_us).min(self.signed_in_us + limits.absolute_us)
    }

    /// Whether it lives. One from the future does not: the clock was set back.
    #[must_use]
    pub fn lives(&self, limits: Limits, now_us: i64) -> bool {
        now_us < self.expires_us(limits) && self.signed_in_us <= now_us + CLOCK_BACK_US_MAX
    }
}

/// A time server may set the clock back by so much without ending sessions.
const CLOCK_BACK_US_MAX: i64 = 5 * 60 * 1_000_000;
