//! `POST /v1/events`: events in, receipts out.

use std::io::Write as _;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{Sent, Submission, Submitted};
use event::BodyKind;
use event::limits::BATCH_EVENTS_MAX;
use proof::Digest;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::access::{Caller, Load};
use crate::body;
use crate::params::Params;
use crate::problem::{EventProblem, Problem};
use crate::state::App;

/// What became of the events, in their order.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipts {
    /// One for each event; `null` for those refused (with `partial` only).
    receipts: Vec<Option<Receipt>>,
    /// Why those were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<EventProblem>,
    /// The receipts as one signed note under the log's key (with `signed` only): keep it, and the log can never deny the
    /// entries; `indelible verify --receipt` checks it. Absent where nothing was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Where an event was recorded. What makes it evidence is a signature over it: ask for the `note`, or for the entry's proof.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// The entry's id.
    id: String,
    /// Its place in the tree.
    leaf_index: u64,
    /// SHA-256 of its line, hexadecimal.
    #[schema(value_type = String)]
    #[serde(serialize_with = "as_text")]
    digest: Digest,
    /// The same event was recorded before; this is the first one's receipt.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    /// What was redacted, or looks odd.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<ReceiptWarning>,
}

/// Something the sender should know about an event that was recorded.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptWarning {
    /// JSON pointer to the place.
    pointer: String,
    /// Stable, for programs.
    code: &'static str,
    /// For people.
    message: String,
}

fn as_text<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}

impl Receipts {
    fn new(submitted: Submitted, note: Option<String>) -> Self {
        let warning = |event::Warning { pointer, code, message }| ReceiptWarning { pointer, code, message };
        let receipt = |receipt: engine::Receipt| Receipt {
            id: receipt.id,
            leaf_index: receipt.leaf_index,
            digest: receipt.digest,
            duplicate: receipt.duplicate,
            warnings: receipt.warnings.into_iter().map(warning).collect(),
        };
        Self {
            receipts: submitted.receipts.into_iter().map(|it| it.map(receipt)).collect(),
            problems: submitted.problems.into_iter().map(EventProblem::from).collect(),
            note,
        }
    }
}

/// What a receipt takes as JSON, usually.
const RECEIPT_BYTES_USUAL: usize = 192;

impl Receipts {
    /// Writes the JSON that serde would write, but a receipt without warnings costs only a few copies.
    fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = Vec::with_capacity(64 + self.receipts.len() * RECEIPT_BYTES_USUAL);
        json.extend_from_slice(b"{\"receipts\":[");
        for (nth, receipt) in self.receipts.iter().enumerate() {
            if nth != 0 {
                json.push(b',');
            }
            match receipt {
                Some(receipt) if receipt.is_plain() => receipt.write(&mut json).map_err(serde_json::Error::io)?,
                receipt => serde_json::to_writer(&mut json, receipt)?,
            }
        }
        json.push(b']');
        if !self.problems.is_empty() {
            json.extend_from_slice(b",\"problems\":");
            serde_json::to_writer(&mut json, &self.problems)?;
        }
        if let Some(note) = &self.note {
            json.extend_from_slice(b",\"note\":");
            serde_json::to_writer(&mut json, note)?;
        }
        json.push(b'}');
        Ok(json)
    }
}

impl Receipt {
    fn is_plain(&self) -> bool {
        !self.duplicate && self.warnings.is_empty()
    }

    /// A plain one. Neither an id nor a digest has anything to escape.
    fn write(&self, json: &mut Vec<u8>) -> std::io::Result<()> {
        json.extend_from_slice(b"{\"id\":\"");
        json.extend_from_slice(self.id.as_bytes());
        write!(json, "\",\"leaf_index\":{},\"digest\":\"{}\"}}", self.leaf_index, self.digest)
    }
}

