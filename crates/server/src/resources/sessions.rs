//! `/v1/sessions`: where somebody is signed in.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use event::Outcome;
use search::instant_text;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::problem::Problem;
use crate::sign_in::record;
use crate::state::App;

/// The caller's sessions.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionList {
    /// Used last first.
    sessions: Vec<SessionItem>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionItem {
    /// Its id.
    id: String,
    /// When it began.
    signed_in: String,
    /// When it was last used.
    last_seen: String,
    /// When it ends if it is not used again.
    expires: String,
    /// Where it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// In which browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// Lists the caller's own sessions.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "access",
    responses((status = 200, description = "sessions", body = SessionList), (status = 409, body = Problem, description = "there is no session"))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<SessionList>, Problem> {
    let own = caller.session()?;
    let live = &app.sign_in()?.live;
    let mut sessions = live.of(&own.account, app.log.clock().now_us());
    sessions.sort_by_key(|session| std::cmp::Reverse(session.last_seen_us));
    let item = |session: &signin::Session| SessionItem {
        id: session.id.clone(),
        signed_in: instant_text(session.signed_in_us),
        last_seen: instant_text(session.last_seen_us),
        expires: instant_text(live.expires_us(session)),
        ip: session.ip.map(|address| address.to_string()),
        user_agent: session.user_agent.clone(),
        current: session.id == own.id,
    };
    Ok(axum::Json(SessionList { sessions: sessions.iter().map(item).collect() }))
}

/// Ends one of them.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "access", params(("id" = String, Path, description = "the session's id")),
    responses((status = 204, description = "it is over"), (status = 404, body = Problem, description = "no such session"), (status = 409, body = Problem, description = "there is no session"), (status = 503, body = Problem, description = "it could not be put on record"))
)]
pub(crate) async fn end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        let live = &app.sign_in()?.live;
        let own = live.of(&caller.session()?.account, app.log.clock().now_us());
        let session = own.into_iter().find(|session| session.id == id);
        let session = session.ok_or_else(|| Problem::not_found("session with this id"))?;
        let words = ("session.signed_out", "Signed out", Outcome::Success);
        record(&app.log, caller.viewer(), words, &json!({ "ended": session.id }))
            .map_err(crate::problem::unrecorded)?;
        live.end(app.desk()?, [session.hash]);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
