//! `GET /v1/suggestions`: what a search box offers while somebody types.

use axum::extract::{RawQuery, State};
use search::{Filters, SUGGESTIONS_MAX, SearchError, SuggestField, Suggestion};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::described::FilterParams;
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::App;

/// Suggestions where nobody says how many.
const LIMIT_DEFAULT: usize = 10;

/// Longest beginning looked for: no value that anybody types is longer.
const PREFIX_BYTES_MAX: usize = 256;

/// What could be meant.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suggestions {
    /// The best first.
    suggestions: Vec<Suggested>,
}

/// A value, or a key of the query language.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suggested {
    /// To be put in the place of what was typed.
    value: String,
    /// Entries it would find; absent for keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    count: Option<u64>,
}

/// Offers values of a field that begin with `prefix`, most frequent first; without `field`, keys of the query language.
///
/// Only values of entries that match are offered. Names and addresses of persons are offered while
/// their identities are open to the caller; recorded as a list of entries is.
#[utoipa::path(
    get, path = "/v1/suggestions", tag = "questions",
    params(
        FilterParams,
        ("field" = Option<String>, Query, description = "name of a filter, such as actor, actor_name or channel"),
        ("prefix" = Option<String>, Query, description = "what was typed, at most 256 bytes; upper and lower case count as the same"),
        ("limit" = Option<usize>, Query, description = "1 to 100, default 10"),
    ),
    responses((status = 200, description = "what could be meant", body = Suggestions), (status = 400, description = "a parameter cannot be used", body = Problem), (status = 422, description = "the question costs too much; the detail says what to narrow", body = Problem), (status = 429, description = "too many questions of yours run or wait", body = Problem), (status = 503, description = "other questions hold the memory that this one needs", body = Problem))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Suggestions>, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["field", "prefix", "limit"])?;
        let (prefix, limit) =
            (params.one("prefix")?.unwrap_or_default(), params.number("limit")?.unwrap_or(LIMIT_DEFAULT));
        if prefix.len() > PREFIX_BYTES_MAX {
            let detail = format!("prefix is {} bytes long; it must be at most {PREFIX_BYTES_MAX}", prefix.len());
            return Err(Problem::bad_parameter(detail));
        }
        let Some(field) = params.one("field")? else {
            if !(1..=SUGGESTIONS_MAX).contains(&limit) {
                return Err(SearchError::SuggestionLimit(limit).into());
            }
            let keys = search::suggest_keys(prefix, limit).into_iter();
            let keys = keys.map(|key| Suggested { value: key.to_owned(), count: None });
            return Ok(axum::Json(Suggestions { suggestions: keys.collect() }));
        };
        let field = SuggestField::find(field)?;
        let found =
            caller.reader(app).ask(&filters.predicate, |question| search::suggest(question, field, prefix, limit))?;
        if field.shows_persons() && !found.is_empty() {
            caller.reader(app).record_search(&filters).map_err(unrecorded)?;
        }
        let of = |Suggestion { value, count }| Suggested { value, count: Some(count) };
        Ok(axum::Json(Suggestions { suggestions: found.into_iter().map(of).collect() }))
    })
    .await
}
