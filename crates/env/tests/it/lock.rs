//! One process per directory.

use env::{Disk as _, LockError, SystemDisk, holder_of};

#[test]
fn the_second_taker_learns_who_holds_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let lock = SystemDisk.lock(dir.path()).unwrap();
    lock.describe("http://127.0.0.1:7117\n").unwrap();
    match SystemDisk.lock(dir.path()) {
        Err(LockError::Held { pid, note, .. }) => {
            assert_eq!((pid, note.as_str()), (std::process::id(), "http://127.0.0.1:7117"));
        }
        other => panic!("{:?}", other.err()),
    }
    assert_eq!(holder_of(dir.path()).unwrap().unwrap().0, std::process::id());
}

#[test]
fn a_lock_ends_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    drop(SystemDisk.lock(dir.path()).unwrap());
    assert_eq!(holder_of(dir.path()).unwrap(), None);
    SystemDisk.lock(dir.path()).unwrap();
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
    let _lock = SystemDisk.lock(dir.path()).unwrap();
    let is_held = || {
        assert!(matches!(SystemDisk.lock(dir.path()), Err(LockError::Held { .. })));
        assert!(matches!(SystemDisk.lock_quietly(dir.path()), Err(LockError::Held { .. })));
        assert!(holder_of(dir.path()).unwrap().is_some());
    };
    std::fs::remove_file(&path).unwrap();
    is_held();
    std::fs::write(&path, "1\n\n").unwrap();
    is_held();
}
