//! `/v1/grants`: who may do what, where.

use access::{Grant, Granted, Principal, Scope};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::params::Params;
use crate::problem::Problem;
use crate::resources::session::scope_json;
use crate::state::App;

/// Grants.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantList {
    /// By holder.
    grants: Vec<HeldGrant>,
}

/// A role at a scope, and who holds it.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldGrant {
    /// Its id.
    id: String,
    /// `person:ID` or `program:ID`.
    principal: String,
    /// Name of the role.
    role: String,
    /// Where it holds.
    #[schema(value_type = Object)]
    scope: Value,
}

impl From<&Granted> for HeldGrant {
    fn from(granted: &Granted) -> Self {
        let Granted { principal, grant } = granted;
        let scope = scope_json(&grant.scope);
        Self { id: granted.id(), principal: principal.to_string(), role: grant.role.clone(), scope }
    }
}

/// A grant that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedGrant {
    /// `person:ID` or `program:ID`.
    #[schema(value_type = String)]
    principal: Principal,
    /// Name of the role.
    role: String,
    /// Where it is to hold: `{}` for everything.
    #[schema(value_type = Object)]
    scope: Scope,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// Lists the grants that the caller manages.
#[utoipa::path(
    get, path = "/v1/grants", tag = "access", params(("principal" = Option<String>, Query, description = "of this one alone")),
    responses((status = 200, description = "grants", body = GrantList), (status = 400, body = Problem, description = "a parameter cannot be used"), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<GrantList>, Problem> {
    let params = Params::parse(query.as_deref())?;
    let principal = params.one("principal")?;
    let control = app.desk()?.state();
    let is_managed = |granted: &&Granted| caller.scopes().iter().any(|scope| scope.covers(&granted.grant.scope));
    let is_wanted = |granted: &&Granted| principal.is_none_or(|principal| granted.principal.to_string() == principal);
    let grants = control.grants().filter(is_managed).filter(is_wanted).map(HeldGrant::from).collect();
    Ok(axum::Json(GrantList { grants }))
}

/// Gives a grant. One that is held already stays as it is.
#[utoipa::path(
    post, path = "/v1/grants", tag = "access", request_body = WantedGrant,
    responses((status = 201, description = "the grant", body = HeldGrant), (status = 404, body = Problem, description = "no such principal"), (status = 409, body = Problem, description = "there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "it cannot be granted"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<WantedGrant>,
) -> Result<(StatusCode, axum::Json<HeldGrant>), Problem> {
    let WantedGrant { principal, role, scope, reason } = wanted;
    let grant = Grant { role, scope };
    let held = HeldGrant::from(&Granted { principal: principal.clone(), grant: grant.clone() });
    change(app, caller, reason, move |control, by| Ok((access::add_grant(control, &principal, grant, by)?, ())))
        .await?;
    Ok((StatusCode::CREATED, axum::Json(held)))
}

/// Takes a grant away. It holds no more within a second, in long answers, too.
#[utoipa::path(
    delete, path = "/v1/grants/{id}", tag = "access", params(("id" = String, Path, description = "the grant's id")),
    responses((status = 204, description = "it is gone"), (status = 404, body = Problem, description = "no such grant"), (status = 409, body = Problem, description = "the last that lets anybody manage access"), (status = 422, body = Problem, description = "a reason is needed"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    change(app, caller, None, move |control, by| Ok((Some(access::remove_grant(control, &id, by)?), ()))).await?;
    Ok(StatusCode::NO_CONTENT)
}