/// Records events: one JSON object, a JSON array, or NDJSON; all or none, or with `partial` the good ones.
///
/// Answered when they are durable and searchable.
#[utoipa::path(
    post, path = "/v1/events", tag = "events",
    params(
        ("partial" = Option<bool>, Query, description = "record the good ones and list the others"),
        ("signed" = Option<bool>, Query, description = "sign the receipts, as one note"),
    ),
    request_body(content((serde_json::Value = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 201, description = "recorded", body = Receipts),
        (status = 200, description = "all were recorded before", body = Receipts),
        (status = 400, description = "a parameter cannot be used", body = Problem),
        (status = 409, description = "an event_id stands for another event", body = Problem),
        (status = 413, description = "too large", body = Problem),
        (status = 415, description = "neither JSON nor NDJSON", body = Problem),
        (status = 422, description = "events are not valid; every problem is listed", body = Problem),
        (status = 429, description = "this token may not send so much", body = Problem),
        (status = 503, description = "try again later", body = Problem),
        (status = 507, description = "the disk is full", body = Problem),
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let params = Params::parse(query.as_deref())?;
    let partial = params.flag("partial")?;
    let signed = params.flag("signed")?;
    if let Some((name, _)) = params.pairs().find(|(name, _)| !["partial", "signed"].contains(name)) {
        let detail = format!("there is no parameter {name:?} here; known are: partial, signed");
        return Err(Problem::bad_parameter(detail));
    }
    let ndjson = is_ndjson(&headers)?;
    let sender = caller.principal().id().to_owned();
    let writes_in = caller.writes_in();
    app.rates.check(&sender, caller.limits(), app.log.clock().now_us())?;
    let body = body::receive(body, &app.budget).await?;
    let kind = move |body: &[u8]| if ndjson { BodyKind::Ndjson } else { BodyKind::guess(body) };
    let is_encoded = body::is_encoded(&headers);
    if !is_encoded && body.len() <= SMALL_BODY_BYTES && events_at_most(&body) <= SMALL_BODY_EVENTS {
        let charged = charge(&app, &sender, &body);
        let submission =
            Submission { body: &body, kind: kind(&body), source: caller.source(), reach: writes_in.as_ref(), partial };
        if let Some(submitted) = send(&app, &submission).await? {
            app.rates.give_back(&sender, charged.saturating_sub(submitted.receipts.len()));
            return answer(&app, submitted, signed);
        }
    }
    let body = if is_encoded {
        let decoder = app.budget.decoder().await?;
        let decode = move |_: &App| {
            // Held until the work ends, even if nobody waits for it any more.
            let _decoder = decoder;
            body::decode(body, &headers)
        };
        app.clone().blocking(decode).await?
    } else {
        body
    };
    let turn = app.budget.admission(body.len(), events_at_most(&body)).await?;
    app.blocking(move |app| {
        let _turn = turn;
        let charged = charge(app, &sender, &body);
        let submission =
            Submission { body: &body, kind: kind(&body), source: caller.source(), reach: writes_in.as_ref(), partial };
        let submitted = app.log.submit(&submission)?;
        app.rates.give_back(&sender, charged.saturating_sub(submitted.receipts.len()));
        answer(app, submitted, signed)
    })
    .await
}

/// Bodies up to this size, some twenty events, are admitted on the thread that received them, in some 200 µs: handing them to
/// another thread would cost more, and no thread waits for their group commit.
const SMALL_BODY_BYTES: usize = 16 << 10;

/// The same bound in events, for small events: some 500 µs.
const SMALL_BODY_EVENTS: usize = 64;

/// An upper bound of a body's events: each has at least one brace.
fn events_at_most(body: &[u8]) -> usize {
    memchr::memchr_iter(b'{', body).take(BATCH_EVENTS_MAX).count()
}

/// Takes a body from what its sender may send; returns as how many events it counts until their number is known.
fn charge(app: &App, sender: &str, body: &[u8]) -> usize {
    let events = events_at_most(body);
    app.rates.take(sender, Load { events, bytes: body.len() });
    events
}

/// Submits without holding a thread. `None`: an `event_id` came in meanwhile, so it is to be submitted again.
async fn send(app: &App, submission: &Submission<'_>) -> Result<Option<Submitted>, Problem> {
    let (done, told) = tokio::sync::oneshot::channel();
    let done = Box::new(move |answer| {
        // If the client has gone, nobody listens; the events are recorded all the same.
        let _ = done.send(answer);
    });
    match app.log.send(submission, done)? {
        Sent::Done(submitted) => Ok(Some(submitted)),
        Sent::Waiting(waiting) => Ok(waiting.finish(told.await.map_err(|error| Problem::internal(&error))?)?),
    }
}

fn answer(app: &App, submitted: Submitted, signed: bool) -> Result<Response, Problem> {
    let duplicates = submitted.receipts.iter().all(|receipt| receipt.as_ref().is_some_and(|it| it.duplicate));
    let status = if duplicates && !submitted.receipts.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    let recorded = submitted.receipts.iter().flatten().filter(|receipt| !receipt.duplicate).count();
    metrics::counter!("indelible_events_recorded_total").increment(recorded as u64);
    let note = signed.then(|| app.log.signed_receipt(&submitted)).transpose();
    let note = note.map_err(|error| Problem::internal(&error))?.flatten();
    let json = Receipts::new(submitted, note).to_json().map_err(|error| Problem::internal(&error))?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// Whether the body is NDJSON. A body that claims to be no JSON is refused: browsers send such ones across sites unasked.
fn is_ndjson(headers: &HeaderMap) -> Result<bool, Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(false),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(true),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown_type",
            "The body is of an unknown type",
            format!("Content-Type is {given:?}; send application/json or application/x-ndjson"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_written_as_serde_writes_them() {
        let receipt = |leaf_index: u64, duplicate, warnings: Vec<&str>| Receipt {
            id: event::id::uuid_v7(1_645_557_742_000_000, [leaf_index as u8; 10]),
            leaf_index,
            digest: Digest::of(&leaf_index.to_be_bytes()),
            duplicate,
            warnings: warnings
                .into_iter()
                .map(|code| ReceiptWarning { pointer: "/\"".to_owned(), code: "odd", message: code.to_owned() })
                .collect(),
        };
        let problem = event::Problem {
            index: Some(1),
            pointer: "/time".to_owned(),
            code: "wrong",
            message: "a \"time\"".to_owned(),
        };
        for problems in [vec![], vec![EventProblem::from(problem)]] {
            let receipts = vec![
                Some(receipt(0, false, vec![])),
                None,
                Some(receipt(u64::MAX, true, vec![])),
                Some(receipt(7, false, vec!["a \u{1} b"])),
            ];
            let receipts = Receipts { receipts, problems, note: Some("indelible-receipt/v1\n\n— a b\n".to_owned()) };
            assert_eq!(receipts.to_json().unwrap(), serde_json::to_vec(&receipts).unwrap());
        }
        let none = Receipts { receipts: vec![], problems: vec![], note: None };
        assert_eq!(none.to_json().unwrap(), serde_json::to_vec(&none).unwrap());
    }
}
