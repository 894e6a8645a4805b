//! Many threads, one key per person.

use std::{
    collections::HashMap,
    sync::{
        Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use event::{Keys as _, Kind, PersonId};

use indelible_vault::KeyState;

use crate::{create, reopen, user};

const THREADS: usize = 8;
const PEOPLE: usize = 200;

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn threads_that_ask_at_once_get_the_same_keys_and_seal_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let start = Barrier::new(THREADS);
    let durable = AtomicUsize::new(0);
    let seen: Mutex<HashMap<usize, (PersonId, Vec<u8>)>> = Mutex::default();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let vault = &vault;
            let start = &start;
            let durable = &durable;
            let seen = &seen;
            scope.spawn(move || {
                start.wait();
                for step in 0..PEOPLE {
                    // Each thread meets the persons in another order.
                    let n = (step * (2 * thread + 1)) % PEOPLE;
                    let key = vault.person(&user(&n.to_string())).unwrap();
                    let record = vault.seal(&key, &key.disclose(Kind::Fields, "{\"/detail\":\"x\"}")).to_record();
                    let first = seen.lock().unwrap().entry(n).or_insert_with(|| (key.id(), record.clone())).clone();
                    assert_eq!(first, (key.id(), record));
                    if step % 7 == 0 {
                        durable.fetch_add(vault.make_durable(vault.made()).unwrap(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    durable.fetch_add(vault.make_durable(vault.made()).unwrap(), Ordering::Relaxed);
    assert_eq!(durable.into_inner(), PEOPLE, "each person was written once");
    drop(vault);
    let vault = reopen(dir.path());
    for (n, (id, _)) in seen.into_inner().unwrap() {
        assert_eq!(vault.person(&user(&n.to_string())).unwrap().id(), id);
    }
    assert_eq!(vault.make_durable(vault.made()).unwrap(), 0);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn after_make_durable_every_key_handed_out_before_is_in_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    thread::scope(|scope| {
        for thread in 0..4 {
            let vault = &vault;
            let path = dir.path();
            scope.spawn(move || {
                let reader = rusqlite::Connection::open(path.join("vault.db")).unwrap();
                for n in 0..25 {
                    let key = vault.person(&user(&format!("{thread}-{n}"))).unwrap();
                    vault.make_durable(vault.made()).unwrap();
                    let rows: i64 = reader
                        .query_row("SELECT count(*) FROM person WHERE id = ?1", [key.id().0], |row| row.get(0))
                        .unwrap();
                    assert_eq!(rows, 1, "another thread's transaction may have written it, but it has ended");
                }
            });
        }
    });
    assert_eq!(vault.check().live, 100);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn a_key_that_others_are_using_is_gone_once_it_is_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    for round in 0..20 {
        let key = vault.person(&user("1")).unwrap();
        let id = key.id();
        let sealed = vault.seal(&key, &key.disclose(Kind::Fields, "{\"/detail\":\"x\"}"));
        drop(key);
        let start = Barrier::new(THREADS + 1);
        let destroyed = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    loop {
                        let late = destroyed.load(Ordering::Acquire);
                        let opened = vault.open_sealed(&sealed).unwrap();
                        if late {
                            assert_eq!(opened, None, "round {round}");
                            break;
                        }
                    }
                });
            }
            start.wait();
            assert_eq!(vault.destroy(&user("1")).unwrap(), Some(id));
            destroyed.store(true, Ordering::Release);
        });
        assert_eq!(vault.key_state(id), KeyState::Destroyed);
        assert_ne!(vault.person(&user("1")).unwrap().id(), id, "round {round}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
fn threads_that_meet_an_address_at_once_give_it_one_pseudonym() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let start = Barrier::new(THREADS);
    let seen = Mutex::new(HashMap::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let vault = &vault;
            let start = &start;
            let seen = &seen;
            scope.spawn(move || {
                start.wait();
                for step in 0..PEOPLE {
                    let n = (step * (2 * thread + 1)) % PEOPLE;
                    let pseudonym = vault.pseudonym(&user(&format!("{n}@example.org")));
                    let id = vault.person(&user(&pseudonym)).unwrap().id();
                    let first = seen.lock().unwrap().entry(n).or_insert((pseudonym.clone(), id)).clone();
                    assert_eq!(first, (pseudonym, id));
                }
            });
        }
    });
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!(vault.check().live, PEOPLE as u64, "a person for each address");
    for (n, (pseudonym, _)) in seen.into_inner().unwrap() {
        assert_eq!(vault.pseudonym(&user(&format!("{n}@example.org"))), pseudonym);
    }
}
