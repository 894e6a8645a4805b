//! `GET /v1/export`: exactly what the filters show, as a file.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::Own;
use search::{Filters, Order, scan};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::export::{Format, Layout, Writer};
use crate::params::Params;
use crate::problem::{Problem, unrecorded};
use crate::state::{App, Caller, blocking};

/// Bytes gathered before they are handed to the connection.
const CHUNK_BYTES: usize = 64 * 1024;

/// Chunks that may wait for a slow reader. With the chunk size: an export holds 512 KiB at most.
const CHUNKS_MAX: usize = 8;

/// Streams entries as ndjson (the lines themselves), json or csv.
///
/// An export that breaks off is recognisable: the connection ends without the closing chunk, and json without the
/// closing bracket. The download is recorded before its first byte.
#[utoipa::path(
    get, path = "/v1/export", tag = "entries",
    params(
        ("format" = String, Query, description = "ndjson, json or csv"),
        ("layout" = Option<String>, Query, description = "columns of csv: platform, records (default), events or access"),
        ("order" = Option<String>, Query, description = "desc (default), asc, or leaf"),
    ),
    responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/octet-stream"), (status = 400, body = Problem, description = "a filter cannot be used"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (asked, caller, app) = blocking(move || {
        let asked = Asked::parse(query.as_deref())?;
        let filters = asked.filters.given.iter().map(|(name, value)| serde_json::json!([name, value])).collect();
        let own = Own::Exported { viewer: &caller.viewer, format: asked.format.name(), filters };
        app.log.record_own(&own).map_err(unrecorded)?;
        Ok((asked, caller, app))
    })
    .await?;
    let now_us = app.log.clock().now_us();
    let name = format!("attachment; filename=\"audit-log-{}.{}\"", file_stamp(now_us), asked.format.name());
    let headers = [(header::CONTENT_TYPE, asked.format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    let (chunks, stream) = mpsc::channel(CHUNKS_MAX);
    tokio::task::spawn_blocking(move || {
        let mut output = Output { chunks: &chunks, waiting: Vec::with_capacity(CHUNK_BYTES) };
        let written = write(&app, &caller, &asked, now_us, &mut output).and_then(|()| output.flush());
        if let Err(Broken::Failed(error)) = written {
            tracing::error!(%error, "an export broke off");
            // Ends the connection without the closing chunk, so that the client knows.
            let _ = chunks.blocking_send(Err(std::io::Error::other("the export broke off")));
        }
    });
    Ok((headers, Body::from_stream(ReceiverStream::new(stream))).into_response())
}

struct Asked {
    format: Format,
    layout: Layout,
    order: Order,
    filters: Filters,
}

impl Asked {
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

enum Broken {
    /// The client went away.
    Gone,
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Bytes on their way to the connection; waits where the reader is slow.
struct Output<'a> {
    chunks: &'a mpsc::Sender<Result<Bytes, std::io::Error>>,
    waiting: Vec<u8>,
}

impl Output<'_> {
    fn flush_if_full(&mut self) -> Result<(), Broken> {
        if self.waiting.len() < CHUNK_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Broken> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK_BYTES));
        self.chunks.blocking_send(Ok(chunk.into())).map_err(|_| Broken::Gone)
    }
}

fn write(app: &App, caller: &Caller, asked: &Asked, now_us: i64, output: &mut Output<'_>) -> Result<(), Broken> {
    let view = app.log.view();
    let mut writer = Writer::new(asked.format, asked.layout, &app.agents);
    writer.begin(now_us, &asked.filters.given, &mut output.waiting)?;
    let mut failed = None;
    let predicate = &asked.filters.predicate;
    app.log.ask(&view, predicate, &caller.scope, &|| false, |question| {
        for hit in scan(question, asked.order) {
            let hit = hit?;
            let written = app.log.show(&hit).map_err(Broken::from).and_then(|shown| {
                writer.entry(&shown, &mut output.waiting)?;
                output.flush_if_full()
            });
            if let Err(broken) = written {
                failed = Some(broken);
                break;
            }
        }
        Ok(())
    })?;
    if let Some(broken) = failed {
        return Err(broken);
    }
    writer.end(&mut output.waiting)?;
    Ok(())
}

/// `20261123T101500Z`.
fn file_stamp(now_us: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
