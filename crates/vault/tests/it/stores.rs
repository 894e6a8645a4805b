//! What every key store does: the same operations over SQLite and over the one in memory.

use std::path::Path;
use std::sync::Arc;

use env::SystemDisk;
use env::fake::{Fault, FaultyDisk};
use event::{Keys as _, PersonId};
use indelible_vault::fake::FakeKeyStore;
use indelible_vault::{
    Access, KeyRows, KeyState, KeyStore, PersonRow, RootKey, SqliteKeys, StoreError, Surroundings, Vault, VaultError,
};

use crate::{identity, surroundings, user};

/// Hands a place for a new store of each kind to `claim`.
fn over_each(claim: impl Fn(&Path, Arc<dyn KeyStore>)) {
    let dir = tempfile::tempdir().unwrap();
    claim(dir.path(), Arc::new(SqliteKeys::of(dir.path())));
    let dir = tempfile::tempdir().unwrap();
    claim(dir.path(), Arc::new(FakeKeyStore::new()));
}

/// Persons who differ in all that they are told apart by.
fn persons(from: u8, to: u8) -> Vec<Arc<PersonRow>> {
    let row = |n: u8| PersonRow {
        id: PersonId([n; 16]),
        scope: "oacme".to_owned(),
        kind: "user".to_owned(),
        subject: n.to_string(),
        wrapped: Some(vec![n; 60]),
        created_us: i64::from(n),
        destroyed: false,
    };
    (from..to).map(|n| Arc::new(row(n))).collect()
}

/// What is in the store, ordered by handle.
fn rows(open: &dyn KeyRows) -> Vec<PersonRow> {
    let mut found = Vec::new();
    let mut visit = |_, row| {
        found.push(row);
        Ok(())
    };
    open.for_each(&mut visit).unwrap();
    found.sort_by_key(|row| row.id.0);
    found
}

fn plain(rows: &[Arc<PersonRow>]) -> Vec<PersonRow> {
    rows.iter().map(|row| PersonRow::clone(row)).collect()
}

#[test]
fn a_store_is_made_once_and_is_fresh_until_somebody_is_in_it() {
    over_each(|_, store| {
        assert!(!store.exists().unwrap());
        assert!(store.open(Access::Own).is_err() && store.is_fresh().is_err(), "{:?}", store.name());
        store.create().unwrap();
        assert!(store.exists().unwrap() && store.is_fresh().unwrap());
        let mut open = store.open(Access::Own).unwrap();
        open.insert(&persons(1, 3)).unwrap();
        assert!(!store.is_fresh().unwrap());
        drop(open);
        store.create().unwrap();
        assert_eq!(rows(&*store.open(Access::Own).unwrap()), plain(&persons(1, 3)));
    });
}

#[test]
fn a_group_is_there_whole_or_not_at_all_and_a_failure_is_the_last_write() {
    over_each(|_, store| {
        store.create().unwrap();
        let mut open = store.open(Access::Own).unwrap();
        open.insert(&persons(1, 4)).unwrap();
        let again = [persons(7, 9), persons(3, 4)].concat();
        assert!(matches!(open.insert(&again), Err(StoreError::Failed { source: Some(_), .. })));
        for refused in [open.insert(&persons(7, 9)), open.destroy(PersonId([1; 16]), 5), open.purge()] {
            assert!(matches!(refused, Err(StoreError::Failed { source: None, .. })), "{refused:?}");
        }
        assert_eq!(rows(&*open), plain(&persons(1, 4)));
        drop(open);
        assert_eq!(rows(&*store.open(Access::Own).unwrap()), plain(&persons(1, 4)));
    });
}

#[test]
fn a_person_has_one_row_with_a_key_and_any_number_without() {
    over_each(|_, store| {
        store.create().unwrap();
        let mut open = store.open(Access::Own).unwrap();
        let [first] = &persons(1, 2)[..] else { panic!("one person") };
        open.insert(std::slice::from_ref(first)).unwrap();
        for n in 2..4 {
            open.destroy(PersonId([n - 1; 16]), 5).unwrap();
            open.insert(&[Arc::new(PersonRow { id: PersonId([n; 16]), ..PersonRow::clone(first) })]).unwrap();
        }
        let found = rows(&*open);
        assert_eq!(found.iter().map(|row| row.destroyed).collect::<Vec<_>>(), [true, true, false]);
        let other = Arc::new(PersonRow { id: PersonId([9; 16]), ..PersonRow::clone(first) });
        assert!(open.insert(&[other]).is_err(), "they have a key");
    });
}

