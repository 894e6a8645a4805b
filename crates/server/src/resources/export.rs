//! `GET /v1/export`: exactly what the filters show, as a file.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::Own;
use export::{Broken, Export, Format, Layout, Writer};
use search::{Filters, Order};
use tokio::runtime::Handle;

use crate::access::Caller;
use crate::described::FilterParams;
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::App;
use crate::stream::{Piece, Pieces, streamed, trailer};

/// Says that an export is whole, and how many entries and bytes that is.
const TRAILER: &str = "indelible-export";

/// Chunks that may wait for a slow reader, a quarter of a megabyte each.
const PIECES_MAX: usize = 4;

/// Memory of all exports at once.
const EXPORTS_BYTES_MAX: usize = 126 << 20;

/// Memory of one export, also while its reader is slow: some 20 MiB (40 where times are at random); it also has three threads.
const EXPORT_BYTES: usize = 21 << 20;

/// Exports at once.
pub(crate) const EXPORTS_MAX: usize = EXPORTS_BYTES_MAX / EXPORT_BYTES;

/// Streams entries as ndjson (the lines themselves), json or csv.
///
/// An export that breaks off is recognisable: the connection ends without the closing chunk, the
/// trailer `Indelible-Export: complete; entries=N; bytes=N` (sent to clients that say `TE: trailers`) is missing, and json
/// lacks its last members, `"count":N,"complete":true`. The download is recorded before its first byte.
#[utoipa::path(
    get, path = "/v1/export", tag = "entries",
    params(
        FilterParams,
        ("format" = Option<String>, Query, description = "ndjson (default), json or csv"),
        ("layout" = Option<String>, Query, description = "columns of csv: platform, records (default), events or access"),
        ("order" = Option<String>, Query, description = "desc (default), asc, or leaf"),
    ),
    responses((status = 200, description = "the file", content((String = "application/x-ndjson"), (serde_json::Value = "application/json"), (String = "text/csv"))), (status = 400, body = Problem, description = "a filter cannot be used"), (status = 422, body = Problem, description = "a reason is needed"), (status = 503, body = Problem, description = "too many exports run"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    method: Method,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    // The router would begin one for HEAD, too: on record, and for nobody.
    if method == Method::HEAD {
        return Err(Problem::method_not_allowed());
    }
    let place = Arc::clone(&app.exports).try_acquire_owned().map_err(|_| too_many())?;
    let begun = move |app: &App| {
        let asked = ExportRequest::parse(query.as_deref())?;
        caller.says_why(app)?;
        let filters = &asked.filters.given;
        let own = Own::Exported { viewer: caller.viewer(), format: asked.format.name(), filters };
        app.log.record_own(&own).map_err(unrecorded)?;
        Ok((asked, caller))
    };
    let (asked, caller) = app.clone().blocking(begun).await?;
    let now_us = app.log.clock().now_us();
    let name = format!("attachment; filename=\"audit-log-{}.{}\"", file_stamp(now_us), asked.format.name());
    let headers = [
        (header::CONTENT_TYPE, asked.format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::TRAILER, TRAILER.to_owned()),
    ];
    let (pieces, body) = streamed(PIECES_MAX, {
        let (app, caller) = (app.clone(), caller.clone());
        // An export says nothing at the end that it does not reach: it is not whole, and that is told already.
        move || caller.check(&app).map_err(|_| Bytes::new())
    });
    // The runtime that serves the connection: its timers notice a reader that takes nothing for too long.
    let questions = app.questions.clone();
    let runtime = Handle::current();
    questions.begin(move || {
        match write(&app, &caller, &asked, now_us, &pieces, &runtime) {
            Ok((entries, bytes)) => {
                let whole = trailer(TRAILER, &format!("complete; entries={entries}; bytes={bytes}"));
                let _ = runtime.block_on(pieces.send(Piece::End(whole)));
            }
            // A body that is dropped before its end breaks the connection, so the client knows.
            Err(Broken::Gone) => tracing::debug!("a client went away before its export was whole"),
            Err(Broken::Read(error)) => _ = Problem::from(error),
            Err(Broken::Search(error)) => _ = Problem::from(error),
        }
        drop(place);
    });
    Ok((headers, body).into_response())
}

fn too_many() -> Problem {
    let detail = format!("{EXPORTS_MAX} exports run, as many as the server takes on; let one end, or try again later");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_exports", "Too many exports run", detail).retry_after(10)
}

struct ExportRequest {
    format: Format,
    layout: Layout,
    order: Order,
    filters: Filters,
}

impl ExportRequest {
    fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let params = Params::parse(query)?;
        let choose = |name: &str, value: &str, known: &str| {
            Problem::bad_parameter(format!("{name} is {value:?}; it must be one of {known}"))
        };
        let format = params.one("format")?.unwrap_or("ndjson");
        let layout = params.one("layout")?.unwrap_or("records");
        let order = match params.one("order")? {
            None | Some("desc") => Order::NewestFirst,
            Some("asc") => Order::OldestFirst,
            Some("leaf") => Order::Leaf,
            Some(other) => return Err(choose("order", other, "desc, asc, leaf")),
        };
        Ok(Self {
            format: Format::find(format).ok_or_else(|| choose("format", format, "ndjson, json, csv"))?,
            layout: Layout::find(layout)
                .ok_or_else(|| choose("layout", layout, "platform, records, events, access"))?,
            order,
            filters: Filters::parse(params.pairs(), &["format", "layout", "order"])?,
        })
    }
}

/// Sends the whole file; returns how many entries and bytes there were.
fn write(
    app: &App,
    caller: &Caller,
    asked: &ExportRequest,
    now_us: i64,
    pieces: &Pieces,
    runtime: &Handle,
) -> Result<(u64, u64), Broken> {
    let mut bytes = 0;
    let mut send = |chunk: Vec<u8>| {
        bytes += chunk.len() as u64;
        if chunk.is_empty() || runtime.block_on(pieces.send(Piece::Chunk(chunk.into()))) {
            return Ok(());
        }
        Err(Broken::Gone)
    };
    let writer = Writer { format: asked.format, layout: asked.layout, browsers: &app.agents };
    let mut edge = Vec::new();
    writer.begin(now_us, &asked.filters.given, &mut edge);
    send(std::mem::take(&mut edge))?;
    let predicate = &asked.filters.predicate;
    let export = Export { reader: caller.reader(app), writer, order: asked.order, predicate };
    let entries = export.run(&mut send)?;
    writer.end(entries, &mut edge);
    send(edge)?;
    Ok((entries, bytes))
}

/// `20261123T101500Z`.
fn file_stamp(now_us: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
