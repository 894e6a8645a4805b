//! `/healthz`, `/readyz`, `/metrics`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::Degraded;

use crate::budget::BODIES_BYTES_MAX;
use crate::connections::connections_max;
use crate::problem::Problem;
use crate::state::App;

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "alive", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The log takes events and answers questions.
///
/// What it cannot do at the moment, and goes on with by itself, is said line by line after `ready`: `degraded: CODE: REASON`. Of a full disk, too:
/// what is in the log can still be asked for, and another server would not help.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, description = "ready", body = String, content_type = "text/plain"), (status = 503, body = Problem, description = "the log takes nothing more")))]
pub(crate) async fn readyz(State(app): State<App>) -> Result<String, Problem> {
    match app.log.stopped() {
        None => {
            let degraded = app.log.degraded().into_iter();
            let lines = degraded.map(|Degraded { code, reason }| format!("degraded: {code}: {reason}\n"));
            let certificate = app.doors.certificate_failure();
            let certificate = certificate.map(|reason| format!("degraded: certificate: {reason}\n"));
            Ok(std::iter::once("ready\n".to_owned()).chain(lines).chain(certificate).collect())
        }
        Some(_) => {
            let detail = "the log takes nothing more until it is started afresh; the cause stands in the server's log";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopped", "The log has stopped", detail))
        }
    }
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let checkpoint = app.log.checkpoint();
    let age_us = app.log.clock().now_us().saturating_sub(checkpoint.recorded_us).max(0);
    let gauge = |name: &'static str, value: u64| metrics::gauge!(name).set(value as f64);
    gauge("indelible_entries", app.log.size());
    gauge("indelible_entries_sealed", app.log.sealed());
    gauge("indelible_segments", app.log.segments() as u64);
    gauge("indelible_entries_to_merge", app.log.entries_to_merge());
    gauge("indelible_checkpoint_entries", checkpoint.checkpoint.size.0);
    metrics::gauge!("indelible_checkpoint_age_seconds").set(age_us as f64 / 1e6);
    let degraded = app.log.degraded();
    let is = |code: &str| u64::from(degraded.iter().any(|what| what.code == code));
    gauge("indelible_disk_full", is("disk_full"));
    gauge("indelible_sealing_failed", is("sealing"));
    gauge("indelible_merging_failed", is("merging"));
    metrics::counter!("indelible_sealing_failures_total").absolute(app.log.sealing_failures());
    metrics::counter!("indelible_log_lines_lost_total").absolute(crate::own_log::lost());
    gauge("indelible_certificate_failed", u64::from(app.doors.certificate_failure().is_some()));
    gauge("indelible_stopped", u64::from(app.log.stopped().is_some()));
    gauge("indelible_connections", app.connections.count() as u64);
    gauge("indelible_connections_max", connections_max(app.open_files, app.log.segments()) as u64);
    gauge("indelible_request_bytes", app.budget.held() as u64);
    gauge("indelible_request_bytes_max", BODIES_BYTES_MAX as u64);
    gauge("indelible_admission_bytes", app.budget.admitting() as u64);
    ([("content-type", "text/plain; version=0.0.4")], app.metrics.render()).into_response()
}
