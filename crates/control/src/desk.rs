//! Access as it is, and the one way to change it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::{Change, Control, ManageError, Roles};
use arc_swap::ArcSwap;
use engine::{Changed, Log, Own, Viewer};
use event::{Declared, Resource};
use serde_json::Value;

use crate::error::{ChangeError, OpenControlError};
use crate::pending::{self, PENDING};
use crate::store::{ControlStore, ControlStoreError, Row, RowChange};
use crate::uses::{USED, Uses};

/// What is settled, in memory, and the store behind it.
pub struct Desk {
    state: ArcSwap<Control>,
    roles: Roles,
    uses: Uses,
    kept: Mutex<Kept>,
}

/// The store, and what it still lacks.
struct Kept {
    store: Box<dyn ControlStore>,
    /// Rows of changes that are on record and in force, but found no room yet. They are set aside in the store, so that a start
    /// completes them.
    owed: Vec<RowChange>,
}

impl Desk {
    /// Reads what is settled. A change that was cut off is completed where the log has its entry, else dropped.
    ///
    /// # Errors
    /// [`OpenControlError`].
    pub fn open(mut store: Box<dyn ControlStore>, log: &Log, roles: Roles) -> Result<Self, OpenControlError> {
        let (pending, rows): (Vec<_>, Vec<_>) = store.rows()?.into_iter().partition(|row| row.kind == PENDING);
        let mut control = Control::default();
        let uses = Uses::default();
        for row in rows {
            if row.kind == USED {
                uses.take(&row);
            }
            take(&mut control, &RowChange::Put(row))?;
        }
        for Row { id, value, .. } in pending {
            let is_on_record = log.own_event(&id).map_err(|error| OpenControlError::Log(Box::new(error)))?.is_some();
            let mut rows = if is_on_record { pending::read(&value)? } else { Vec::new() };
            rows.iter().try_for_each(|change| take(&mut control, change))?;
            rows.push(pending::done(&id));
            store.write(&rows)?;
        }
        let kept = Mutex::new(Kept { store, owed: Vec::new() });
        Ok(Self { state: ArcSwap::from_pointee(control), roles, uses, kept })
    }

    /// What is settled now.
    #[must_use]
    pub fn state(&self) -> Arc<Control> {
        self.state.load_full()
    }

    /// The roles there are.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Makes the change that `make` makes of what is settled now, if it makes one: on record before it holds, and kept when this
    /// returns. One change is made at a time.
    ///
    /// # Errors
    /// [`ChangeError`]: nothing was changed.
    pub fn change<T>(
        &self,
        log: &Log,
        viewer: &Viewer,
        make: impl FnOnce(&Control) -> Result<(Option<Change>, T), ManageError>,
    ) -> Result<T, ChangeError> {
        let mut kept = self.lock();
        kept.settle();
        let before = self.state.load_full();
        let (change, made) = make(&before)?;
        let Some(change) = change else { return Ok(made) };
        let event_id = event_id(log);
        let mut rows = pending::rows_of(&change.steps);
        kept.store.write(&[pending::set_aside(&event_id, &rows)])?;
        if let Err(error) = record(log, viewer, &change, &event_id) {
            // Of a log that has stopped nobody knows what it has: the next start asks it.
            if log.stopped().is_none() {
                kept.owed.push(pending::done(&event_id));
                kept.settle();
            }
            return Err(ChangeError::Unrecorded(Box::new(error)));
        }
        rows.push(pending::done(&event_id));
        kept.owed.extend(rows);
        kept.settle();
        let mut after = Control::clone(&before);
        change.steps.iter().for_each(|step| after.apply(step));
        self.state.store(Arc::new(after));
        Ok(made)
    }

    /// Notes that a program is used. Cost: a look-up.
    pub fn note_use(&self, program: &str, now_us: i64) {
        self.uses.note(program, now_us);
    }

    /// When a program was last used, to the minute.
    #[must_use]
    pub fn last_used_us(&self, program: &str) -> Option<i64> {
        self.uses.last_us(program)
    }

    /// Keeps what [`Desk::note_use`] noted since the last time: once a minute, and at the end.
    ///
    /// # Errors
    /// [`ControlStoreError`]; the next use of each program is noted again.
    pub fn keep_uses(&self) -> Result<(), ControlStoreError> {
        let rows = self.uses.rows();
        if rows.is_empty() { Ok(()) } else { self.write(&rows) }
    }

    /// Writes rows that are no records: what is kept, but changes nobody's access and is no entry.
    ///
    /// # Errors
    /// [`ControlStoreError`].
    pub fn write(&self, rows: &[RowChange]) -> Result<(), ControlStoreError> {
        let mut kept = self.lock();
        kept.settle();
        kept.store.write(rows)
    }

    /// Every row of this kind.
    ///
    /// # Errors
    /// [`ControlStoreError`].
    pub fn rows(&self, kind: &str) -> Result<Vec<Row>, ControlStoreError> {
        let rows = self.lock().store.rows()?;
        Ok(rows.into_iter().filter(|row| row.kind == kind).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Writes what is owed. Where that fails it stays owed, and the rows set aside say so to the next start.
    fn settle(&mut self) {
        if self.owed.is_empty() {
            return;
        }
        match self.store.write(&self.owed) {
            Ok(()) => self.owed.clear(),
            Err(error) => {
                let error = env::with_causes(&error);
                tracing::warn!(%error, "a change of access is on record and in force, but not in its place yet; it is tried again");
            }
        }
    }
}

fn take(control: &mut Control, change: &RowChange) -> Result<(), OpenControlError> {
    if let Some(step) = pending::step_of(change)? {
        control.apply(&step);
    }
    Ok(())
}

/// Names the entry of a change.
fn event_id(log: &Log) -> String {
    let mut bytes = [0; 16];
    log.random().fill(&mut bytes);
    bytes.iter().fold("control-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn record(log: &Log, viewer: &Viewer, change: &Change, event_id: &str) -> Result<(), engine::SubmitError> {
    let about = &change.about;
    let changes = Value::Object(change.changes.clone());
    let mut personal = Vec::new();
    if let Some(account) = &about.account {
        let sides = ["name", "email"].into_iter().flat_map(|member| ["before", "after"].map(|side| (member, side)));
        let is_text =
            |(member, side): &(&str, &str)| change.changes.get(*member).is_some_and(|it| it[*side].is_string());
        let paths = sides.filter(is_text).map(|(member, side)| format!("/changes/{member}/{side}"));
        let name = about.name.iter().map(|_| "/resource/name".to_owned());
        let paths = paths.chain(name).map(Into::into).collect();
        personal.push(Declared { of: format!("user:{account}").into(), paths });
    }
    let resource =
        Resource { kind: about.kind.into(), id: about.id.as_str().into(), name: about.name.as_deref().map(Into::into) };
    let changed = Changed {
        event_id: Some(event_id),
        event: Some(change.event),
        resource: Some(resource),
        organization: about.organization.as_deref(),
        changes: Some(&changes),
        personal,
        ..Changed::new(viewer, change.action, change.description)
    };
    log.record_own(&Own::Changed(changed)).map(drop)
}
