//! What auditors and witnesses read: checkpoint, tiles, consistency proofs, the key. C2SP tlog-tiles.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ledger::BuildProofError;
use proof::{TilePath, TreeSize};

use crate::params::Params;
use crate::problem::Problem;
use crate::state::App;

const TEXT: (header::HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");

/// The newest signed checkpoint.
#[utoipa::path(get, path = "/checkpoint", tag = "ledger", responses((status = 200, description = "signed note", body = String, content_type = "text/plain")))]
pub(crate) async fn checkpoint(State(app): State<App>) -> Response {
    ([TEXT, (header::CACHE_CONTROL, "no-cache")], app.log.checkpoint().note.clone()).into_response()
}

/// The key that checks the log's checkpoints, as one line of text.
#[utoipa::path(get, path = "/vkey", tag = "ledger", responses((status = 200, description = "signed-note verifier key", body = String, content_type = "text/plain")))]
pub(crate) async fn vkey(State(app): State<App>) -> Response {
    ([TEXT], format!("{}\n", app.log.tree().verifier_key())).into_response()
}

/// A tile of hashes, or a bundle of digests.
#[utoipa::path(
    get, path = "/tile/{path}", tag = "ledger", params(("path" = String, Path, description = "C2SP tlog-tiles path below /tile/")),
    responses((status = 200, description = "the tile", body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem, description = "no such tile"))
)]
pub(crate) async fn tile(State(app): State<App>, Path(path): Path<String>) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let none = || Problem::not_found("tile of this path and size");
        let tile: TilePath = format!("tile/{path}").parse().map_err(|_| none())?;
        let bytes = app.log.tree().tile(&tile).map_err(|error| unproven(&error))?.ok_or_else(none)?;
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        ];
        Ok((headers, bytes).into_response())
    })
    .await
}

/// The proof that the first `from` leaves are the beginning of the first `to`: base64 hashes, one a line.
#[utoipa::path(
    get, path = "/v1/consistency", tag = "ledger",
    params(("from" = u64, Query, description = "the smaller size"), ("to" = Option<u64>, Query, description = "the larger size; default: the newest checkpoint's")),
    responses((status = 200, description = "hashes", body = String, content_type = "text/plain"), (status = 400, body = Problem, description = "sizes that cannot be"))
)]
pub(crate) async fn consistency(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let params = Params::parse(query.as_deref())?;
        let newest = app.log.checkpoint().checkpoint.size.0;
        let from: u64 =
            params.number("from")?.ok_or_else(|| Problem::bad_parameter("from is missing: the smaller size"))?;
        let to = params.number("to")?.unwrap_or(newest);
        if from > to || to > newest {
            let detail =
                format!("from={from} and to={to} must be in order and at most {newest}, the newest checkpoint's size");
            return Err(Problem::bad_parameter(detail));
        }
        let hashes = app.log.tree().consistency(TreeSize(from), TreeSize(to)).map_err(|error| unproven(&error))?;
        let text: String = hashes.iter().map(|hash| format!("{hash}\n")).collect();
        Ok(([TEXT], text).into_response())
    })
    .await
}

/// What the tree files give is not what was signed, or cannot be read.
fn unproven(error: &BuildProofError) -> Problem {
    match error {
        BuildProofError::Changed { .. } => Problem::damaged(error, None),
        _ => Problem::internal(error),
    }
}
