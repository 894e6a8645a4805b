//! `/v1/tokens`: programs and their tokens.

use access::{Grant, Limits, NewToken, Principal, Program, Scope};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use search::instant_text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::problem::Problem;
use crate::resources::grants::HeldGrant;
use crate::state::App;

/// How long the token before is good after a rotation, where nobody says: a day.
const OVERLAP_S_DEFAULT: u64 = 86_400;

/// Programs.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenList {
    /// By id.
    tokens: Vec<TokenItem>,
}

/// A program.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenItem {
    /// Its id, the public part of its token.
    id: String,
    /// What its makers call it.
    name: String,
    /// `source` of what it sends.
    source: String,
    /// What it may do.
    grants: Vec<HeldGrant>,
    /// When it was made.
    created: String,
    /// Who made it.
    created_by: String,
    /// Until when it is good; absent: for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Since when it is good no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
    /// When it was last used, to the minute, by this server since it started or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    limits: SendingLimits,
}

/// How much a program may send; what is absent has no limit.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SendingLimits {
    /// Events a second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    events_per_second: Option<u32>,
    /// Bytes of bodies a second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_second: Option<u64>,
}

impl From<Limits> for SendingLimits {
    fn from(Limits { events_per_second, bytes_per_second }: Limits) -> Self {
        Self { events_per_second, bytes_per_second }
    }
}

/// A token that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedToken {
    /// What to call the program.
    name: String,
    /// What it may do.
    role: String,
    /// Where: `{}` for everything.
    #[serde(default = "Scope::platform")]
    #[schema(value_type = Object)]
    scope: Scope,
    /// Seconds for which it is good; absent: for good.
    #[serde(default)]
    expires_in: Option<u64>,
    /// `source` of what it sends; absent: its name where that can be one, else its id.
    #[serde(default)]
    source: Option<String>,
    /// How much it may send.
    #[serde(default)]
    limits: SendingLimits,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// A token, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecret {
    /// Id of the program.
    id: String,
    /// What to send with each request. Only a hash of it is kept.
    token: String,
}

/// How a token is to be rotated.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Seconds for which the token before is good beside the new one.
    #[serde(default = "overlap_default")]
    overlap: u64,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

fn overlap_default() -> u64 {
    OVERLAP_S_DEFAULT
}

/// Lists the programs that the caller manages.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "access",
    responses((status = 200, description = "programs", body = TokenList), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<TokenList>, Problem> {
    let desk = app.desk()?;
    let control = desk.state();
    let by = caller.by(&app, desk.roles());
    let item = |program: &Program| {
        let grants = control.grants_of(&Principal::Program(program.id.clone())).map(HeldGrant::from).collect();
        TokenItem {
            id: program.id.clone(),
            name: program.name.clone(),
            source: program.source.clone(),
            grants,
            created: instant_text(program.created_us),
            created_by: program.created_by.clone(),
            expires: program.expires_us.map(instant_text),
            revoked: program.revoked_us.map(instant_text),
            last_used: desk.last_used_us(&program.id).map(instant_text),
            limits: program.limits.into(),
        }
    };
    let is_managed = |program: &&Program| access::manages(&control, &Principal::Program(program.id.clone()), by);
    let tokens = control.programs().filter(is_managed).map(item).collect();
    Ok(axum::Json(TokenList { tokens }))
}

/// Makes a program with a token and a grant.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "access", request_body = WantedToken,
    responses((status = 201, description = "the token, shown this once", body = NewSecret), (status = 409, body = Problem, description = "another program has the source, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<WantedToken>,
) -> Result<(StatusCode, axum::Json<NewSecret>), Problem> {
    let WantedToken { name, role, scope, expires_in, source, limits, reason } = wanted;
    let SendingLimits { events_per_second, bytes_per_second } = limits;
    let limits = Limits { events_per_second, bytes_per_second };
    let wanted = NewToken { name, grant: Grant { role, scope }, expires_in_s: expires_in, source, limits };
    let log = app.log.clone();
    let token = change(app, caller, reason, move |control, by| {
        let (change, _, token) = access::create_token(control, wanted, by, log.random())?;
        Ok((Some(change), token))
    });
    let token = token.await?;
    let id = token.id().to_owned();
    Ok((StatusCode::CREATED, axum::Json(NewSecret { id, token: token.reveal().to_owned() })))
}

/// Gives a program a new token; the one before is good for a while beside it.
#[utoipa::path(
    post, path = "/v1/tokens/{id}/rotate", tag = "access", params(("id" = String, Path, description = "the program's id")), request_body = Rotation,
    responses((status = 201, description = "the new token, shown this once", body = NewSecret), (status = 404, body = Problem, description = "no such program"), (status = 409, body = Problem, description = "there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(Rotation { overlap, reason }): Json<Rotation>,
) -> Result<(StatusCode, axum::Json<NewSecret>), Problem> {
    let log = app.log.clone();
    let program = id.clone();
    let token = change(app, caller, reason, move |control, by| {
        let (change, token) = access::rotate_token(control, &program, overlap, by, log.random())?;
        Ok((Some(change), token))
    });
    let token = token.await?.reveal().to_owned();
    Ok((StatusCode::CREATED, axum::Json(NewSecret { id, token })))
}

/// Ends a program: its tokens are good no more within a second, in long answers, too.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "access", params(("id" = String, Path, description = "the program's id")),
    responses((status = 204, description = "it is revoked"), (status = 404, body = Problem, description = "no such program"), (status = 409, body = Problem, description = "there is no access control"), (status = 422, body = Problem, description = "a reason is needed"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    change(app, caller, None, move |control, by| Ok((Some(access::revoke_token(control, &id, by)?), ()))).await?;
    Ok(StatusCode::NO_CONTENT)
}
