//! Sessions begin, are used, and end.

use env::fake::SeededRandom;
use proptest::prelude::*;
use signin::{By, Limits, SESSIONS_PER_ACCOUNT_MAX, Secret, SecretHash, Session, Sessions};

const MINUTE_US: i64 = 60 * 1_000_000;
const NOW_US: i64 = 1_800_000_000 * 1_000_000;

fn session(random: &SeededRandom, account: &str, by: By, at_us: i64) -> Session {
    Session {
        id: Session::new_id(random),
        hash: Secret::new(random).hash(),
        account: account.to_owned(),
        by,
        second_factor: false,
        signed_in_us: at_us,
        last_seen_us: at_us,
        ip: None,
        user_agent: None,
    }
}

fn oidc(subject: &str, sid: Option<&str>) -> By {
    By::Oidc { provider: "corp".to_owned(), subject: subject.to_owned(), sid: sid.map(str::to_owned) }
}

#[test]
fn a_session_ends_half_an_hour_after_its_last_use_and_twelve_hours_after_it_began() {
    let random = SeededRandom::new(1);
    let mut sessions = Sessions::default();
    let one = session(&random, "ada", By::Password, NOW_US);
    let hash = one.hash;
    sessions.add(one);
    let limits = Limits::default();
    let mut lives = |minute: i64| sessions.find(&hash, limits, NOW_US + minute * MINUTE_US).is_some();
    assert!((0..719).step_by(29).all(&mut lives), "used every 29 minutes");
    assert!(lives(719));
    assert!(!lives(720), "but not for longer than twelve hours");
    let idle = session(&random, "ada", By::Password, NOW_US);
    let hash = idle.hash;
    sessions.add(idle);
    assert!(sessions.find(&hash, limits, NOW_US + 30 * MINUTE_US).is_none());
    assert!(sessions.find(&hash, limits, NOW_US - 6 * MINUTE_US).is_none(), "a clock that was set back");
    assert_eq!(sessions.over(limits, NOW_US + 720 * MINUTE_US, |_| true).len(), 2);
    assert_eq!(sessions.over(limits, NOW_US, |_| true), []);
    assert_eq!(sessions.over(limits, NOW_US, |account| account != "ada").len(), 2);
}

#[test]
fn an_issuer_ends_the_session_it_names_or_all_of_somebody() {
    let random = SeededRandom::new(1);
    let mut sessions = Sessions::default();
    let table = [("u-1", Some("at-1")), ("u-1", Some("at-2")), ("u-2", Some("at-3")), ("u-1", None)];
    let hashes = table.map(|(subject, sid)| {
        let one = session(&random, subject, oidc(subject, sid), NOW_US);
        let hash = one.hash;
        sessions.add(one);
        hash
    });
    sessions.add(session(&random, "u-1", By::Password, NOW_US));
    let ended = |provider: &str, subject: Option<&str>, sid: Option<&str>| {
        let mut ended: Vec<usize> = sessions
            .of_issuer(provider, subject, sid)
            .iter()
            .filter_map(|hash| hashes.iter().position(|other| other == hash))
            .collect();
        ended.sort_unstable();
        ended
    };
    assert_eq!(ended("corp", Some("u-1"), Some("at-1")), [0]);
    assert_eq!(ended("corp", None, Some("at-3")), [2]);
    assert_eq!(ended("corp", Some("u-1"), None), [0, 1, 3]);
    assert_eq!(ended("corp", Some("u-2"), Some("at-1")), [0_usize; 0]);
    assert_eq!(ended("corp", None, None), [0_usize; 0]);
    assert_eq!(ended("other", Some("u-1"), None), [0_usize; 0]);
}

#[test]
fn the_last_use_is_written_once_a_minute_at_most() {
    let random = SeededRandom::new(1);
    let mut sessions = Sessions::default();
    let one = session(&random, "ada", By::Password, NOW_US);
    let hash = one.hash;
    sessions.add(one);
    let mut written = 0;
    for second in 0..600 {
        sessions.find(&hash, Limits::default(), NOW_US + second * 1_000_000);
        written += sessions.to_write().len();
    }
    assert_eq!(written, 9);
}

proptest! {
    #[test]
    fn sessions_stay_as_many_as_were_added_and_not_ended(steps in proptest::collection::vec((0..3_u8, 0..4_usize, any::<prop::sample::Index>()), 0..200)) {
        let random = SeededRandom::new(2);
        let mut sessions = Sessions::default();
        let mut model: Vec<(usize, SecretHash, i64)> = Vec::new();
        for (at_us, (step, account, which)) in (NOW_US..).zip(steps) {
            if step < 2 {
                let one = session(&random, &account.to_string(), By::Password, at_us);
                let mine: Vec<_> = model.iter().filter(|other| other.0 == account).copied().collect();
                let pushed = mine.iter().min_by_key(|other| other.2).filter(|_| mine.len() == SESSIONS_PER_ACCOUNT_MAX);
                model.retain(|other| Some(other) != pushed);
                model.push((account, one.hash, at_us));
                let out: Vec<_> = sessions.add(one).into_iter().map(|session| session.hash).collect();
                prop_assert_eq!(out, pushed.map(|pushed| pushed.1).into_iter().collect::<Vec<_>>());
            } else if !model.is_empty() {
                let (_, hash, _) = model.swap_remove(which.index(model.len()));
                prop_assert!(sessions.end(&hash).is_some());
                prop_assert!(sessions.end(&hash).is_none());
            }
            for account in 0..4 {
                let count = model.iter().filter(|other| other.0 == account).count();
                prop_assert_eq!(sessions.of(&account.to_string()).count(), count);
            }
        }
    }
}
