//! Changes of access: on record before they hold, and neither without the other, wherever a crash cuts them.

use access::{
    By, Change, Control, Grant, Holding, Limits, ManageError, NewToken, Permission, Principal, Roles, Scope, Token,
};
use control::fake::{Failure, MemoryControl};
use control::{ChangeError, Desk};
use engine::{Caller, Config, Limits as QuestionLimits, Log, Viewer, World};
use search::{Filters, PageRequest};

/// A log in a folder of its own, and a store that outlives desks.
struct Folder {
    dir: tempfile::TempDir,
    store: MemoryControl,
}

impl Folder {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), store: MemoryControl::default() }
    }

    fn open(&self) -> Log {
        let mut config = Config::new(&self.dir.path().join("data"));
        config.marks = self.dir.path().join("marks");
        Log::open(config, World::system()).unwrap()
    }

    fn desk(&self, log: &Log) -> Desk {
        Desk::open(Box::new(self.store.clone()), log, Roles::default()).unwrap()
    }
}

fn operator(
    log: &Log,
    make: impl FnOnce(By<'_>) -> Result<(Option<Change>, Token), ManageError>,
) -> Result<(Option<Change>, Token), ManageError> {
    let holding = Holding::of_operator();
    let roles = Roles::default();
    let now_us = log.clock().now_us();
    make(By { principal: &Principal::Operator, holding: &holding, roles: &roles, address: None, now_us })
}

fn create(control: &Control, log: &Log) -> Result<(Option<Change>, Token), ManageError> {
    let grant = Grant { role: "auditor".into(), scope: Scope::platform() };
    let wanted = NewToken { name: "desk".into(), grant, expires_in_s: None, source: None, limits: Limits::default() };
    operator(log, |by| {
        access::create_token(control, wanted, by, log.random()).map(|(change, _, token)| (Some(change), token))
    })
}

fn change(desk: &Desk, log: &Log) -> Result<Token, ChangeError> {
    let viewer = Viewer { id: "operator".into(), ..Viewer::default() };
    desk.change(log, &viewer, |control| create(control, log))
}

/// How many entries of the log say that a token was created.
fn on_record(log: &Log) -> usize {
    let caller = Caller::of_everything(Viewer::default(), QuestionLimits::default());
    let filters = Filters::parse([("action", "token.created")], &[]).unwrap();
    let request = PageRequest { oldest_first: false, limit: 100, cursor: None, count: false };
    log.reader(&caller).page(&filters.predicate, &request).unwrap().len()
}

fn may_read(desk: &Desk, token: &Token) -> bool {
    let state = desk.state();
    let principal = Principal::Program(token.id().to_owned());
    state.program_of(token, 0).is_ok() && state.holding(&principal, None, desk.roles()).may(Permission::Read)
}

#[test]
fn a_change_is_on_record_and_outlives_the_desk() {
    let folder = Folder::new();
    let log = folder.open();
    let desk = folder.desk(&log);
    let token = change(&desk, &log).unwrap();
    assert!(may_read(&desk, &token));
    assert_eq!(on_record(&log), 1);
    assert!(may_read(&folder.desk(&log), &token));
}

#[test]
fn a_change_that_cannot_be_kept_is_neither_made_nor_on_record() {
    let folder = Folder::new();
    let log = folder.open();
    let desk = folder.desk(&log);
    folder.store.fail_after(0, Failure::DiskFull);
    assert!(matches!(change(&desk, &log), Err(ChangeError::Store(_))));
    assert_eq!((on_record(&log), desk.state().programs().count()), (0, 0));
}

/// The process ends after so many writes of the store: none but the first, which sets the change aside, is needed.
#[test]
fn a_change_on_record_holds_even_if_its_rows_found_no_room() {
    let folder = Folder::new();
    let log = folder.open();
    let desk = folder.desk(&log);
    folder.store.fail_after(1, Failure::DiskFull);
    let token = change(&desk, &log).unwrap();
    assert!(may_read(&desk, &token));
    folder.store.mend();
    let again = folder.desk(&log);
    assert!(may_read(&again, &token));
    assert_eq!(on_record(&log), 1);
    // What the first desk owes is written by its next change.
    change(&desk, &log).unwrap();
    assert_eq!(folder.desk(&log).state().programs().count(), 2);
}

#[test]
fn a_change_set_aside_without_its_entry_is_dropped() {
    let folder = Folder::new();
    {
        let log = folder.open();
        let desk = folder.desk(&log);
        change(&desk, &log).unwrap();
        drop(desk);
        log.close().unwrap();
    }
    // The same rows, set aside for an entry that the log has not got: as a crash before the entry leaves them.
    let mut store = folder.store.clone();
    let rows: Vec<_> = control::ControlStore::rows(&store).unwrap();
    let steps: Vec<_> = rows.iter().map(|row| serde_json::json!([row.kind, row.id, row.value])).collect();
    let removals = rows.iter().map(|row| control::RowChange::Remove { kind: row.kind.clone(), id: row.id.clone() });
    let pending = control::Row {
        kind: "pending".into(),
        id: "control-of-nobody".into(),
        value: serde_json::Value::Array(steps).to_string(),
    };
    let changes: Vec<_> = removals.chain([control::RowChange::Put(pending)]).collect();
    control::ControlStore::write(&mut store, &changes).unwrap();
    let log = folder.open();
    let desk = folder.desk(&log);
    assert_eq!(desk.state().programs().count(), 0);
    assert_eq!(control::ControlStore::rows(&folder.store).unwrap(), []);
}
