//! `/v1/viewer-tokens`: short-lived tokens for readers in a product's page.

use access::{NewViewing, Permission, Scope, Viewing};
use axum::extract::State;
use axum::http::StatusCode;
use engine::{Changed, Own};
use event::Resource;
use search::instant_text;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::problem::{Problem, unrecorded};
use crate::state::App;

/// A viewer's token that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedViewing {
    /// What is seen.
    #[schema(value_type = Object)]
    scope: Scope,
    /// Whether names and e-mail addresses are seen.
    #[serde(default)]
    names: bool,
    /// Whether addresses, user agents and places are seen.
    #[serde(default)]
    connections: bool,
    /// Layouts that are offered; empty: all.
    #[serde(default)]
    layouts: Vec<String>,
    /// Origin of the page that asks with it, as browsers write it.
    origin: String,
    /// Seconds for which it is good, at most 3600.
    expires_in: u64,
    /// Who looks: the product's own id of its customer, who stands in the log's entries about it.
    #[serde(default)]
    viewer: Option<WantedViewer>,
}

/// Who looks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedViewer {
    /// The product's id of its customer.
    id: String,
    /// That one's name.
    #[serde(default)]
    name: Option<String>,
}

/// A viewer's token.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MintedViewing {
    /// What `<indelible-log>` takes as its `token`.
    token: String,
    /// Until when it is good.
    expires: String,
}

/// Mints a token for a reader in a page of the caller's. It gives no more than the caller has, and ends with the caller's token.
#[utoipa::path(
    post, path = "/v1/viewer-tokens", tag = "access", request_body = WantedViewing,
    responses((status = 201, description = "the token", body = MintedViewing), (status = 409, body = Problem, description = "there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn mint(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<WantedViewing>,
) -> Result<(StatusCode, axum::Json<MintedViewing>), Problem> {
    if !matches!(caller.principal(), access::Principal::Program(_)) {
        return Err(Problem::not_permitted(Permission::Mint));
    }
    let WantedViewing { scope, names, connections, layouts, origin, expires_in, viewer } = wanted;
    let (viewer, name) = viewer.map_or((None, None), |WantedViewer { id, name }| (Some(id), name));
    let wanted = NewViewing { scope, names, connections, layouts, origin, expires_in_s: expires_in, viewer, name };
    if app.desk()?.state().viewer_key().is_none() {
        let log = app.log.clone();
        let first = move |control: &access::Control, by: access::By<'_>| match control.viewer_key() {
            Some(_) => Ok((None, ())),
            None => Ok((Some(access::replace_viewer_key(control, by, log.random())?), ())),
        };
        change(app.clone(), caller.clone(), None, first).await?;
    }
    app.blocking(move |app| {
        let desk = app.desk()?;
        let viewing = access::mint_viewing(wanted, caller.by(app, desk.roles()), app.log.random())?;
        record(app, &caller, &viewing)?;
        let control = desk.state();
        let key = control.viewer_key().ok_or_else(|| Problem::not_found("key of viewers' tokens"))?;
        let minted = MintedViewing { token: key.mint(&viewing), expires: instant_text(viewing.expires_us) };
        Ok((StatusCode::CREATED, axum::Json(minted)))
    })
    .await
}

/// Ends every viewer's token there is: the pages ask their back ends for new ones.
#[utoipa::path(
    delete, path = "/v1/viewer-tokens", tag = "access",
    responses((status = 204, description = "none is good any more"), (status = 409, body = Problem, description = "there is no access control"), (status = 422, body = Problem, description = "a reason is needed"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn end_all(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let log = app.log.clone();
    let replace = move |control: &access::Control, by: access::By<'_>| {
        Ok((Some(access::replace_viewer_key(control, by, log.random())?), ()))
    };
    change(app, caller, None, replace).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a mint on record, durable before the token is handed out.
fn record(app: &App, caller: &Caller, viewing: &Viewing) -> Result<(), Problem> {
    let Viewing { id, scope, names, connections, origin, viewer, .. } = viewing;
    let properties = json!({
        "token": id, "scope": scope, "names": names, "connections": connections, "origin": origin,
        "expires": instant_text(viewing.expires_us),
    });
    let changed = Changed {
        event: Some("created"),
        channel: Some("auth"),
        resource: Some(Resource { kind: "viewer".into(), id: viewer.as_str().into(), name: None }),
        organization: scope.of_organization(),
        properties: Some(&properties),
        ..Changed::new(caller.viewer(), "viewer.minted", "Token for a viewer made")
    };
    app.log.record_own(&Own::Changed(changed)).map(drop).map_err(unrecorded)
}
