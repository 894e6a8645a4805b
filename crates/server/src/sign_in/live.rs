//! Sessions: in memory for every request, and in the store for the next start.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::Control;
use control::{ControlStoreError, Desk, Row, RowChange};
use engine::{Changed, Log, Own, SubmitError, Viewer};
use event::Outcome;
use serde_json::json;
use signin::{By, Limits, Secret, SecretHash, Session, Sessions};

use crate::access::Asking;

/// Kind of a session's row.
const SESSION: &str = "session";

/// Of a browser's name so much is kept with a session.
const USER_AGENT_CHARS_MAX: usize = 300;

/// Kind of the row that says when somebody last signed in.
const SIGNED_IN: &str = "signed-in";

/// The sessions there are.
pub(crate) struct Live {
    limits: Limits,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    sessions: Sessions,
    /// By account, microseconds since 1970.
    signed_in: HashMap<String, i64>,
}

/// A session that begins.
pub(crate) struct Began {
    pub(crate) account: String,
    pub(crate) by: By,
    pub(crate) second_factor: bool,
}

impl Live {
    /// Reads those of the store. One that cannot be read is none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) fn open(desk: &Desk, limits: Limits) -> Result<Self, ControlStoreError> {
        let mut held = Held::default();
        for row in desk.rows(SESSION)? {
            if let Ok(session) = serde_json::from_str(&row.value) {
                held.sessions.add(session);
            }
        }
        for row in desk.rows(SIGNED_IN)? {
            if let Ok(at_us) = row.value.parse() {
                held.signed_in.insert(row.id, at_us);
            }
        }
        Ok(Self { limits, held: Mutex::new(held) })
    }

    /// Begins a session: on record and kept before it is good. The secret is for the browser. `viewer` is the person.
    ///
    /// # Errors
    /// If it cannot be put on record, or kept: there is no session then.
    pub(crate) fn begin(
        &self,
        (log, desk): (&Log, &Desk),
        began: Began,
        (viewer, asking): (&Viewer, &Asking),
    ) -> Result<Secret, BeginError> {
        let (secret, session) = new_session(log, began, asking);
        let now_us = session.signed_in_us;
        let by = match &session.by {
            By::Password => "password",
            By::Oidc { provider, .. } => provider,
        };
        let viewer = Viewer { session: Some(session.id.clone()), ..viewer.clone() };
        let properties = json!({ "by": by, "second_factor": session.second_factor });
        record(log, &viewer, ("session.signed_in", "Signed in", Outcome::Success), &properties)?;
        let signed_in = Row { kind: SIGNED_IN.to_owned(), id: session.account.clone(), value: now_us.to_string() };
        desk.write(&[RowChange::Put(row(&session)), RowChange::Put(signed_in)])?;
        let mut held = self.lock();
        held.signed_in.insert(session.account.clone(), now_us);
        let pushed: Vec<_> = held.sessions.add(session).iter().map(gone).collect();
        drop(held);
        write_later(desk, &pushed);
        Ok(secret)
    }

    /// Ends every session of an account and begins one in place of them, for somebody who has just changed how they sign in: that is
    /// on record as the change.
    ///
    /// # Errors
    /// If it cannot be kept: the sessions before are over all the same.
    pub(crate) fn renew(
        &self,
        (log, desk): (&Log, &Desk),
        began: Began,
        asking: &Asking,
    ) -> Result<Secret, ControlStoreError> {
        self.end_all(desk, &began.account);
        let (secret, session) = new_session(log, began, asking);
        desk.write(&[RowChange::Put(row(&session))])?;
        self.lock().sessions.add(session);
        Ok(secret)
    }

    /// The session of this cookie, while it lives. Not a use of it: long answers ask each second.
    pub(crate) fn look(&self, hash: &SecretHash, now_us: i64) -> Option<Session> {
        self.lock().sessions.get(hash).filter(|session| session.lives(self.limits, now_us)).cloned()
    }

    /// The session of this cookie, used now; `None` where there is none, or no more.
    pub(crate) fn find(&self, hash: &SecretHash, now_us: i64) -> Option<Session> {
        self.lock().sessions.find(hash, self.limits, now_us).cloned()
    }

    /// When it ends if it is not used again.
    pub(crate) fn expires_us(&self, session: &Session) -> i64 {
        session.expires_us(self.limits)
    }

    /// The living sessions of an account.
    pub(crate) fn of(&self, account: &str, now_us: i64) -> Vec<Session> {
        let held = self.lock();
        held.sessions.of(account).filter(|session| session.lives(self.limits, now_us)).cloned().collect()
    }

    /// When somebody last signed in.
    pub(crate) fn signed_in_us(&self, account: &str) -> Option<i64> {
        self.lock().signed_in.get(account).copied()
    }

    /// The sessions that an issuer ends.
    pub(crate) fn of_issuer(&self, provider: &str, subject: Option<&str>, sid: Option<&str>) -> Vec<Session> {
        let held = self.lock();
        let hashes = held.sessions.of_issuer(provider, subject, sid);
        hashes.iter().filter_map(|hash| held.sessions.get(hash).cloned()).collect()
    }

    /// Ends sessions, for this process at once. Whoever calls has put it on record.
    pub(crate) fn end(&self, desk: &Desk, hashes: impl IntoIterator<Item = SecretHash>) {
        let mut held = self.lock();
        let ended: Vec<_> = hashes.into_iter().filter_map(|hash| held.sessions.end(&hash)).collect();
        drop(held);
        write_later(desk, &ended.iter().map(gone).collect::<Vec<_>>());
    }

    /// Ends every session of an account.
    pub(crate) fn end_all(&self, desk: &Desk, account: &str) {
        let hashes: Vec<_> = self.lock().sessions.of(account).map(|session| session.hash).collect();
        self.end(desk, hashes);
    }

    /// Writes when sessions were last used, and takes away those that are over or whose account is no more: once a minute.
    pub(crate) fn keep(&self, desk: &Desk, control: &Control, now_us: i64) {
        let mut held = self.lock();
        let over = held
            .sessions
            .over(self.limits, now_us, |account| control.person(account).is_some_and(access::Person::is_active));
        let mut changes: Vec<_> =
            over.iter().filter_map(|hash| held.sessions.end(hash)).map(|one| gone(&one)).collect();
        changes.extend(held.sessions.to_write().iter().map(row).map(RowChange::Put));
        drop(held);
        write_later(desk, &changes);
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why no session began.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error("the sign-in could not be put on record")]
    Unrecorded(#[from] SubmitError),
    #[error("the session could not be kept")]
    Store(#[from] ControlStoreError),
}

impl From<BeginError> for crate::problem::Problem {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unrecorded(error) => crate::problem::unrecorded(error),
            BeginError::Store(error) => error.into(),
        }
    }
}

