//! `GET /v1/facets`: how often each value occurs.

use std::collections::HashMap;

use axum::extract::{RawQuery, State};
use search::{FacetField, Filters, SearchError};
use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::described::{Facets, FilterParams};
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::App;

/// Values listed where nobody says how many.
const LIMIT_DEFAULT: usize = 100;

/// The field of addresses, which are counted by the values that the index holds for each person.
const ADDRESS: &str = "ip";

/// Counts the values of fields among the entries that match, most frequent first.
///
/// Addresses (`ip`) are personal values: recorded as a list of entries is.
#[utoipa::path(
    get, path = "/v1/facets", tag = "questions",
    params(FilterParams, ("field" = Vec<String>, Query, description = "field to count by; may be repeated. With `ip`, at most 100 values are listed, and entries of erased persons count nowhere"), ("limit" = Option<usize>, Query, description = "values listed, default 100")),
    responses((status = 200, description = "the values of each field", body = Facets), (status = 400, body = Problem, description = "a filter cannot be used"), (status = 422, body = Problem, description = "the question costs too much; the detail says what to narrow"), (status = 429, body = Problem, description = "too many questions of yours run or wait"), (status = 503, body = Problem, description = "other questions hold the memory that this one needs"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Value>, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["field", "limit"])?;
        let names: Vec<&str> = params.all("field").collect();
        let fields =
            names.iter().filter(|name| **name != ADDRESS).map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            let known: Vec<_> = FacetField::all().map(FacetField::name).collect();
            return Err(Problem::bad_parameter(format!(
                "name at least one field, such as field=channel; known are: {}, {ADDRESS}",
                known.join(", ")
            )));
        }
        let limit = params.number("limit")?.unwrap_or(LIMIT_DEFAULT);
        let (facets, addresses) = caller.reader(app).ask(&filters.predicate, |question| {
            let by_address = names.contains(&ADDRESS);
            let addresses = by_address.then(|| search::addresses(question, limit)).transpose()?;
            Ok((search::facets(question, &fields, limit)?, addresses.unwrap_or_default()))
        })?;
        if !addresses.is_empty() {
            caller.reader(app).record_search(&filters).map_err(unrecorded)?;
        }
        let values = |values: Vec<(String, u64)>| {
            values.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect()
        };
        let mut found: HashMap<&str, Value> =
            facets.into_iter().map(|facet| (facet.field.name(), values(facet.values))).collect();
        found.insert(ADDRESS, values(addresses.into_iter().map(|(ip, count)| (ip.to_string(), count)).collect()));
        // In the order asked for; a field asked for twice is there once.
        let facets: Map<String, Value> =
            names.into_iter().filter_map(|name| Some((name.to_owned(), found.remove(name)?))).collect();
        Ok(axum::Json(json!({ "facets": facets })))
    })
    .await
}

fn find(name: &str) -> Result<FacetField, SearchError> {
    FacetField::find(name).map_err(|error| match error {
        SearchError::NoFacet { name, known } => SearchError::NoFacet { name, known: format!("{known}, {ADDRESS}") },
        error => error,
    })
}
