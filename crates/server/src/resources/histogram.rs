//! `GET /v1/histogram`: entries over time.

use axum::extract::{RawQuery, State};
use search::{FacetField, Filters, Interval, instant_text};
use serde_json::{Map, Value, json};

use crate::params::Params;
use crate::problem::Problem;
use crate::state::{App, Caller, blocking};

/// Counts the entries that match by time, and within that by the values of a field.
#[utoipa::path(
    get, path = "/v1/histogram", tag = "questions",
    params(
        ("interval" = String, Query, description = "minute, hour, day, week (from Monday) or month"),
        ("by" = Option<String>, Query, description = "field to count by, default severity"),
        ("tz" = Option<String>, Query, description = "time zone of days, weeks and months, default UTC"),
    ),
    responses((status = 200, description = "`{\"buckets\":[{\"time\",\"counts\":{\"info\":…}}]}`", body = serde_json::Value), (status = 400, body = Problem, description = "a filter cannot be used"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Value>, Problem> {
    blocking(move || {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["interval", "by"])?;
        let known = || Interval::ALL.map(|(name, _)| name).join(", ");
        let name = params.one("interval")?.unwrap_or("day");
        let interval = Interval::find(name)
            .ok_or_else(|| Problem::bad_parameter(format!("interval is {name:?}; it must be one of {}", known())))?;
        let by = FacetField::find(params.one("by")?.unwrap_or("severity"))?;
        let view = app.log.view();
        let buckets = app.log.ask(&view, &filters.predicate, &caller.scope, &|| false, |question| {
            search::histogram(question, interval, Some(by), &filters.tz)
        })?;
        let bucket = |bucket: search::Bucket| {
            let counts: Map<String, Value> =
                bucket.counts.into_iter().map(|(value, count)| (value, count.into())).collect();
            json!({"time": instant_text(bucket.start_us), "total": bucket.total, "counts": counts})
        };
        Ok(axum::Json(json!({ "buckets": buckets.into_iter().map(bucket).collect::<Vec<_>>() })))
    })
    .await
}
