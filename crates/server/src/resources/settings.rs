//! `/v1/settings`: what holds for the platform.

use access::{AllowList, NewSettings, Settings};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::problem::Problem;
use crate::state::App;

/// What holds for the platform.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformSettings {
    /// Networks that requests may come from; empty: anywhere.
    #[schema(value_type = Vec<String>)]
    allow: AllowList,
    /// Whether checkpoints, tiles, consistency proofs and the log's key are given to everybody; else to whoever is known.
    tree_public: bool,
    /// Whether people with a password must also have a second factor.
    second_factor_required: bool,
    /// Whether changes, exports and looks at single entries take a reason.
    reason_required: bool,
}

impl From<&Settings> for PlatformSettings {
    fn from(settings: &Settings) -> Self {
        let Settings { allow, tree_public, second_factor_required, reason_required } = settings.clone();
        Self { allow, tree_public, second_factor_required, reason_required }
    }
}

/// What is to hold; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(crate) struct WantedSettings {
    /// Networks that requests may come from, or addresses; empty: anywhere.
    #[schema(value_type = Option<Vec<String>>)]
    allow: Option<AllowList>,
    /// Whether everybody gets the tree.
    tree_public: Option<bool>,
    /// Whether people with a password must also have a second factor.
    second_factor_required: Option<bool>,
    /// Whether changes, exports and looks at single entries take a reason.
    reason_required: Option<bool>,
    /// The caller may be shut out by it.
    confirm: bool,
    /// Why.
    reason: Option<String>,
}

/// Says what holds for the platform.
#[utoipa::path(
    get, path = "/v1/settings", tag = "access",
    responses((status = 200, description = "the settings", body = PlatformSettings), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn get(State(app): State<App>) -> Result<axum::Json<PlatformSettings>, Problem> {
    Ok(axum::Json(app.desk()?.state().settings().into()))
}

/// Changes what holds for the platform.
#[utoipa::path(
    patch, path = "/v1/settings", tag = "access", request_body = WantedSettings,
    responses((status = 200, description = "what holds now", body = PlatformSettings), (status = 409, body = Problem, description = "it would shut the caller out, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn change_some(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<WantedSettings>,
) -> Result<axum::Json<PlatformSettings>, Problem> {
    let WantedSettings { allow, tree_public, second_factor_required, reason_required, confirm, reason } = wanted;
    let wanted = NewSettings { allow, tree_public, second_factor_required, reason_required, confirmed: confirm };
    let desk = app.desk()?.clone();
    change(app, caller, reason, move |control, by| Ok((access::change_settings(control, wanted, by)?, ()))).await?;
    Ok(axum::Json(desk.state().settings().into()))
}
