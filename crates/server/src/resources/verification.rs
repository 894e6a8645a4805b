//! `POST /v1/verification`: checks every entry against the tree and the newest checkpoint, now.

use axum::extract::State;
use engine::Own;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, unrecorded};
use crate::state::{App, Caller};

/// What a verification found.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verification {
    /// Whether everything was as acknowledged.
    sound: bool,
    /// The log's name.
    origin: String,
    /// Entries checked: all that the newest checkpoint covers.
    entries: u64,
    /// What is not as it was, with file and leaves.
    findings: Vec<String>,
}

/// Verifies the log while it serves. The run and its result are recorded.
#[utoipa::path(post, path = "/v1/verification", tag = "ledger", responses((status = 200, description = "done", body = Verification)))]
pub(crate) async fn post(State(app): State<App>, caller: Caller) -> Result<axum::Json<Verification>, Problem> {
    let questions = app.questions.clone();
    questions
        .run(move || {
            let found = app.log.verify(&|_, _| {}).map_err(|error| Problem::internal(&error))?;
            let findings: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
            let own = Own::Verified { viewer: Some(&caller.viewer), entries: found.size, findings: &findings };
            app.log.record_own(&own).map_err(unrecorded)?;
            Ok(axum::Json(Verification {
                sound: findings.is_empty(),
                origin: found.origin,
                entries: found.size,
                findings,
            }))
        })
        .await
}
