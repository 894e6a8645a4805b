//! `GET /v1/histogram`: entries over time.

use std::io::Write as _;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use search::{FacetField, Filters, Interval, instant_text};
use serde_json::Value;

use crate::access::Caller;
use crate::described::{FilterParams, Histogram};
use crate::params::Params;
use crate::problem::Problem;
use crate::resources::entries::json;
use crate::state::App;

/// Counts the entries that match by time, and within that by the values of a field.
#[utoipa::path(
    get, path = "/v1/histogram", tag = "questions",
    params(
        FilterParams,
        ("interval" = Option<String>, Query, description = "minute, hour, day (default), week (from Monday) or month"),
        ("by" = Option<String>, Query, description = "field to count by, default severity"),
    ),
    responses((status = 200, description = "the bars", body = Histogram), (status = 400, body = Problem, description = "a filter cannot be used"), (status = 422, body = Problem, description = "the question costs too much; the detail says what to narrow"), (status = 429, body = Problem, description = "too many questions of yours run or wait"), (status = 503, body = Problem, description = "other questions hold the memory that this one needs"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["interval", "by"])?;
        let known = || Interval::ALL.map(|(name, _)| name).join(", ");
        let name = params.one("interval")?.unwrap_or("day");
        let interval = Interval::find(name)
            .ok_or_else(|| Problem::bad_parameter(format!("interval is {name:?}; it must be one of {}", known())))?;
        let by = FacetField::find(params.one("by")?.unwrap_or("severity"))?;
        let buckets = caller
            .reader(app)
            .ask(&filters.predicate, |question| search::histogram(question, interval, Some(by), &filters.tz))?;
        let mut out = Vec::with_capacity(128 * buckets.len() + 16);
        out.extend_from_slice(b"{\"buckets\":[");
        for (at, bucket) in buckets.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let time = instant_text(bucket.start_us);
            let _ = write!(out, "{comma}{{\"time\":\"{time}\",\"total\":{},\"counts\":{{", bucket.total);
            for (at, (value, count)) in bucket.counts.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                let _ = write!(out, "{comma}{}:{count}", Value::from(value.as_str()));
            }
            out.extend_from_slice(b"}}");
        }
        out.extend_from_slice(b"]}");
        Ok(json(out))
    })
    .await
}
