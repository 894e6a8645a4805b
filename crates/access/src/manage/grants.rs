//! Grants, given and taken away.

use super::{By, ManageError};
use crate::change::{About, Change};
use crate::control::Control;
use crate::grant::{Grant, Granted};
use crate::permission::Permission;
use crate::principal::Principal;
use crate::record::Record;
use crate::scope::Scope;

/// Whether `by` manages the access of a principal: all that it holds lies where `by` manages access.
#[must_use]
pub fn manages(control: &Control, principal: &Principal, by: By<'_>) -> bool {
    let everywhere = by.holding.may_at(Permission::Access, &Scope::platform());
    let mut held = control.grants_of(principal).peekable();
    everywhere
        || held.peek().is_some() && held.all(|granted| by.holding.may_at(Permission::Access, &granted.grant.scope))
}

/// Gives a principal a grant. One that is held already is no change: `None`.
///
/// # Errors
/// `NotFound` for a principal that is not there, or that `by` does not manage; `Grant`.
pub fn add_grant(
    control: &Control,
    principal: &Principal,
    grant: Grant,
    by: By<'_>,
) -> Result<Option<Change>, ManageError> {
    if !control.is_known(principal) || !manages(control, principal, by) {
        return Err(ManageError::NotFound { kind: principal.kind(), id: principal.id().to_owned() });
    }
    by.holding.may_grant(&grant, by.roles)?;
    let granted = Granted { principal: principal.clone(), grant };
    if control.grant(&granted.id()).is_some() {
        return Ok(None);
    }
    let words = ["grant.added", "created", "Grant given"];
    Ok(Some(Change::put(words, about(&granted), None, Record::Grant(granted))))
}

/// Takes a grant away.
///
/// # Errors
/// `NotFound` for one that is not there, or not `by`'s to take; `LastManager`, except for the operator.
pub fn remove_grant(control: &Control, id: &str, by: By<'_>) -> Result<Change, ManageError> {
    let granted = control.grant(id).filter(|granted| by.holding.may_at(Permission::Access, &granted.grant.scope));
    let granted = granted.ok_or_else(|| ManageError::NotFound { kind: "grant", id: id.to_owned() })?;
    let id = granted.id();
    keep_a_manager(control, by, |gone| gone.id() == id)?;
    let words = ["grant.removed", "deleted", "Grant taken away"];
    Ok(Change::remove(words, about(granted), &Record::Grant(granted.clone())))
}

/// Refuses to take away, with the grants that `goes` names, the last that lets anybody manage access of the platform.
///
/// # Errors
/// `LastManager`, except for the operator.
pub(super) fn keep_a_manager(
    control: &Control,
    by: By<'_>,
    goes: impl Fn(&Granted) -> bool,
) -> Result<(), ManageError> {
    let is_managed = |goes: &dyn Fn(&Granted) -> bool| control.is_managed_without(goes, by.roles, by.now_us);
    if *by.principal != Principal::Operator && is_managed(&|_| false) && !is_managed(&goes) {
        return Err(ManageError::LastManager);
    }
    Ok(())
}

fn about(granted: &Granted) -> About {
    About {
        kind: "grant",
        id: granted.id(),
        organization: granted.grant.scope.of_organization().map(str::to_owned),
        ..About::default()
    }
}
