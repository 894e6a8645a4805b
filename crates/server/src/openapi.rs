//! Routes and their description: one declaration gives both.

use access::Permission;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::routes;

use crate::access::{Needs, Routes};
use crate::resources::{
    catalogue, entries, entry, events, export, facets, feed, grants, health, heatmap, histogram, invitations, ledger,
    organizations, own_account, people, roles, sealing, session, sessions, settings, sign_in, suggestions, tokens,
    verification, viewer_tokens,
};
use crate::state::App;

#[derive(OpenApi)]
#[openapi(info(
    title = "Indelible",
    description = "A self-hosted audit log: who did what, when, and can you prove it?",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Api;

/// Every route and what it needs; with `app`, ready to answer.
pub(crate) fn routes(app: Option<&App>) -> Routes<'_> {
    use Needs::{Anywhere, Nothing, Platform, Principal, Tree};
    use Permission::{Access, Append, Export, Mint, Operate, Organizations, Read, Settings, Verify};
    let mut api = Api::openapi();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("a token `ind_…`")).build();
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    Routes::new(api, app)
        .add(Anywhere(Append), routes!(events::post))
        .add(Anywhere(Read), routes!(entries::list))
        .add(Anywhere(Read), routes!(entry::get))
        .add(Anywhere(Read), routes!(entry::line))
        .add(Anywhere(Read), routes!(entry::proof))
        .add(Anywhere(Read), routes!(entry::disclosures))
        .add(Anywhere(Read), routes!(facets::get))
        .add(Anywhere(Read), routes!(histogram::get))
        .add(Anywhere(Read), routes!(heatmap::get))
        .add(Anywhere(Read), routes!(catalogue::get))
        .add(Anywhere(Read), routes!(suggestions::get))
        .add(Anywhere(Export), routes!(export::get))
        .add(Anywhere(Read), routes!(feed::get))
        .add(Platform(Verify), routes!(verification::post, verification::get))
        .add(Platform(Operate), routes!(sealing::post))
        .add(Tree, routes!(ledger::checkpoint))
        .add(Tree, routes!(ledger::vkey))
        .add(Tree, routes!(ledger::consistency))
        .add(Nothing, routes!(sign_in::ways))
        .add(Nothing, routes!(sign_in::begin))
        .add(Nothing, routes!(sign_in::callback))
        .add(Nothing, routes!(sign_in::logout))
        .add(Nothing, routes!(invitations::look))
        .add(Nothing, routes!(invitations::accept))
        .add(Nothing, routes!(session::post))
        .add(Principal, routes!(session::get, session::delete))
        .add(Principal, routes!(sessions::list))
        .add(Principal, routes!(sessions::end))
        .add(Principal, routes!(own_account::password))
        .add(Principal, routes!(own_account::begin, own_account::confirm, own_account::remove))
        .add(Anywhere(Access), routes!(people::list, people::invite))
        .add(Anywhere(Access), routes!(people::get, people::change_some))
        .add(Anywhere(Access), routes!(people::invite_again))
        .add(Principal, routes!(roles::list))
        .add(Anywhere(Access), routes!(tokens::list, tokens::create))
        .add(Anywhere(Access), routes!(tokens::revoke))
        .add(Anywhere(Access), routes!(tokens::rotate))
        .add(Anywhere(Access), routes!(grants::list, grants::add))
        .add(Anywhere(Access), routes!(grants::remove))
        .add(Anywhere(Organizations), routes!(organizations::list))
        .add(Anywhere(Organizations), routes!(organizations::put))
        .add(Platform(Settings), routes!(settings::get, settings::change_some))
        .add(Anywhere(Mint), routes!(viewer_tokens::mint))
        .add(Platform(Access), routes!(viewer_tokens::end_all))
        .add(Nothing, routes!(health::healthz))
        .add(Nothing, routes!(health::readyz))
        .add(Platform(Operate), routes!(health::metrics))
        // Paths with slashes in a parameter cannot be described; see the C2SP specification of tlog-tiles.
        .add_undescribed(Tree, "/tile/{*path}", get(ledger::tile))
}

/// The description as JSON, as `GET /openapi.json` gives it.
///
/// # Panics
/// Never: the description is made of plain values.
#[must_use]
pub fn openapi_json() -> String {
    let (_, api) = routes(None).into_parts();
    api.to_pretty_json().unwrap_or_else(|error| panic!("the description of the interface is JSON: {error}"))
}
