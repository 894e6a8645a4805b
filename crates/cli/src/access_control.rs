//! The access control of a log that this process serves.

use std::sync::Arc;

use access::{Roles, Token};
use control::{ControlStoreError, Desk, OpenControl, SqliteControl};
use engine::Log;
use server::{Access, Operator};

use crate::exit::failed;

/// Opens what is settled about access in the log's folder, and makes a token for whoever has the machine.
pub(crate) fn controlled(log: &Log) -> miette::Result<(Access, Token)> {
    let store = kept(log).map_err(|error| failed(&error, remedy(&error)))?;
    let desk = Desk::open(Box::new(store), log, Roles::default());
    let desk = desk.map_err(|error| failed(&error, RESTORE))?;
    let token = Token::new(log.random());
    Ok((Access::Controlled { desk: Arc::new(desk), operator: Operator::of(&token) }, token))
}

const RESTORE: &str = "restore `control.db` from a copy, or find out who changed it";

fn kept(log: &Log) -> Result<OpenControl, ControlStoreError> {
    let mut store = SqliteControl::of(log.layout().data()).open(control::Access::Own)?;
    store.settle()?;
    Ok(store)
}

fn remedy(error: &ControlStoreError) -> &'static str {
    match error {
        ControlStoreError::DiskFull { .. } => "make room on the disk, then start again",
        ControlStoreError::File { .. } | ControlStoreError::Unreadable { .. } => {
            "look at the disk and the folder's permissions"
        }
        ControlStoreError::Key { .. } => "restore `keys/signing` from a copy",
        ControlStoreError::Foreign { .. } => {
            "nothing was changed; find out who did this; what lies beside `control.db` move away, and `control.db` itself restore from a copy"
        }
        _ => RESTORE,
    }
}