#[test]
fn a_destroyed_key_is_gone_and_its_row_stays() {
    over_each(|_, store| {
        store.create().unwrap();
        let mut open = store.open(Access::Own).unwrap();
        open.insert(&persons(1, 4)).unwrap();
        open.destroy(PersonId([2; 16]), 5).unwrap();
        open.purge().unwrap();
        open.settle().unwrap();
        let mut expected = plain(&persons(1, 4));
        expected[1].wrapped = None;
        expected[1].destroyed = true;
        assert_eq!(rows(&*open), expected);
        assert_eq!(open.complaints(), Vec::<String>::new());
        drop(open);
        let mut open = store.open(Access::Own).unwrap();
        assert_eq!(rows(&*open), expected);
        assert!(open.destroy(PersonId([2; 16]), 6).is_err(), "there is nothing left to destroy");
    });
}

#[test]
fn who_opens_to_read_reads_all_and_writes_nothing() {
    over_each(|_, store| {
        store.create().unwrap();
        let mut own = store.open(Access::Own).unwrap();
        own.insert(&persons(1, 4)).unwrap();
        let mut beside = store.open(Access::Beside).unwrap();
        assert_eq!(rows(&*beside), plain(&persons(1, 4)));
        assert!(beside.insert(&persons(4, 5)).is_err());
        own.insert(&persons(4, 5)).unwrap();
        drop(own);
        drop(beside);
        let mut at_rest = store.open(Access::AtRest).unwrap();
        assert_eq!(rows(&*at_rest), plain(&persons(1, 5)));
        assert!(at_rest.destroy(PersonId([1; 16]), 5).is_err());
    });
}

#[test]
fn a_visitor_that_fails_ends_the_visit() {
    over_each(|_, store| {
        store.create().unwrap();
        let mut open = store.open(Access::Own).unwrap();
        open.insert(&persons(1, 9)).unwrap();
        let mut seen = 0;
        let mut visit = |_, _| {
            seen += 1;
            Err(VaultError::DiskFull { store: store.name().to_owned() })
        };
        assert!(matches!(open.for_each(&mut visit), Err(VaultError::DiskFull { .. })));
        assert_eq!(seen, 1);
    });
}

fn over(dir: &Path, keys: &Arc<dyn KeyStore>, seed: u64) -> Surroundings {
    Surroundings { keys: Arc::clone(keys), ..surroundings(dir, seed) }
}

/// A vault of which all lies in memory.
struct InMemory {
    fake: FakeKeyStore,
    surroundings: Surroundings,
}

impl InMemory {
    fn create(seed: u64) -> (Self, Vault) {
        let fake = FakeKeyStore::new();
        let keys: Arc<dyn KeyStore> = Arc::new(fake.clone());
        let surroundings = Surroundings { disk: Arc::new(FaultyDisk::new()), ..over(Path::new("log"), &keys, seed) };
        let vault = Vault::create(Path::new("log"), surroundings.clone()).unwrap();
        (Self { fake, surroundings }, vault)
    }

    fn open(&self) -> Result<Vault, VaultError> {
        let root = RootKey::read(&*self.surroundings.disk, Path::new("log")).unwrap();
        Vault::open(Path::new("log"), self.surroundings.clone(), &root)
    }
}

fn open(dir: &Path, keys: &Arc<dyn KeyStore>) -> Vault {
    Vault::open(dir, over(dir, keys, 2), &RootKey::read(&SystemDisk, dir).unwrap()).unwrap()
}

#[test]
fn a_vault_keeps_what_it_promises_over_every_store() {
    over_each(|dir, store| {
        let vault = Vault::create(dir, over(dir, &store, 1)).unwrap();
        let kept = vault.person(&user("1")).unwrap();
        let erased = vault.person(&user("2")).unwrap();
        let sealed = vault.seal(&erased, &identity(&erased, "Ada Lovelace", "ada@example.org"));
        assert_eq!(vault.make_durable(vault.made()).unwrap(), 2);
        let pseudonym = vault.pseudonym(&user("bob@example.org"));
        assert_eq!(vault.destroy(&user("2")).unwrap(), Some(erased.id()));
        let lost = vault.person(&user("3")).unwrap();
        drop(vault);
        let vault = open(dir, &store);
        vault.settle().unwrap();
        assert_eq!(vault.person(&user("1")).unwrap().secret(), kept.secret());
        assert_eq!(vault.open_sealed(&sealed), Ok(None));
        assert_eq!(vault.pseudonym(&user("bob@example.org")), pseudonym, "a destruction makes durable what waits");
        assert_eq!(vault.key_state(lost.id()), KeyState::Unknown);
        let found = vault.check();
        assert_eq!((found.live, found.destroyed, found.findings), (2, 1, vec![]));
        assert_eq!(dir.join("vault.db").exists(), store.name() == dir.join("vault.db"));
    });
}

