//! `GET /v1/feed`: entries in commit order, and what comes.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use search::{Feed, Filters, PAGE_ROWS_MAX};

use crate::access::Caller;
use crate::described::FilterParams;
use crate::feed::{FeedRequest, Form, PIECES_MAX, Reader, TRAILER, follow, last_words};
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::App;
use crate::stream::streamed;

/// What this resource reads beside the filters.
const OWN: &[&str] = &["after_leaf", "last", "follow", "full"];

/// Entries in commit order, as NDJSON or, where `Accept` asks for `text/event-stream`, as server-sent events.
///
/// A client that goes on with `after_leaf` = the last `leaf_index` it saw misses and repeats nothing,
/// over restarts of either side; an event's `id` is its leaf index, and `Last-Event-ID` counts for more than the URL. Ends
/// when it has caught up; with `follow`, stays open and sends what comes, and an empty line (NDJSON) or a comment with the
/// position (events) when there was nothing for 15 seconds. The trailer `Indelible-Feed` says `complete` or `stopped` (the
/// server ends), and the position. Its beginning is recorded before its first byte, and then its end: once a session for
/// each set of filters.
#[utoipa::path(
    get, path = "/v1/feed", tag = "entries",
    params(
        FilterParams,
        ("after_leaf" = Option<u64>, Query, description = "leaf index of the last entry seen; without it, from the first entry on"),
        ("last" = Option<usize>, Query, description = "begin at the last so many entries that match, 0 to 1000, in place of after_leaf"),
        ("follow" = Option<bool>, Query, description = "stay open"),
        ("full" = Option<bool>, Query, description = "with changes and properties"),
        ("Last-Event-ID" = Option<u64>, Header, description = "as after_leaf; sent by browsers that connect again"),
    ),
    responses(
        (status = 200, description = "entries as in /v1/entries", content((String = "application/x-ndjson"), (String = "text/event-stream"))),
        (status = 400, description = "a filter or position cannot be used", body = Problem),
        (status = 503, description = "too many feeds are open", body = Problem),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    method: Method,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    // The router would begin one for HEAD, too: on record, and for nobody.
    if method == Method::HEAD {
        return Err(Problem::method_not_allowed());
    }
    let place = app.feeds.place()?;
    let feeds = app.feeds.clone();
    let (asks, asked_for) = (app.clone(), caller.clone());
    let (reader, goes_on) = app
        .blocking(move |app| {
            let params = Params::parse(query.as_deref())?;
            let filters = Filters::parse(params.pairs(), OWN)?;
            let form = if wants_events(&headers) { Form::Events } else { Form::Ndjson };
            let asked = FeedRequest { form, filters, full: params.flag("full")?, follow: params.flag("follow")? };
            let (feed, size) = begin(app, &caller, &asked, &params, &headers)?;
            let begun = caller.reader(app).record_feed(&asked.filters).map_err(unrecorded)?;
            // A feed that ends by itself does not include the entry that records its own beginning.
            let goes_on = asked.follow;
            let until = (!asked.follow).then_some(size);
            Ok((Reader::new(app.clone(), caller, asked, feed, until, begun), goes_on))
        })
        .await?;
    let form = reader.form();
    let media_type = match form {
        Form::Ndjson => "application/x-ndjson",
        Form::Events => "text/event-stream",
    };
    let (pieces, body) =
        streamed(PIECES_MAX, move || asked_for.check(&asks).map_err(|problem| last_words(form, &problem).into()));
    tokio::spawn(follow(feeds, reader, goes_on, pieces, place));
    Ok(([(header::CONTENT_TYPE, media_type), (header::TRAILER, TRAILER)], body).into_response())
}

/// Where the feed begins, and the size of the log at that moment.
fn begin(
    app: &App,
    caller: &Caller,
    asked: &FeedRequest,
    params: &Params,
    headers: &HeaderMap,
) -> Result<(Feed, u64), Problem> {
    let after: Option<u64> = params.number("after_leaf")?;
    let last: Option<usize> = params.number("last")?;
    if after.is_some() && last.is_some() {
        return Err(Problem::bad_parameter("after_leaf and last say where to begin in two ways; give one of them"));
    }
    if let Some(last) = last.filter(|last| *last > PAGE_ROWS_MAX) {
        let detail =
            format!("last is {last}; it must be between 0 and {PAGE_ROWS_MAX}: begin further back with after_leaf");
        return Err(Problem::bad_parameter(detail));
    }
    let size = app.log.size();
    let position = |name: &str, leaf: u64| {
        if leaf < size {
            return Ok(Feed::from(leaf + 1));
        }
        Err(Problem::bad_parameter(format!(
            "{name} is {leaf}, and the log has {size} entries: this is the position of another log, or this log was \
             restored from an older copy; begin again without it"
        )))
    };
    let feed = match (headers.get("last-event-id"), after, last) {
        (Some(id), ..) => {
            let id = id.to_str().ok().and_then(|id| id.parse().ok());
            let id = id.ok_or_else(|| {
                Problem::bad_parameter("Last-Event-ID must be a leaf index, as the id of each event is")
            })?;
            position("Last-Event-ID", id)?
        }
        (None, Some(leaf), _) => position("after_leaf", leaf)?,
        (None, None, Some(last)) => {
            return Ok(caller.reader(app).feed_of_last(&asked.filters.predicate, last)?);
        }
        (None, None, None) => Feed::from(0),
    };
    Ok((feed, size))
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts
        .flat_map(|value| value.split(','))
        .any(|part| part.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream"))
}