/// Puts something that happened to a session on record.
pub(crate) fn record(
    log: &Log,
    viewer: &Viewer,
    (action, description, outcome): (&str, &str, Outcome),
    properties: &serde_json::Value,
) -> Result<(), SubmitError> {
    let changed = Changed {
        channel: Some("auth"),
        severity: (outcome == Outcome::Failure).then_some(event::Severity::Critical),
        outcome: Some(outcome),
        properties: Some(properties),
        ..Changed::new(viewer, action, description)
    };
    log.record_own(&Own::Changed(changed)).map(drop)
}

fn new_session(log: &Log, began: Began, asking: &Asking) -> (Secret, Session) {
    let secret = Secret::new(log.random());
    let now_us = log.clock().now_us();
    let session = Session {
        id: Session::new_id(log.random()),
        hash: secret.hash(),
        account: began.account,
        by: began.by,
        second_factor: began.second_factor,
        signed_in_us: now_us,
        last_seen_us: now_us,
        ip: asking.address,
        user_agent: asking.user_agent.as_ref().map(|text| text.chars().take(USER_AGENT_CHARS_MAX).collect()),
    };
    (secret, session)
}

fn row(session: &Session) -> Row {
    let value = serde_json::to_string(session).unwrap_or_else(|error| panic!("a session is JSON: {error}"));
    Row { kind: SESSION.to_owned(), id: session.id.clone(), value }
}

fn gone(session: &Session) -> RowChange {
    RowChange::Remove { kind: SESSION.to_owned(), id: session.id.clone() }
}

/// What cannot be written now is lost with this process at worst: a session that ended in memory may come back with the next start,
/// until its time is over.
fn write_later(desk: &Desk, changes: &[RowChange]) {
    if changes.is_empty() {
        return;
    }
    if let Err(error) = desk.write(changes) {
        let error = env::with_causes(&error);
        tracing::warn!(%error, "sessions that ended could not be taken from the store");
    }
}
