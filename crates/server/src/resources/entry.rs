//! `GET /v1/entries/{id}` and what belongs to one entry: line, proof, disclosures.

use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{HandedOut, Shown};
use ledger::BuildProofError;
use proof::{LeafIndex, TreeSize};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::described::Entry;
use crate::params::Params;
use crate::problem::Problem;
use crate::resources::entries::json;
use crate::state::App;

fn find(app: &App, caller: &Caller, id: &str) -> Result<Shown, Problem> {
    caller.reader(app).entry(id)?.ok_or_else(|| Problem::not_found("entry with this id"))
}

/// One entry with everything the caller may see of it.
///
/// Recorded as a read where it shows personal values.
#[utoipa::path(
    get, path = "/v1/entries/{id}", tag = "entries", params(("id" = String, Path, description = "the entry's id")),
    responses((status = 200, description = "the entry", body = Entry), (status = 404, body = Problem, description = "no such entry"), (status = 422, body = Problem, description = "a reason is needed"))
)]
pub(crate) async fn get(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let shown = find(app, &caller, &id)?;
        caller.says_why(app)?;
        caller.reader(app).record_read(&shown)?;
        let mut out = Vec::with_capacity(2_048);
        shown.write_json(true, &app.agents, &mut out)?;
        Ok(json(out))
    })
    .await
}

/// The exact bytes whose SHA-256 stands in the tree.
#[utoipa::path(
    get, path = "/v1/entries/{id}/line", tag = "entries", params(("id" = String, Path, description = "the entry's id")),
    responses((status = 200, description = "the line", body = serde_json::Value), (status = 404, body = Problem, description = "no such entry"))
)]
pub(crate) async fn line(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    app.blocking(move |app| Ok(json(find(app, &caller, &id)?.line))).await
}

/// The proof that joins the entry to a signed checkpoint: a `.tlog-proof`.
#[utoipa::path(
    get, path = "/v1/entries/{id}/proof", tag = "entries",
    params(("id" = String, Path, description = "the entry's id"), ("size" = Option<u64>, Query, description = "size of an earlier checkpoint")),
    responses((status = 200, description = "c2sp.org/tlog-proof", body = String, content_type = "text/plain"), (status = 400, body = Problem, description = "the size is no number"), (status = 404, body = Problem, description = "no such entry or checkpoint"), (status = 503, body = Problem, description = "no checkpoint yet"))
)]
pub(crate) async fn proof(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let size: Option<u64> = Params::parse(query.as_deref())?.number("size")?;
        let leaf = find(app, &caller, &id)?.leaf_index;
        let checkpoint = match size {
            None => app.log.checkpoint_covering(leaf)?,
            Some(size) => {
                let found = app.log.tree().checkpoint_of(TreeSize(size)).map_err(|error| Problem::internal(&error))?;
                let covering = found.filter(|_| size > leaf);
                std::sync::Arc::new(
                    covering.ok_or_else(|| Problem::not_found("checkpoint of this size that covers the entry"))?,
                )
            }
        };
        let proof = app.log.tree().inclusion(LeafIndex(leaf), &checkpoint).map_err(|error| match error {
            BuildProofError::Differs { .. } => Problem::damaged(&error, Some(leaf)),
            error => Problem::internal(&error),
        })?;
        let name = format!("attachment; filename=\"{id}.tlog-proof\"");
        let headers =
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
        Ok((headers, proof.to_string()).into_response())
    })
    .await
}

/// What left the line, as far as the caller may see it.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disclosures {
    /// One for each element of the line's `personal`.
    personal: Vec<OfPerson>,
}

/// One person's values in an entry.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfPerson {
    /// Whose, as in the line.
    of: String,
    /// The digest in the line, base64url.
    digest: String,
    /// In the order of the digest: SD-JWT disclosures, or their digests where they cannot be shown.
    disclosures: Vec<OneDisclosure>,
}

/// A disclosure, or the digest of one that is withheld.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OneDisclosure {
    /// base64url of `[salt, kind, value]`.
    Open {
        /// The disclosure.
        disclosure: String,
    },
    /// The person was erased.
    Withheld {
        /// base64url of the disclosure's SHA-256.
        digest: String,
    },
}

/// The disclosures behind an entry's `personal` digests.
///
/// Recorded as a read where it shows personal values.
#[utoipa::path(
    get, path = "/v1/entries/{id}/disclosures", tag = "entries", params(("id" = String, Path, description = "the entry's id")),
    responses((status = 200, description = "SD-JWT disclosures", body = Disclosures), (status = 404, body = Problem, description = "no such entry"), (status = 422, body = Problem, description = "a reason is needed"))
)]
pub(crate) async fn disclosures(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<Disclosures>, Problem> {
    app.blocking(move |app| {
        let shown = find(app, &caller, &id)?;
        caller.says_why(app)?;
        caller.reader(app).record_read(&shown)?;
        let hand_out = |one| match one {
            HandedOut::Open(json) => OneDisclosure::Open { disclosure: URL_SAFE_NO_PAD.encode(json) },
            HandedOut::Withheld(digest) => OneDisclosure::Withheld { digest: URL_SAFE_NO_PAD.encode(digest) },
        };
        let handed_out = shown.opened.handed_out();
        let entry = shown.entry()?;
        let of_person = |(personal, all): (&event::PersonalRef<'_>, Vec<HandedOut>)| OfPerson {
            of: personal.of.to_string(),
            digest: URL_SAFE_NO_PAD.encode(personal.digest),
            disclosures: all.into_iter().map(hand_out).collect(),
        };
        Ok(axum::Json(Disclosures { personal: entry.personal.iter().zip(handed_out).map(of_person).collect() }))
    })
    .await
}
