//! `/v1/verification`: checks every entry against the tree and the newest checkpoint, and says how far that is and what it
//! found.

use axum::extract::State;
use engine::{OWN_SOURCE, Own};
use search::{Filters, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::problem::{Problem, unrecorded};
use crate::state::App;

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

/// The verification that runs, and the last one.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verifications {
    /// `null`: none runs.
    #[schema(required = true)]
    running: Option<VerificationProgress>,
    /// `null`: there was none.
    #[schema(required = true)]
    last: Option<LastVerification>,
}

/// How far a verification is.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerificationProgress {
    /// Entries checked.
    entries_done: u64,
    /// Entries to check; 0 until they are counted.
    entries: u64,
}

/// The newest verification on record.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastVerification {
    /// When it ended, UTC.
    time: String,
    /// Whether everything was as acknowledged.
    sound: bool,
    /// Entries checked.
    entries: u64,
    /// What was not as it was, with file and leaves.
    findings: Vec<String>,
}

/// Verifies the log while it serves. The run and its result are recorded.
///
/// Answers when it is done; `GET` says how far it is meanwhile.
#[utoipa::path(
    post, path = "/v1/verification", tag = "ledger",
    responses((status = 200, description = "done", body = Verification), (status = 409, description = "a verification runs already", body = Problem))
)]
pub(crate) async fn post(State(app): State<App>, caller: Caller) -> Result<axum::Json<Verification>, Problem> {
    let questions = app.questions.clone();
    let running = app.verifying.begin()?;
    questions
        .run(move || {
            let found = app
                .log
                .verify(&|done, entries| running.note(done, entries))
                .map_err(|error| Problem::internal(&error))?;
            let findings: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
            let own = Own::Verified { viewer: Some(caller.viewer()), entries: found.size, findings: &findings };
            app.log.record_own(&own).map_err(unrecorded)?;
            caller.check(&app)?;
            Ok(axum::Json(Verification {
                sound: findings.is_empty(),
                origin: found.origin,
                entries: found.size,
                findings,
            }))
        })
        .await
}

/// Says how far a running verification is, and what the last one found.
///
/// The last one is the newest `audit_log.verify` among the log's own entries: it outlives restarts. Verifications of a
/// folder at rest are not on record.
#[utoipa::path(
    get, path = "/v1/verification", tag = "ledger",
    responses((status = 200, description = "the verification that runs, and the last one", body = Verifications), (status = 429, body = Problem, description = "too many questions of yours run or wait"))
)]
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<axum::Json<Verifications>, Problem> {
    app.question(caller, |app, caller| {
        // Asked first, so that a run that ends in between is reported twice rather than not at all.
        let running = app.verifying.at();
        let running = running.map(|(entries_done, entries)| VerificationProgress { entries_done, entries });
        Ok(axum::Json(Verifications { running, last: last(app, caller)? }))
    })
    .await
}

/// The parts of an own entry that say what a verification found.
#[derive(Deserialize)]
struct Recorded {
    time: String,
    outcome: String,
    properties: RecordedFindings,
}

#[derive(Deserialize)]
struct RecordedFindings {
    entries: u64,
    /// Texts, unless one holds a personal value that is withheld.
    findings: Vec<serde_json::Value>,
}

fn last(app: &App, caller: &Caller) -> Result<Option<LastVerification>, Problem> {
    let filters = Filters::parse([("source", OWN_SOURCE), ("action", "audit_log.verify")], &[])?;
    let newest = PageRequest { oldest_first: false, limit: 1, cursor: None, count: false };
    let page = caller.reader(app).page(&filters.predicate, &newest)?;
    let Some(shown) = page.shown().next() else { return Ok(None) };
    let mut json = Vec::new();
    shown?.write_json(true, &app.agents, &mut json)?;
    let recorded: Recorded = serde_json::from_slice(&json).map_err(|error| Problem::internal(&error))?;
    let Recorded { time, outcome, properties: RecordedFindings { entries, findings } } = recorded;
    let text = |finding: serde_json::Value| finding.as_str().map_or_else(|| finding.to_string(), str::to_owned);
    let findings = findings.into_iter().map(text).collect();
    Ok(Some(LastVerification { time, sound: outcome == "success", entries, findings }))
}
