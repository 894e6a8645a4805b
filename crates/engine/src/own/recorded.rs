//! What was put on record lately, so that the same is not recorded again and again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::own::viewer::Viewer;

/// Length of a session of somebody who signs in to none (a program, a viewer), from one address and user agent: within it, the
/// same principal doing the same again says nothing new.
const SESSION_US: i64 = 3_600 * 1_000_000;

/// Remembered records, 24 bytes each with their key: some 3 MiB. Past it the table is emptied, which costs at worst a second
/// record of the same session.
const REMEMBERED_MAX: usize = 65_536;

/// Something that is recorded once a principal and session.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Once<'a> {
    /// The entry with this id was opened.
    Read(&'a str),
    /// A question with this hash showed personal values.
    Searched([u8; 32]),
    /// A feed of a question with this hash was begun.
    Feed([u8; 32]),
}

/// Which records were made lately.
#[derive(Default)]
pub(crate) struct Recorded {
    /// By name: when the record was made.
    at_us: Mutex<HashMap<[u8; 16], i64>>,
    /// Held while a record is made, so that two who ask the same at once leave one.
    recording: Mutex<()>,
}

impl Recorded {
    /// Calls `record` unless this is on record already; remembers it if it succeeds. Returns what it made.
    ///
    /// Cost: a hash and a look-up for what is on record.
    pub(crate) fn once<T, E>(
        &self,
        viewer: &Viewer,
        what: Once<'_>,
        now_us: i64,
        record: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let key = key(viewer, what);
        let oldest_us = if viewer.session.is_some() { i64::MIN } else { now_us.saturating_sub(SESSION_US - 1) };
        if self.is_known(&key, oldest_us) {
            return Ok(None);
        }
        let _recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_known(&key, oldest_us) {
            return Ok(None);
        }
        let made = record()?;
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(key, now_us);
        Ok(Some(made))
    }

    fn is_known(&self, key: &[u8; 16], oldest_us: i64) -> bool {
        self.lock().get(key).is_some_and(|&at_us| at_us >= oldest_us)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 16], i64>> {
        self.at_us.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names a record: whoever the principal is, in which session or else from where and with what, and what was done.
fn key(viewer: &Viewer, what: Once<'_>) -> [u8; 16] {
    let mut hash = Sha256::new();
    let session = match viewer.session.as_deref() {
        Some(session) => [Some("session"), Some(session), None],
        None => [Some("place"), viewer.ip.as_deref(), viewer.user_agent.as_deref()],
    };
    for part in [Some(viewer.kind.as_str()), Some(&viewer.id)].into_iter().chain(session) {
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    match what {
        Once::Read(id) => hash.update([&b"r"[..], id.as_bytes()].concat()),
        Once::Searched(question) => hash.update([&b"s"[..], &question].concat()),
        Once::Feed(question) => hash.update([&b"f"[..], &question].concat()),
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut key = [0; 16];
    key.copy_from_slice(hash.get(..16).unwrap_or_default());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::ActorKind;

    #[test]
    fn the_same_is_recorded_once_a_principal_and_session() {
        let recorded = Recorded::default();
        let viewer = Viewer { id: "dev".into(), ..Viewer::default() };
        let elsewhere = Viewer { ip: Some("192.0.2.1".into()), ..viewer.clone() };
        let is_news =
            |viewer: &Viewer, what, now_us| recorded.once(viewer, what, now_us, || Ok::<_, ()>(())).unwrap().is_some();
        assert!(is_news(&viewer, Once::Read("e1"), 0));
        assert!(!is_news(&viewer, Once::Read("e1"), SESSION_US - 1));
        assert!(is_news(&viewer, Once::Read("e1"), SESSION_US));
        assert!(is_news(&viewer, Once::Read("e2"), 1));
        assert!(is_news(&viewer, Once::Searched([1; 32]), 1));
        assert!(is_news(&viewer, Once::Feed([1; 32]), 1));
        assert!(!is_news(&viewer, Once::Searched([1; 32]), 2));
        assert!(is_news(&elsewhere, Once::Searched([1; 32]), 2));
        let program = Viewer { kind: ActorKind::Token, ..viewer.clone() };
        assert!(is_news(&program, Once::Read("e1"), SESSION_US));
    }

    #[test]
    fn a_session_signed_in_to_is_one_session_wherever_it_goes_and_however_long() {
        let recorded = Recorded::default();
        let signed_in = |session: &str, ip: &str| Viewer {
            id: "a1".into(),
            session: Some(session.into()),
            ip: Some(ip.into()),
            ..Viewer::default()
        };
        let is_news = |viewer: &Viewer, now_us| {
            recorded.once(viewer, Once::Read("e1"), now_us, || Ok::<_, ()>(())).unwrap().is_some()
        };
        assert!(is_news(&signed_in("s1", "192.0.2.1"), 0));
        assert!(!is_news(&signed_in("s1", "192.0.2.2"), 12 * SESSION_US));
        assert!(is_news(&signed_in("s2", "192.0.2.1"), 1));
    }

    #[test]
    fn what_could_not_be_recorded_is_tried_again() {
        let recorded = Recorded::default();
        let viewer = Viewer::default();
        assert_eq!(recorded.once(&viewer, Once::Read("e"), 0, || Err::<(), _>("full")), Err("full"));
        assert_eq!(recorded.once(&viewer, Once::Read("e"), 0, || Ok::<_, ()>(7)), Ok(Some(7)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let recorded = Recorded::default();
        for n in 0..=REMEMBERED_MAX {
            recorded.once(&Viewer::default(), Once::Read(&n.to_string()), 0, || Ok::<_, ()>(())).unwrap();
        }
        assert!(recorded.lock().len() <= REMEMBERED_MAX);
    }
}
