//! One process per directory.

use env::{FolderLock as _, Lock, LockError, holder_of};

#[test]
fn the_second_taker_learns_who_holds_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let lock = Lock::acquire(dir.path()).unwrap();
    lock.describe("http://127.0.0.1:7117\n").unwrap();
    match Lock::acquire(dir.path()) {
        Err(LockError::Held { pid, note, .. }) => {
            assert_eq!((pid, note.as_str()), (std::process::id(), "http://127.0.0.1:7117"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(holder_of(dir.path()).unwrap().unwrap().0, std::process::id());
}

#[test]
fn a_lock_ends_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    drop(Lock::acquire(dir.path()).unwrap());
    assert_eq!(holder_of(dir.path()).unwrap(), None);
    Lock::acquire(dir.path()).unwrap();
}

#[test]
fn a_directory_never_locked_has_no_holder() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(holder_of(dir.path()).unwrap(), None);
}

#[test]
fn a_lock_file_that_is_removed_or_replaced_lets_nobody_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("LOCK");
    let _lock = Lock::acquire(dir.path()).unwrap();
    let is_held = || {
        assert!(matches!(Lock::acquire(dir.path()), Err(LockError::Held { .. })));
        assert!(matches!(Lock::acquire_quietly(dir.path()), Err(LockError::Held { .. })));
        assert!(holder_of(dir.path()).unwrap().is_some());
    };
    std::fs::remove_file(&path).unwrap();
    is_held();
    std::fs::write(&path, "1\n\n").unwrap();
    is_held();
}
