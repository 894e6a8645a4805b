//! What every store does: the same operations over SQLite and over the one in memory.

use control::fake::{Failure, MemoryControl};
use control::{
    Access, ControlStore, ControlStoreError, ID_BYTES_MAX, KIND_BYTES_MAX, Row, SqliteControl, VALUE_BYTES_MAX,
};

use crate::{data_dir, put, remove, row};

/// Hands to `claim` what opens a new store of each kind, any number of times.
fn over_each(claim: impl Fn(&dyn Fn() -> Box<dyn ControlStore>)) {
    let dir = data_dir();
    claim(&|| Box::new(SqliteControl::of(dir.path()).open(Access::Own).unwrap()));
    let memory = MemoryControl::default();
    claim(&|| Box::new(memory.clone()));
}

fn sorted(store: &dyn ControlStore) -> Vec<Row> {
    let mut rows = store.rows().unwrap();
    rows.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    rows
}

#[test]
fn changes_hold_in_their_order_and_outlive_the_handle() {
    over_each(|open| {
        let mut store = open();
        assert_eq!(store.rows().unwrap(), []);
        store.write(&[put("b", "1", "{}"), put("a", "2", "1"), put("a", "1", "[]")]).unwrap();
        store.write(&[put("a", "2", "2"), remove("b", "1"), put("a", "3", "3"), remove("a", "3")]).unwrap();
        store.write(&[remove("a", "9"), put("a", "", "null")]).unwrap();
        store.write(&[]).unwrap();
        let expected = [row("a", "", "null"), row("a", "1", "[]"), row("a", "2", "2")];
        assert_eq!(sorted(&*store), expected);
        drop(store);
        let mut store = open();
        assert_eq!(sorted(&*store), expected);
        store.write(&[remove("a", ""), remove("a", "1"), remove("a", "2")]).unwrap();
        assert_eq!(open().rows().unwrap(), []);
    });
}

#[test]
fn a_row_of_the_greatest_length_is_kept_and_a_byte_more_is_refused_with_all_beside_it() {
    let kind = "k".repeat(KIND_BYTES_MAX);
    let id = "i".repeat(ID_BYTES_MAX);
    let value = "v".repeat(VALUE_BYTES_MAX);
    over_each(|open| {
        let mut store = open();
        store.write(&[put(&kind, &id, &value)]).unwrap();
        for (what, longer) in [
            ("kind", put(&format!("{kind}k"), &id, "{}")),
            ("kind", put("", "", "{}")),
            ("id", put("a", &format!("{id}i"), "{}")),
            ("value", put("a", "1", &format!("{value}v"))),
            ("kind", remove("", "")),
        ] {
            let refused = store.write(&[put("b", "1", "{}"), longer]).unwrap_err();
            assert!(matches!(refused, ControlStoreError::TooLong { what: named, .. } if named == what), "{refused}");
        }
        assert_eq!(sorted(&*store), [row(&kind, &id, &value)]);
        store.write(&[put("b", "1", "{}")]).unwrap();
        assert_eq!(open().rows().unwrap().len(), 2, "what was refused harms nothing");
    });
}

#[test]
fn a_store_that_is_full_or_busy_goes_on_and_one_that_failed_does_not() {
    let memory = MemoryControl::default();
    let mut store = memory.clone();
    store.write(&[put("a", "1", "1")]).unwrap();
    memory.fail_after(1, Failure::DiskFull);
    store.write(&[put("a", "2", "1")]).unwrap();
    for _ in 0..2 {
        assert!(matches!(store.write(&[put("a", "3", "1")]), Err(ControlStoreError::DiskFull { .. })));
    }
    memory.fail_after(0, Failure::Busy);
    assert!(matches!(store.write(&[put("a", "3", "1")]), Err(ControlStoreError::Busy { .. })));
    memory.mend();
    store.write(&[put("a", "4", "1")]).unwrap();
    assert_eq!(sorted(&store).len(), 3);
    for (written, count) in [(false, 3), (true, 4)] {
        let mut store = memory.clone();
        memory.fail_after(0, Failure::Unknown { written });
        let failed = store.write(&[put("a", "5", "1")]);
        assert!(matches!(failed, Err(ControlStoreError::Failed { source: Some(_), .. })), "{failed:?}");
        memory.mend();
        let refused = store.write(&[put("a", "6", "1")]);
        assert!(matches!(refused, Err(ControlStoreError::Failed { source: None, .. })), "{refused:?}");
        assert_eq!(memory.clone().rows().unwrap().len(), count);
    }
}

#[test]
fn there_is_no_file_before_the_first_write_and_looking_makes_none() {
    let dir = data_dir();
    let control = SqliteControl::of(dir.path());
    for access in [Access::Own, Access::AtRest, Access::Beside] {
        let mut open = control.open(access).unwrap();
        assert_eq!((open.rows().unwrap(), open.complaints()), (vec![], vec![]));
        open.settle().unwrap();
    }
    assert_eq!(crate::found(dir.path()), [""; 0]);
    assert!(!control.exists().unwrap() && control.is_fresh().is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "the keys alone");
    let refused = control.open(Access::AtRest).unwrap().write(&[put("a", "1", "1")]);
    assert!(matches!(refused, Err(ControlStoreError::Failed { source: None, .. })), "{refused:?}");
    control.create().unwrap();
    assert!(control.exists().unwrap() && control.is_fresh().unwrap());
    assert_eq!(std::fs::metadata(control.name()).unwrap().len(), 2 * 4096);
    assert_eq!(crate::found(dir.path()), [""; 0]);
    control.open(Access::Own).unwrap().write(&[put("a", "1", "1")]).unwrap();
    control.create().unwrap();
    assert!(!control.is_fresh().unwrap());
    assert_eq!(control.open(Access::Own).unwrap().rows().unwrap(), [row("a", "1", "1")]);
}

#[test]
fn who_reads_beside_the_owner_sees_what_is_written_and_writes_nothing() {
    let dir = data_dir();
    let control = SqliteControl::of(dir.path());
    let mut own = control.open(Access::Own).unwrap();
    own.write(&[put("a", "1", "1")]).unwrap();
    let mut beside = control.open(Access::Beside).unwrap();
    own.write(&[put("a", "2", "2")]).unwrap();
    assert_eq!(sorted(&beside), [row("a", "1", "1"), row("a", "2", "2")]);
    let refused = beside.write(&[remove("a", "1")]);
    assert!(matches!(refused, Err(ControlStoreError::Failed { source: None, .. })), "{refused:?}");
}

#[test]
fn what_was_removed_is_in_no_file_once_the_store_is_settled() {
    let dir = data_dir();
    let secret = "hash-of-a-password-that-must-go";
    let has = |name: &str| {
        let bytes = std::fs::read(dir.path().join(name)).unwrap_or_default();
        bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
    };
    let control = SqliteControl::of(dir.path());
    let mut open = control.open(Access::Own).unwrap();
    open.write(&[put("a", "1", &format!("{secret:?}")), put("a", "2", "2")]).unwrap();
    open.settle().unwrap();
    assert!(has("control.db"));
    open.write(&[remove("a", "1")]).unwrap();
    drop(open);
    let mut open = control.open(Access::Own).unwrap();
    open.settle().unwrap();
    assert!(!has("control.db") && !has("control.db-wal"));
}
