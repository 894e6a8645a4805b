//! The link by which the first account is made.

use signin::{Secret, SecretHash};

/// How long it is good, in microseconds.
const GOOD_US: i64 = 15 * 60 * 1_000_000;

/// A link that makes the first account, once. Of its secret only a hash is kept, and only in memory.
#[derive(Debug, Clone, Copy)]
pub struct FirstLink {
    hash: SecretHash,
    expires_us: i64,
}

impl FirstLink {
    /// One that is good for 15 minutes.
    #[must_use]
    pub fn of(secret: &Secret, now_us: i64) -> Self {
        Self { hash: secret.hash(), expires_us: now_us.saturating_add(GOOD_US) }
    }

    /// Until when it is good for whoever shows this secret; `None`: not.
    pub(crate) fn good_until_us(&self, secret: &Secret, now_us: i64) -> Option<i64> {
        (self.hash.is(&secret.hash()) && now_us < self.expires_us).then_some(self.expires_us)
    }
}
