//! `/`: a short plain page until the console exists.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::state::App;

/// Version, size of the log, links.
pub(crate) async fn get(State(app): State<App>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("127.0.0.1:7117");
    let (version, size, checkpoint) = (env!("CARGO_PKG_VERSION"), app.log.size(), app.log.checkpoint());
    let origin = escape(app.log.ledger().origin());
    let signed = checkpoint.checkpoint.size.0;
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Indelible</title>\n\
         <h1>Indelible {version}</h1>\n\
         <p>The audit log <strong>{origin}</strong> holds {size} entries; the newest checkpoint covers {signed}.</p>\n\
         <ul>\n\
         <li><a href=\"/v1/entries?count=true\">Newest entries</a>, <a href=\"/v1/entries?severity=critical&amp;count=true\">critical ones</a></li>\n\
         <li><a href=\"/v1/facets?field=channel&amp;field=action&amp;field=resource_type\">What is recorded</a>, <a href=\"/v1/histogram?interval=month\">by month</a></li>\n\
         <li>Export as <a href=\"/v1/export?format=csv\">CSV</a>, <a href=\"/v1/export?format=json\">JSON</a>, <a href=\"/v1/export?format=ndjson\">NDJSON</a></li>\n\
         <li>Proof: <a href=\"/checkpoint\">checkpoint</a>, <a href=\"/vkey\">key</a></li>\n\
         <li><a href=\"/openapi.json\">The interface, as OpenAPI</a>; <a href=\"/metrics\">metrics</a></li>\n\
         </ul>\n\
         <p>The first event: <code>curl -H 'Content-Type: application/json' -d '{{\"action\":\"door.opened\"}}' http://{host}/v1/events</code></p>\n",
        host = escape(host),
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
