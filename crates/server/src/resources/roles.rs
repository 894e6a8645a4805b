//! `GET /v1/roles`: what can be granted.

use access::{Permission, Role, Roles, ScopeKind};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Access;
use crate::problem::Problem;
use crate::state::App;

/// What can be granted.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleList {
    /// By name.
    roles: Vec<RoleItem>,
}

/// A role.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleItem {
    /// Its name.
    name: String,
    /// What whoever holds it may do.
    permissions: Vec<&'static str>,
    /// At which kinds of scope it can be granted: `platform`, `entries`, `own`.
    at: Vec<&'static str>,
}

impl From<&Role> for RoleItem {
    fn from(role: &Role) -> Self {
        let permissions = role.permissions.iter().map(Permission::name).collect();
        let at = role.at.iter().copied().map(ScopeKind::name).collect();
        Self { name: role.name.clone(), permissions, at }
    }
}

/// Lists the roles that can be granted.
#[utoipa::path(get, path = "/v1/roles", tag = "access", responses((status = 200, description = "the roles", body = RoleList)))]
pub(crate) async fn list(State(app): State<App>) -> Result<axum::Json<RoleList>, Problem> {
    let items = |roles: &Roles| roles.iter().map(RoleItem::from).collect();
    let roles = match &app.access {
        Access::Dev => items(&Roles::default()),
        Access::Controlled { desk, .. } => items(desk.roles()),
    };
    Ok(axum::Json(RoleList { roles }))
}