#[test]
fn only_what_was_made_durable_outlives_a_power_loss_and_that_always() {
    for seed in 0..16 {
        for nth in 0..8 {
            let (all, vault) = InMemory::create(seed);
            let fake = &all.fake;
            fake.fail_at(nth, Fault::PowerLoss);
            let mut durable = Vec::new();
            let mut waiting = Vec::new();
            for n in 0..12 {
                waiting.push(vault.person(&user(&n.to_string())).unwrap().id());
                if vault.make_durable(vault.made()).is_ok() {
                    durable.append(&mut waiting);
                }
            }
            assert_eq!(durable.len() as u64, nth);
            fake.crash(seed);
            assert!(vault.make_durable(vault.made()).is_err(), "what was open is dead");
            let vault = all.open().unwrap();
            assert!(durable.iter().all(|id| vault.key_state(*id) == KeyState::Live));
            let torn = waiting.iter().filter(|id| vault.key_state(**id) == KeyState::Live).count();
            assert!(torn <= 1, "the transaction that was cut, or none");
        }
    }
}

#[test]
fn a_store_that_fails_or_is_full_says_so_and_what_was_refused_for_space_still_waits() {
    let (all, vault) = InMemory::create(1);
    let fake = &all.fake;
    let key = vault.person(&user("1")).unwrap();
    fake.set_full(true);
    assert!(matches!(vault.make_durable(vault.made()), Err(StoreError::DiskFull { .. })));
    fake.set_full(false);
    fake.fail_at(0, Fault::Full);
    assert!(matches!(vault.make_durable(vault.made()), Err(StoreError::DiskFull { .. })));
    assert_eq!(vault.make_durable(vault.made()).unwrap(), 1);
    vault.person(&user("2")).unwrap();
    fake.fail_at(0, Fault::Error);
    assert!(matches!(vault.make_durable(vault.made()), Err(StoreError::Failed { source: Some(_), .. })));
    assert!(matches!(vault.make_durable(vault.made()), Err(StoreError::Failed { source: None, .. })));
    for nth in 0..2 {
        fake.fail_at(nth, Fault::Error);
        let refused = all.open().unwrap_err();
        assert!(matches!(refused, VaultError::Store { .. }), "{refused}");
    }
    assert_eq!(all.open().unwrap().person(&user("1")).unwrap().secret(), key.secret());
}

#[test]
fn a_destruction_cut_by_power_loss_leaves_nothing_once_it_is_settled() {
    let (mut cut_before, mut cut_after) = (0, 0);
    for seed in 0..32 {
        for nth in 0..2 {
            let (all, vault) = InMemory::create(seed);
            let fake = &all.fake;
            let id = vault.person(&user("1")).unwrap().id();
            vault.make_durable(vault.made()).unwrap();
            let wrapped = fake.rows()[0].wrapped.clone().unwrap();
            fake.fail_at(nth, Fault::PowerLoss);
            assert!(vault.destroy(&user("1")).is_err());
            fake.crash(seed);
            let vault = all.open().unwrap();
            vault.settle().unwrap();
            let is_live = vault.key_state(id) == KeyState::Live;
            assert_eq!(fake.remains(&wrapped), is_live);
            assert!(!is_live || nth == 0, "once it is durable it stays");
            *(if is_live { &mut cut_before } else { &mut cut_after }) += 1;
        }
    }
    assert!(cut_before > 0 && cut_after > 32, "both happen");
}

#[test]
fn a_snapshot_goes_its_own_way() {
    let fake = FakeKeyStore::new();
    fake.create().unwrap();
    fake.open(Access::Own).unwrap().insert(&persons(1, 3)).unwrap();
    let copy = fake.snapshot();
    fake.open(Access::Own).unwrap().insert(&persons(3, 4)).unwrap();
    copy.crash(1);
    assert_eq!((copy.rows().len(), fake.rows().len(), copy.operations()), (2, 3, 0));
}
