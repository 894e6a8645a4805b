//! `GET /v1/entries`: a page of entries, and how many match.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use search::{Filters, PageRequest};

use crate::access::Caller;
use crate::described::{EntryPage, FilterParams};
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::App;

/// What this resource reads beside the filters.
const OWN: &[&str] = &["limit", "cursor", "order", "count", "full"];

/// Entries a page holds where nobody says.
const LIMIT_DEFAULT: usize = 50;

/// Entries asked for by their ids that count as opened one by one; more at once are a list.
const OPENED_MAX: usize = 16;

/// Lists entries, newest first.
///
/// Where it shows personal values it is recorded: once a session for each set of filters (a page further is the same
/// question), and as a read of each entry where entries are asked for by `id` or `event_id`.
#[utoipa::path(
    get, path = "/v1/entries", tag = "entries",
    params(
        FilterParams,
        ("limit" = Option<usize>, Query, description = "1 to 1000, default 50"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("order" = Option<String>, Query, description = "desc (default) or asc, by time"),
        ("count" = Option<bool>, Query, description = "count all that match"),
        ("full" = Option<bool>, Query, description = "with changes and properties"),
    ),
    responses(
        (status = 200, description = "a page", body = EntryPage),
        (status = 400, description = "a filter cannot be used", body = Problem),
        (status = 422, description = "the question costs too much; the detail says what to narrow", body = Problem),
        (status = 429, description = "too many questions of yours run or wait", body = Problem),
        (status = 503, description = "other questions hold the memory that this one needs", body = Problem),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), OWN)?;
        let full = params.flag("full")?;
        let request = PageRequest {
            oldest_first: oldest_first(params.one("order")?)?,
            limit: params.number("limit")?.unwrap_or(LIMIT_DEFAULT),
            cursor: params.one("cursor")?,
            count: params.flag("count")?,
        };
        let reader = caller.reader(app);
        let page = reader.page(&filters.predicate, &request)?;
        let opens = filters.predicate.names_entries() && page.len() <= OPENED_MAX;
        let mut shows_somebody = false;
        let mut out = Vec::with_capacity(1_024 * page.len() + 64);
        out.extend_from_slice(b"{\"entries\":[");
        for (at, shown) in page.shown().enumerate() {
            let shown = shown?;
            if opens {
                reader.record_read(&shown)?;
            }
            shows_somebody = shows_somebody || shown.shows_somebody()?;
            if at > 0 {
                out.push(b',');
            }
            shown.write_json(full, &app.agents, &mut out)?;
        }
        if shows_somebody && !opens {
            reader.record_search(&filters).map_err(unrecorded)?;
        }
        out.push(b']');
        if let Some(count) = page.count() {
            out.extend_from_slice(format!(",\"count\":{count}").as_bytes());
        }
        if let Some(next) = page.next() {
            out.extend_from_slice(format!(",\"next\":{}", serde_json::Value::from(next)).as_bytes());
        }
        out.push(b'}');
        Ok(json(out))
    })
    .await
}

pub(crate) fn oldest_first(order: Option<&str>) -> Result<bool, Problem> {
    match order {
        None | Some("desc") => Ok(false),
        Some("asc") => Ok(true),
        Some(other) => Err(Problem::bad_parameter(format!("order is {other:?}; it must be desc or asc"))),
    }
}

/// Bytes that are JSON already.
pub(crate) fn json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}
