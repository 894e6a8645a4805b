//! Answers that say no: RFC 9457 problem documents with a stable code, what was wrong, where, and what to do.

use access::Permission;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{NotCovered, RecordReadError, SubmitError};
use search::{FilterError, SearchError};
use segment::PartError;
use serde::Serialize;
use utoipa::ToSchema;

/// What stands in a problem document (`application/problem+json`).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:indelible:problem:<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// Stable, for programs.
    code: &'static str,
    /// What was wrong, and what to do.
    detail: String,
    /// Every problem of the events sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<EventProblem>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
    /// Whether the answer says how to show who one is.
    #[serde(skip)]
    challenges: bool,
}

/// One thing wrong with one event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventProblem {
    /// Which event of the body, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// JSON pointer to the place.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl From<event::Problem> for EventProblem {
    fn from(problem: event::Problem) -> Self {
        let event::Problem { index, pointer, code, message } = problem;
        Self { index, pointer, code, message }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let kind = format!("urn:indelible:problem:{code}");
        let detail = detail.into();
        let status = status.as_u16();
        Self { kind, title, status, code, detail, problems: Vec::new(), retry_after_s: None, challenges: false }
    }

    fn with_events(mut self, problems: Vec<event::Problem>) -> Self {
        self.problems = problems.into_iter().map(EventProblem::from).collect();
        self
    }

    /// Names the kind of problem.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, code, "Not signed in", detail);
        Self { challenges: true, ..problem }
    }

    /// Nobody is known.
    pub(crate) fn not_signed_in() -> Self {
        Self::unauthorized("not_signed_in", "sign in at /sign-in, or send a token: `Authorization: Bearer ind_…`")
    }

    /// What was shown is not good.
    pub(crate) fn bad_token(detail: impl Into<String>) -> Self {
        Self::unauthorized("bad_token", detail)
    }

    /// A second factor is demanded of everybody, and this account has none.
    pub(crate) fn second_factor_required() -> Self {
        let detail = "everybody here needs a second factor; set one up: POST /v1/session/totp";
        Self::new(StatusCode::FORBIDDEN, "second_factor_required", "A second factor is required", detail)
    }

    /// What was asked is of a session, and the caller has none.
    pub(crate) fn no_session() -> Self {
        let detail = "this is for people who have signed in; a token has no session";
        Self::new(StatusCode::CONFLICT, "no_session", "There is no session", detail)
    }

    /// The caller is known, and may not.
    pub(crate) fn not_permitted(permission: Permission) -> Self {
        let detail = format!(
            "this takes the permission {:?}, which you have not got here; GET /v1/session says what you may, and whoever manages access can grant more",
            permission.name()
        );
        Self::new(StatusCode::FORBIDDEN, "not_permitted", "Not permitted", detail)
    }

    /// What a long answer was permitted for is not any more.
    pub(crate) fn no_longer_permitted() -> Self {
        let detail = "what you may see has changed since this answer began; ask again";
        Self::new(StatusCode::FORBIDDEN, "no_longer_permitted", "No longer permitted", detail)
    }

    /// An allow-list does not have the address.
    pub(crate) fn not_from_here() -> Self {
        let detail = "requests are not taken from this address; an administrator can add it to the allow-list";
        Self::new(StatusCode::FORBIDDEN, "not_from_here", "Not from here", detail)
    }

    /// The caller's organization is suspended; `message` is what its people are told.
    pub(crate) fn suspended(message: &str) -> Self {
        let detail = if message.is_empty() { "your organization is suspended" } else { message };
        Self::new(StatusCode::FORBIDDEN, "organization_suspended", "Organization suspended", detail)
    }

    /// The document as text, for answers whose status was sent already.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn too_many_questions(at_most: usize) -> Self {
        let detail = format!("{at_most} questions of yours run or wait; ask again when one is answered");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_questions", "Too many questions at once", detail)
            .retry_after(1)
    }

    /// A program sends more than it may.
    pub(crate) fn too_much_sent(retry_after_s: u32) -> Self {
        let detail = format!("this token may not send so much; go on in {retry_after_s} s; nothing was recorded");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_much_sent", "Too much sent", detail).retry_after(retry_after_s)
    }

    /// Request bodies or their admission hold as much memory as they may.
    pub(crate) fn too_much_held() -> Self {
        let detail = "the requests that are being taken in hold as much memory as they may; nothing was recorded, send it again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much at once", detail).retry_after(1)
    }

    /// Every connection there may be has a request on its way.
    pub(crate) fn no_connection() -> Self {
        let detail = "as many connections as there may be have requests on their way; try again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_connection", "Too many connections", detail).retry_after(1)
    }

    pub(crate) fn bad_parameter(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_parameter", "A parameter cannot be used", detail)
    }

    /// The resource takes another method.
    pub(crate) fn method_not_allowed() -> Self {
        let detail = "this resource takes another method; see /openapi.json";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
    }

    /// The same answer for what does not exist and for what the caller may not see.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", format!("there is no {what} here"))
    }

    /// Our own failure: the cause goes to the log, not to the client.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        log_failure(error);
        let detail = "the log could not be read; the operator finds the cause in the server's log, and `indelible verify` checks the files";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }

    /// Something was read that is not what was written; none of it is shown. The file's name goes to the server's log, not to the
    /// client.
    pub(crate) fn damaged(error: &(dyn std::error::Error + 'static), leaf: Option<u64>) -> Self {
        log_failure(error);
        metrics::counter!("indelible_damaged_reads_total").increment(1);
        let what = leaf.map_or("a file of the log".to_owned(), |leaf| format!("the entry of leaf {leaf}"));
        let detail = format!(
            "{what} is not what was recorded, so it is not shown; the operator finds the file in the server's log, and \
             `indelible verify` says what else is changed"
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "The log is damaged", detail)
    }

    /// A part that could not answer, named within `error`.
    fn unread(error: &(dyn std::error::Error + 'static), part: &PartError) -> Self {
        match part {
            PartError::NotInTree { leaf, .. } | PartError::NotCommitted { leaf } => Self::damaged(error, Some(*leaf)),
            PartError::Damaged { .. } | PartError::IndexUnread => Self::damaged(error, None),
            _ => Self::internal(error),
        }
    }
}

/// Writes an error and its causes to the server's log.
fn log_failure(error: &(dyn std::error::Error + 'static)) {
    let causes = env::with_causes(error);
    tracing::error!(%causes, "a request failed");
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.retry_after_s.map(HeaderValue::from);
        let challenges = self.challenges;
        let mut response = (status, axum::Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(retry) = retry {
            headers.insert(header::RETRY_AFTER, retry);
        }
        if challenges {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let say = |status, code, title| Self::new(status, code, title, error.to_string());
        match error {
            SubmitError::Body(_) => say(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            SubmitError::Problems { ref problems } => {
                let too_long =
                    problems.iter().any(|problem| matches!(problem.code, "line_too_long" | "too_much_personal"));
                let status = if too_long { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
                let detail = "nothing was recorded; mend the events listed in problems, or send with ?partial=true to record the others";
                Self::new(status, "invalid_events", "Events are not valid", detail).with_events(problems.clone())
            }
            SubmitError::Conflict { ref problems } => {
                let detail = "nothing was recorded; give new events new event_ids";
                Self::new(StatusCode::CONFLICT, "event_id_conflict", "An event_id stands for another event", detail)
                    .with_events(problems.clone())
            }
            SubmitError::DiskFull => {
                let detail =
                    "nothing was recorded; the log goes on by itself once the operator has made room: send again later";
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", "The disk is full", detail).retry_after(10)
            }
            SubmitError::Overloaded { .. } => {
                say(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much at once").retry_after(1)
            }
            SubmitError::Stopped { .. } => {
                let detail = "nothing was recorded; the server must be started afresh by its operator";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopped", "The log takes nothing more", detail)
                    .retry_after(30)
            }
            SubmitError::Read(ref cause) => Self::internal(cause),
        }
    }
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_filter", "A filter cannot be used", error.to_string())
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match &error {
            SearchError::Part(part) => Self::unread(&error, part),
            SearchError::Line { leaf, .. } | SearchError::OutsideScope { leaf } => Self::damaged(&error, Some(*leaf)),
            SearchError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too much is asked at once", error.to_string())
                    .retry_after(1)
            }
            SearchError::Unseen { .. } => {
                Self::new(StatusCode::FORBIDDEN, "not_permitted", "You may not see this", error.to_string())
            }
            SearchError::OverBudget(_) | SearchError::FacetValues { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "over_budget",
                "The question costs too much",
                error.to_string(),
            ),
            _ => Self::new(StatusCode::BAD_REQUEST, "bad_question", "The question cannot be asked", error.to_string()),
        }
    }
}

impl From<PartError> for Problem {
    fn from(error: PartError) -> Self {
        Self::unread(&error, &error)
    }
}

impl From<RecordReadError> for Problem {
    fn from(error: RecordReadError) -> Self {
        match error {
            RecordReadError::Read(error) => error.into(),
            RecordReadError::Record(error) => unrecorded(error),
        }
    }
}

/// A read or export that could not be recorded, and was therefore refused.
pub(crate) fn unrecorded(error: SubmitError) -> Problem {
    let mut problem = Problem::from(error);
    problem.detail = format!("refused, since the log could not record it: {}", problem.detail);
    problem
}

impl From<NotCovered> for Problem {
    fn from(error: NotCovered) -> Self {
        let detail = format!("{error}; ask again in a moment");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_checkpoint", "No checkpoint covers the entry yet", detail)
            .retry_after(1)
    }
}
