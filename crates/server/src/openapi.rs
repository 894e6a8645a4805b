//! Routes and their description: one declaration gives both.

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::resources::{
    catalogue, entries, entry, events, export, facets, feed, health, heatmap, histogram, ledger, sealing, suggestions,
    verification,
};
use crate::state::App;

#[derive(OpenApi)]
#[openapi(info(
    title = "Indelible",
    description = "A self-hosted audit log: who did what, when, and can you prove it?",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Api;

/// Every documented route.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(events::post))
        .routes(routes!(entries::list))
        .routes(routes!(entry::get))
        .routes(routes!(entry::line))
        .routes(routes!(entry::proof))
        .routes(routes!(entry::disclosures))
        .routes(routes!(facets::get))
        .routes(routes!(histogram::get))
        .routes(routes!(heatmap::get))
        .routes(routes!(catalogue::get))
        .routes(routes!(suggestions::get))
        .routes(routes!(export::get))
        .routes(routes!(feed::get))
        .routes(routes!(verification::post, verification::get))
        .routes(routes!(sealing::post))
        .routes(routes!(ledger::checkpoint))
        .routes(routes!(ledger::vkey))
        .routes(routes!(ledger::consistency))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The description as JSON, as `GET /openapi.json` gives it.
///
/// # Panics
/// Never: the description is made of plain values.
#[must_use]
pub fn openapi_json() -> String {
    let (_, mut api) = routes().split_for_parts();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    api.to_pretty_json().unwrap_or_else(|error| panic!("the description of the interface is JSON: {error}"))
}
