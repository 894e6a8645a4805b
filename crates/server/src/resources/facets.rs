//! `GET /v1/facets`: how often each value occurs.

use axum::extract::{RawQuery, State};
use search::{FacetField, Filters};
use serde_json::{Map, Value, json};

use crate::described::{Facets, FilterParams};
use crate::params::Params;
use crate::problem::Problem;
use crate::state::{App, Caller};

/// Values listed where nobody says how many.
const LIMIT_DEFAULT: usize = 100;

/// Counts the values of fields among the entries that match, most frequent first.
#[utoipa::path(
    get, path = "/v1/facets", tag = "questions",
    params(FilterParams, ("field" = Vec<String>, Query, description = "field to count by; may be repeated"), ("limit" = Option<usize>, Query, description = "values listed, default 100")),
    responses((status = 200, description = "the values of each field", body = Facets), (status = 400, body = Problem, description = "a filter cannot be used"), (status = 422, body = Problem, description = "the question costs too much; the detail says what to narrow"), (status = 429, body = Problem, description = "too many questions of yours run or wait"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Value>, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["field", "limit"])?;
        let fields = params.all("field").map(FacetField::find).collect::<Result<Vec<_>, _>>()?;
        if fields.is_empty() {
            let known: Vec<_> = FacetField::all().map(FacetField::name).collect();
            return Err(Problem::bad_parameter(format!(
                "name at least one field, such as field=channel; known are: {}",
                known.join(", ")
            )));
        }
        let limit = params.number("limit")?.unwrap_or(LIMIT_DEFAULT);
        let view = app.log.view();
        let facets = app.log.ask_within(&view, &filters.predicate, &caller.scope, caller.limits, |question| {
            search::facets(question, &fields, limit)
        })?;
        let values = |values: Vec<(String, u64)>| {
            values.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect()
        };
        let facets: Map<String, Value> = facets
            .into_iter()
            .map(|facet| (facet.field.name().to_owned(), Value::Array(values(facet.values))))
            .collect();
        Ok(axum::Json(json!({ "facets": facets })))
    })
    .await
}
