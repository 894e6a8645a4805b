//! `GET /v1/heatmap`: when in the week things happen.

use axum::extract::{RawQuery, State};
use search::Filters;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::described::FilterParams;
use crate::params::Params;
use crate::problem::Problem;
use crate::state::App;

/// Entries by hour of the week.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heatmap {
    /// Seven days, Monday first, of 24 hours each.
    #[schema(value_type = Vec<Vec<u64>>)]
    cells: search::Heatmap,
}

/// Counts the entries that match by weekday and hour on the wall clock of `tz`.
///
/// An hour that the clock goes through twice counts both times.
#[utoipa::path(
    get, path = "/v1/heatmap", tag = "questions", params(FilterParams),
    responses((status = 200, description = "entries by hour of the week", body = Heatmap), (status = 400, body = Problem, description = "a filter cannot be used"), (status = 422, body = Problem, description = "the question costs too much; the detail says what to narrow"), (status = 429, body = Problem, description = "too many questions of yours run or wait"), (status = 503, body = Problem, description = "other questions hold the memory that this one needs"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Heatmap>, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &[])?;
        let cells = caller.reader(app).ask(&filters.predicate, |question| search::heatmap(question, &filters.tz))?;
        Ok(axum::Json(Heatmap { cells }))
    })
    .await
}
