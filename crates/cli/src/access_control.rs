//! The access control of a log that this process serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::{Roles, Token};
use control::Access::Own;
use control::{ControlStoreError, Desk, OpenControlError, SqliteControl};
use engine::Log;
use serde::Deserialize as _;
use server::{Access, FirstLink, Operator};
use signin::Secret;

use crate::exit::failed;

/// What to do where `control.db` is not what the log wrote.
const RESTORE: &str = "nothing was changed; find out who changed it, and restore `control.db` from a copy";

fn store_remedy(error: &ControlStoreError) -> &'static str {
    match error {
        ControlStoreError::DiskFull { .. } => "make room on the disk, then start again",
        ControlStoreError::Busy { .. } => "stop the other process, then start again",
        ControlStoreError::Key { .. } => "restore `keys/signing` from a copy",
        ControlStoreError::File { .. } | ControlStoreError::Failed { .. } => {
            "look at the disk and the file's permissions"
        }
        ControlStoreError::Format { .. } => "start the version that wrote it",
        ControlStoreError::Foreign { .. }
        | ControlStoreError::Unreadable { .. }
        | ControlStoreError::TooLong { .. } => RESTORE,
    }
}

/// Access to a log, as it is settled in its folder.
pub(crate) struct Controlled {
    pub(crate) access: Access,
    /// For whoever has the machine, made for this run.
    pub(crate) token: Token,
    /// Makes the first account; none where one manages access already.
    pub(crate) first: Option<Secret>,
}

/// The ready roles, and those of a table of TOML: `{desk = ["read", "names"]}`.
pub(crate) fn own_roles(text: &str) -> Result<Roles, String> {
    let table = toml::de::ValueDeserializer::parse(text).map_err(|error| error.message().to_owned())?;
    let own = BTreeMap::<String, Vec<String>>::deserialize(table).map_err(|error| error.message().to_owned())?;
    let mut roles = Roles::default();
    for (name, permissions) in own {
        let permissions: Vec<&str> = permissions.iter().map(String::as_str).collect();
        roles.add(&name, &permissions).map_err(|error| error.to_string())?;
    }
    Ok(roles)
}

/// Opens what is settled about access in the log's folder, with these roles.
pub(crate) fn controlled(log: &Log, roles: Roles) -> miette::Result<Controlled> {
    let store = SqliteControl::of(log.layout().data()).open(Own).and_then(|mut store| {
        store.settle()?;
        Ok(store)
    });
    let store = store.map_err(|error| failed(&error, store_remedy(&error)))?;
    let desk = Desk::open(Box::new(store), log, roles).map_err(|error| {
        let remedy = match &error {
            OpenControlError::Store(error) => store_remedy(error),
            OpenControlError::Log(_) => "see the cause; if it has passed, start again",
            OpenControlError::Record(_) | OpenControlError::Pending(_) => RESTORE,
        };
        failed(&error, remedy)
    })?;
    let token = Token::new(log.random());
    let first = (!desk.state().has_managing_person(desk.roles())).then(|| Secret::new(log.random()));
    let link = first.as_ref().map(|secret| FirstLink::of(secret, log.clock().now_us()));
    let access = Access::Controlled { desk: Arc::new(desk), operator: Operator::of(&token), first: link };
    Ok(Controlled { access, token, first })
}

/// Refuses a folder in which somebody has settled who may do what: without access control everybody could do everything there.
pub(crate) fn refuse_settled(data: &std::path::Path) -> miette::Result<()> {
    let exists = SqliteControl::of(data).exists().map_err(|error| failed(&error, store_remedy(&error)))?;
    if exists {
        return Err(miette::miette!(
            help = "start `indelible serve` without --dev, or name another folder with --data",
            "tokens or accounts were made in {}, and with --dev anybody on this machine could do everything there",
            data.display()
        ));
    }
    Ok(())
}
