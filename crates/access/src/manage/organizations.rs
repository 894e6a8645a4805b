//! What is settled about organizations.

use super::{By, ManageError, name};
use crate::allow_list::AllowList;
use crate::change::{About, Change};
use crate::control::Control;
use crate::organization::{Organization, Status};
use crate::permission::Permission;
use crate::record::Record;
use crate::scope::Scope;

/// Longest id of an organization, in bytes.
const ID_BYTES_MAX: usize = 256;

/// Longest message to the people of a suspended organization, in characters.
const MESSAGE_CHARS_MAX: usize = 1_000;

/// What is to hold of an organization.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// What people call it.
    pub name: Option<String>,
    /// Whether its people get in.
    pub status: Status,
    /// What they are told while they do not.
    pub message: String,
    /// Where they may come from.
    pub allow: AllowList,
    /// Whether `by` may be shut out.
    pub confirmed: bool,
}

/// Settles an organization. `None` where all of that holds already.
///
/// # Errors
/// `NotFound` where `by` does not manage it, `Invalid`, `ShutsYouOut`.
pub fn set_organization(
    control: &Control,
    id: &str,
    wanted: NewOrganization,
    by: By<'_>,
) -> Result<Option<Change>, ManageError> {
    if !by.holding.may_at(Permission::Organizations, &Scope::organization(id)) {
        return Err(ManageError::NotFound { kind: "organization", id: id.to_owned() });
    }
    if id.is_empty() || id.len() > ID_BYTES_MAX {
        let message = format!("the id of an organization has 1 to {ID_BYTES_MAX} bytes");
        return Err(ManageError::Invalid { field: "id", message });
    }
    if wanted.message.chars().count() > MESSAGE_CHARS_MAX {
        let message = format!("a message has at most {MESSAGE_CHARS_MAX} characters");
        return Err(ManageError::Invalid { field: "message", message });
    }
    let is_platform = by.holding.may_at(Permission::Organizations, &Scope::platform());
    if let Some(address) = by.address.filter(|address| !wanted.allow.admits(*address))
        && !wanted.confirmed
        && !is_platform
    {
        return Err(ManageError::ShutsYouOut(address));
    }
    let settled = Organization {
        id: id.to_owned(),
        name: wanted.name.map(|text| name("name", &text)).transpose()?,
        status: wanted.status,
        message: wanted.message,
        allow: wanted.allow,
    };
    let before = control.organization(id);
    if before == Some(&settled) {
        return Ok(None);
    }
    let about = About {
        kind: "organization",
        id: id.to_owned(),
        name: settled.name.clone(),
        organization: Some(id.to_owned()),
        ..About::default()
    };
    let words = ["organization.changed", "updated", "Organization changed"];
    let before = before.map(|organization| Record::Organization(organization.clone()));
    Ok(Some(Change::put(words, about, before.as_ref(), Record::Organization(settled))))
}
