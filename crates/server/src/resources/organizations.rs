//! `/v1/organizations`: their status, and from where their people may come.

use access::{AllowList, NewOrganization, Organization, Scope, Status};
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::problem::Problem;
use crate::state::App;

/// Organizations that something is settled about. Others are active, and their people come from anywhere.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationList {
    /// By id.
    organizations: Vec<OrganizationItem>,
}

/// What is settled about an organization.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationItem {
    /// Its id, as in entries.
    id: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `active` or `suspended`.
    #[schema(value_type = String)]
    status: Status,
    /// What its people are told while it is suspended.
    message: String,
    /// Networks that its people may come from; empty: anywhere.
    #[schema(value_type = Vec<String>)]
    allow: AllowList,
}

impl From<&Organization> for OrganizationItem {
    fn from(organization: &Organization) -> Self {
        let Organization { id, name, status, message, allow } = organization.clone();
        Self { id, name, status, message, allow }
    }
}

/// What is to hold of an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedOrganization {
    /// What people call it.
    #[serde(default)]
    name: Option<String>,
    /// `active` or `suspended`.
    #[schema(value_type = String)]
    status: Status,
    /// What its people are told while it is suspended.
    #[serde(default)]
    message: String,
    /// Networks that its people may come from, or addresses; empty: anywhere.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    allow: AllowList,
    /// The caller may be shut out by it.
    #[serde(default)]
    confirm: bool,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// Lists what is settled about the organizations that the caller manages.
#[utoipa::path(
    get, path = "/v1/organizations", tag = "access",
    responses((status = 200, description = "organizations", body = OrganizationList), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<OrganizationList>, Problem> {
    let control = app.desk()?.state();
    let is_managed = |organization: &&Organization| {
        let scope = Scope::organization(organization.id.as_str());
        caller.scopes().iter().any(|held| held.covers(&scope))
    };
    let organizations = control.organizations().filter(is_managed).map(OrganizationItem::from).collect();
    Ok(axum::Json(OrganizationList { organizations }))
}

/// Settles an organization: everything at once, so what is left out is as if nothing were said.
#[utoipa::path(
    put, path = "/v1/organizations/{id}", tag = "access", params(("id" = String, Path, description = "its id, as in entries")), request_body = WantedOrganization,
    responses((status = 200, description = "what holds now", body = OrganizationItem), (status = 404, body = Problem, description = "not the caller's to manage"), (status = 409, body = Problem, description = "it would shut the caller out, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(wanted): Json<WantedOrganization>,
) -> Result<axum::Json<OrganizationItem>, Problem> {
    let WantedOrganization { name, status, message, allow, confirm, reason } = wanted;
    let wanted = NewOrganization { name, status, message, allow, confirmed: confirm };
    let item = OrganizationItem {
        id: id.clone(),
        name: wanted.name.clone(),
        status,
        message: wanted.message.clone(),
        allow: wanted.allow.clone(),
    };
    change(app, caller, reason, move |control, by| Ok((access::set_organization(control, &id, wanted, by)?, ())))
        .await?;
    Ok(axum::Json(item))
}
