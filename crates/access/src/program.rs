//! Programs: what is kept of each, and whether a token that was shown is good.

use serde::{Deserialize, Serialize};

use crate::token::{Token, TokenHash};

/// Secrets of a program that are good at once: a new one, and the one it replaces while both overlap.
const SECRETS_MAX: usize = 2;

/// A program that may use the log, known by its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its id, the public part of its tokens.
    pub id: String,
    /// What its makers call it.
    pub name: String,
    /// `source` of what it sends.
    pub source: String,
    /// What its tokens hash to, newest first: at most two.
    pub secrets: Vec<Secret>,
    /// When it was made, microseconds since 1970.
    pub created_us: i64,
    /// Who made it: the text of a principal.
    pub created_by: String,
    /// Until when it is good; `None` for good.
    pub expires_us: Option<i64>,
    /// Since when it is good no more, because somebody said so.
    pub revoked_us: Option<i64>,
    /// How much it may send.
    #[serde(default)]
    pub limits: Limits,
}

/// What is kept of one token of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// What the token hashes to.
    pub hash: TokenHash,
    /// Until when it is good beside its successor; `None` for the newest.
    pub until_us: Option<i64>,
}

/// How much a program may send; `None` without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Events a second, on average; a burst of as many as ten seconds' is let through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_per_second: Option<u32>,
    /// Bytes of bodies a second, in the same way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<u64>,
}

/// Why a token is not good. Only whoever holds its secret learns more than that it is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGood {
    /// No such id, or another secret.
    #[error("this token is unknown to this log")]
    Unknown,
    /// Its time is over.
    #[error("this token has expired; make a new one with `indelible token rotate`")]
    Expired,
    /// It was revoked.
    #[error("this token was revoked")]
    Revoked,
}

impl Program {
    /// Holds a token against the program that its id names, if there is one. An unknown id takes as long as a wrong secret:
    /// one hash and two comparisons.
    ///
    /// # Errors
    /// [`NotGood`].
    pub fn check<'a>(named: Option<&'a Self>, token: &Token, now_us: i64) -> Result<&'a Self, NotGood> {
        let hash = token.hash();
        let secrets = named.map_or(&[][..], |program| &program.secrets);
        let mut fitting = None;
        for at in 0..SECRETS_MAX {
            let secret = secrets.get(at);
            let fits = secret.map_or(TokenHash::NOBODY, |secret| secret.hash).is(&hash);
            fitting = if fits { secret } else { fitting };
        }
        let (Some(program), Some(secret)) = (named, fitting) else { return Err(NotGood::Unknown) };
        if program.revoked_us.is_some() {
            return Err(NotGood::Revoked);
        }
        let is_over = |until: Option<i64>| until.is_some_and(|until_us| until_us <= now_us);
        if is_over(program.expires_us) || is_over(secret.until_us) {
            return Err(NotGood::Expired);
        }
        Ok(program)
    }

    /// Whether it may still be used: neither revoked nor expired.
    #[must_use]
    pub fn is_good(&self, now_us: i64) -> bool {
        self.revoked_us.is_none() && self.expires_us.is_none_or(|expires_us| expires_us > now_us)
    }

    /// Gives it a new secret. The one before is good until `until_us`; those before that are good no more.
    pub fn rotate(&mut self, hash: TokenHash, until_us: i64) {
        self.secrets.truncate(SECRETS_MAX - 1);
        for secret in &mut self.secrets {
            secret.until_us = Some(secret.until_us.map_or(until_us, |before_us| before_us.min(until_us)));
        }
        self.secrets.insert(0, Secret { hash, until_us: None });
    }
}
