//! All sessions, in memory. Whoever holds them writes them to a store too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::secret::SecretHash;
use crate::session::{By, Limits, Session};

/// Sessions of one account. The one that was used longest ago ends for one more.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 32;

/// How far the store may be behind in when a session was last used.
const UNWRITTEN_US_MAX: i64 = 60 * 1_000_000;

/// Sessions by their cookies' hashes, and by account.
#[derive(Debug, Default)]
pub struct Sessions {
    by_hash: HashMap<SecretHash, Held>,
    by_account: BTreeMap<String, BTreeSet<SecretHash>>,
}

#[derive(Debug)]
struct Held {
    session: Session,
    written_us: i64,
}

impl Sessions {
    /// Adds a session. Whoever is pushed out by it comes back.
    pub fn add(&mut self, session: Session) -> Vec<Session> {
        let mut pushed = Vec::new();
        while self.of(&session.account).count() >= SESSIONS_PER_ACCOUNT_MAX {
            let oldest = self.of(&session.account).min_by_key(|session| session.last_seen_us).map(|oldest| oldest.hash);
            pushed.extend(oldest.and_then(|hash| self.end(&hash)));
        }
        self.by_account.entry(session.account.clone()).or_default().insert(session.hash);
        self.by_hash.insert(session.hash, Held { written_us: session.last_seen_us, session });
        pushed
    }

    /// The living session of this cookie, used now. Looking up a hash tells nothing of the secret.
    pub fn find(&mut self, hash: &SecretHash, limits: Limits, now_us: i64) -> Option<&Session> {
        let held = self.by_hash.get_mut(hash)?;
        if !held.session.lives(limits, now_us) {
            return None;
        }
        held.session.last_seen_us = held.session.last_seen_us.max(now_us);
        Some(&held.session)
    }

    /// The session of this cookie, living or not; it does not count as used.
    #[must_use]
    pub fn get(&self, hash: &SecretHash) -> Option<&Session> {
        self.by_hash.get(hash).map(|held| &held.session)
    }

    /// Ends a session; it comes back if there was one.
    pub fn end(&mut self, hash: &SecretHash) -> Option<Session> {
        let held = self.by_hash.remove(hash)?;
        if let Some(hashes) = self.by_account.get_mut(&held.session.account) {
            hashes.remove(hash);
            if hashes.is_empty() {
                self.by_account.remove(&held.session.account);
            }
        }
        Some(held.session)
    }

    /// The sessions of an account.
    pub fn of(&self, account: &str) -> impl Iterator<Item = &Session> {
        let hashes = self.by_account.get(account).into_iter().flatten();
        hashes.filter_map(|hash| self.get(hash))
    }

    /// The sessions that an issuer ends: those of its session `sid`, or where it names none, all of its `subject`.
    #[must_use]
    pub fn of_issuer(&self, provider: &str, subject: Option<&str>, sid: Option<&str>) -> Vec<SecretHash> {
        let is_meant = |session: &Session| match &session.by {
            By::Password => false,
            By::Oidc { provider: its, subject: who, sid: at } => {
                let is_subject = subject.is_none_or(|subject| subject == who);
                let is_sid = sid.is_none_or(|sid| at.as_deref() == Some(sid));
                its == provider && is_subject && is_sid && (subject.is_some() || sid.is_some())
            }
        };
        self.by_hash.values().filter(|held| is_meant(&held.session)).map(|held| held.session.hash).collect()
    }

    /// The sessions that are over, or whose account is none any more.
    #[must_use]
    pub fn over(&self, limits: Limits, now_us: i64, is_account: impl Fn(&str) -> bool) -> Vec<SecretHash> {
        let is_over = |session: &Session| !session.lives(limits, now_us) || !is_account(&session.account);
        let over = self.by_hash.values().filter(|held| is_over(&held.session));
        over.map(|held| held.session.hash).collect()
    }

    /// The sessions whose last use is not in the store and more than a minute after the one that is; they count as written.
    pub fn to_write(&mut self) -> Vec<Session> {
        let late = |held: &&mut Held| held.session.last_seen_us - held.written_us >= UNWRITTEN_US_MAX;
        let late = self.by_hash.values_mut().filter(late);
        late.map(|held| {
            held.written_us = held.session.last_seen_us;
            held.session.clone()
        })
        .collect()
    }
}
