//! `GET /v1/session`: who am I, and what may I?

use std::collections::BTreeMap;

use access::{Permission, Scope};
use axum::extract::State;
use search::instant_text;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::{Access, Caller};
use crate::problem::Problem;
use crate::resources::grants::HeldGrant;
use crate::state::App;

/// Who asks, and what that one may do.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    principal: SessionPrincipal,
    /// What was granted.
    grants: Vec<HeldGrant>,
    /// What follows from it, now and from here: permission → the scopes at which it holds. One that is not there holds nowhere.
    #[schema(value_type = BTreeMap<String, Vec<Object>>)]
    permissions: BTreeMap<&'static str, Vec<Value>>,
    /// When a viewer's token ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Layouts that a viewer is offered; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    layouts: Option<Vec<String>>,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionPrincipal {
    /// `person`, `program`, `viewer` or `operator`: whoever has the machine.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its id.
    id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// Says who asks, and what that one may do.
#[utoipa::path(get, path = "/v1/session", tag = "access", responses((status = 200, description = "who asks", body = Session)))]
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<axum::Json<Session>, Problem> {
    let holding = caller.holding();
    let permissions = Permission::ALL.into_iter().filter(|permission| holding.may(*permission));
    let scopes = |scopes: Vec<&Scope>| scopes.into_iter().map(scope_json).collect();
    let permissions = permissions.map(|permission| (permission.name(), scopes(holding.reach(permission)))).collect();
    let grants = match &app.access {
        Access::Dev => Vec::new(),
        Access::Controlled { desk, .. } => desk.state().grants_of(caller.principal()).map(HeldGrant::from).collect(),
    };
    let viewer = caller.viewer();
    let principal =
        SessionPrincipal { kind: caller.principal().kind(), id: viewer.id.clone(), name: viewer.name.clone() };
    let expires = caller.viewing().map(|viewing| instant_text(viewing.expires_us));
    let layouts = caller.viewing().map(|viewing| viewing.layouts.clone()).filter(|layouts| !layouts.is_empty());
    Ok(axum::Json(Session { principal, grants, permissions, expires, layouts }))
}

/// A scope as answers have it.
pub(crate) fn scope_json(scope: &Scope) -> Value {
    serde_json::to_value(scope).unwrap_or_default()
}
