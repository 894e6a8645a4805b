//! `POST /v1/seal`: everything recorded becomes segments now, for instance before a copy of the folder is taken.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::App;

/// What is sealed.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sealed {
    /// Entries in segments.
    sealed: u64,
    /// Segments there are.
    segments: usize,
}

/// Seals every entry there is, and answers when that is done.
#[utoipa::path(post, path = "/v1/seal", tag = "operation", responses((status = 200, description = "sealed", body = Sealed), (status = 503, body = Problem, description = "sealing did not come to its end")))]
pub(crate) async fn post(State(app): State<App>) -> Result<axum::Json<Sealed>, Problem> {
    app.blocking(move |app| {
        app.log.seal().map_err(|error| {
            let known = if error.unread {
                "not every entry can be read as it was recorded: stop the server, and `indelible verify` says which"
            } else {
                "nothing is removed from the journal before it is sealed"
            };
            let detail = format!("{error}; {known}; sealing is tried again, at once when asked for again");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_sealed", "Sealing did not come to its end", detail)
        })?;
        Ok(axum::Json(Sealed { sealed: app.log.sealed(), segments: app.log.segments() }))
    })
    .await
}
