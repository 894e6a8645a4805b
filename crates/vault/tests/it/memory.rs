//! What persons cost in memory: bytes that are allocated and not given back, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use event::personal::SealedDisclosure;
use event::{Keys as _, Kind};
use indelible_vault::Vault;

use crate::{create, identity, reopen, user};

/// Something of the usual length.
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

/// Persons taken in at a time: as many as fill three of the generations of what is kept ready, so that after each time as many are.
const PERSONS: usize = 3 << 14;

/// Most bytes of a person with a name and an e-mail address, in all.
const PERSON_BYTES_MAX: usize = 400;

/// Of these, without name and address.
const KEY_BYTES_MAX: usize = 130;

/// The system's allocator, which notes what each thread holds.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn note(bytes: isize) {
    // A thread that ends has no place to note it any more.
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

#[allow(unsafe_code, reason = "an allocator has no safe interface; each call is handed on as it came")]
// SAFETY: what the system's allocator promises is promised here, as it does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as isize);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        note(-(layout.size() as isize));
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        note(bytes as isize - layout.size() as isize);
        // SAFETY: the caller's promise is the same.
        unsafe { System.realloc(block, layout, bytes) }
    }
}

/// Bytes a person that this thread holds more after `work`.
fn bytes_a_person(work: impl FnOnce()) -> usize {
    let before = HELD.get();
    work();
    usize::try_from(HELD.get() - before).unwrap() / PERSONS
}

/// Takes in persons from number `first` on as ingest does: identity and connection disclosed and sealed, keys durable, identities
/// held open. Their records, where they are asked for.
fn take_in(vault: &Vault, first: usize, records: &mut dyn FnMut(Arc<[u8]>)) {
    for n in first..first + PERSONS {
        let key = vault.person(&user(&format!("0199a000-0000-7000-8000-{n:012}"))).unwrap();
        let connection = format!(r#"{{"/client/ip":"10.1.0.{}","/client/user_agent":"{AGENT}"}}"#, n % 250);
        let _ = vault.seal_record(&key, &key.disclose(Kind::Connection, &connection));
        let disclosure = identity(&key, &format!("Ada Lovelace {n}"), &format!("ada.lovelace.{n}@example.org"));
        records(vault.seal_record(&key, &disclosure));
        vault.remember_identity(disclosure.digest, key.id(), &disclosure.json).unwrap();
    }
    vault.make_durable(vault.made()).unwrap();
}

#[test]
fn a_person_costs_few_bytes_once_others_were_used_since() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    // So many that what is kept ready of some is full.
    take_in(&vault, 0, &mut drop);
    let more = bytes_a_person(|| take_in(&vault, PERSONS, &mut drop));
    assert!(more <= PERSON_BYTES_MAX, "{more} bytes a person");
}

#[test]
fn a_person_costs_few_bytes_after_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let mut records = Vec::new();
    for first in [0, PERSONS] {
        take_in(&vault, first, &mut |record| {
            records.push(SealedDisclosure::from_record(&record).unwrap().into_owned())
        });
    }
    drop(vault);
    let mut opened = None;
    let keys = bytes_a_person(|| opened = Some(reopen(dir.path()))) / 2;
    assert!(keys <= KEY_BYTES_MAX, "{keys} bytes a person");
    let vault = opened.unwrap();
    let open = |records: &[SealedDisclosure]| {
        for record in records {
            let json = vault.open_sealed(record).unwrap().unwrap();
            vault.remember_identity(record.digest, record.person, &json).unwrap();
        }
    };
    let (first, second) = records.split_at(PERSONS);
    open(first);
    let more = bytes_a_person(|| open(second));
    assert!(keys + more <= PERSON_BYTES_MAX, "{keys} and {more} bytes a person");
}

#[test]
fn what_is_held_open_stays_within_its_bound_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let remember = |n: usize| {
        let key = vault.person(&user(&n.to_string())).unwrap();
        let disclosure = identity(&key, &format!("Ada {n}"), "ada@example.org");
        vault.remember_identity(disclosure.digest, key.id(), &disclosure.json).unwrap();
        vault.has_identity(&disclosure.digest)
    };
    vault.limit_identities(20_000);
    let held = (0..1_000).take_while(|n| remember(*n)).count();
    assert!((50..500).contains(&held), "{held}");
    assert!(vault.identity_bytes() <= 20_000 && !vault.holds_all_identities());
    assert!(!remember(1_000) && remember(0), "those held stay, and nobody else comes in");
    let sevens = (0..held).filter(|n| n.to_string().starts_with('7')).count();
    assert_eq!(vault.identities_matching("/actor/name", "Ada 7", false).len(), sevens);
}

#[test]
fn of_keys_not_used_lately_nothing_is_kept_ready_and_they_are_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("first")).unwrap();
    let id = key.id();
    let secret = *key.secret();
    let disclosure = identity(&key, "Ada", "ada@example.org");
    let sealed = vault.seal(&key, &disclosure);
    let ready = Arc::downgrade(&key);
    drop(key);
    assert!(ready.upgrade().is_some(), "used lately");
    for n in 0..PERSONS {
        vault.person(&user(&n.to_string())).unwrap();
    }
    assert!(ready.upgrade().is_none(), "others were used since");
    assert_eq!(vault.open_sealed(&sealed).unwrap().as_ref(), Some(&disclosure.json));
    let again = vault.person(&user("first")).unwrap();
    assert_eq!((again.id(), again.secret()), (id, &secret));
    assert_eq!(vault.seal(&again, &identity(&again, "Ada", "ada@example.org")), sealed);
}
