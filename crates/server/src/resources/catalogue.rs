//! `GET /v1/catalogue`: what is recorded.

use axum::extract::{RawQuery, State};
use search::{FACET_LIMIT_MAX, FacetField, Filters, Listing, Recorded, SearchError, instant_text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::described::FilterParams;
use crate::params::Params;
use crate::problem::Problem;
use crate::state::App;

/// The map of what the log really holds.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    /// Most frequent first.
    channels: Vec<CatalogueValue>,
    /// Most frequent first.
    actions: Vec<CatalogueValue>,
    /// Most frequent first.
    resource_types: Vec<CatalogueValue>,
    /// How many more there are of each, beyond `limit`.
    omitted: Omitted,
}

/// A value that occurs.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogueValue {
    /// The channel, action or type.
    value: String,
    /// Entries that have it.
    count: u64,
    /// When the first of them happened.
    first_seen: String,
    /// When the last of them happened.
    last_seen: String,
}

/// Values left out.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Omitted {
    channels: u64,
    actions: u64,
    resource_types: u64,
}

impl From<Recorded> for CatalogueValue {
    fn from(recorded: Recorded) -> Self {
        let Recorded { value, count, first_us, last_us } = recorded;
        Self { value, count, first_seen: instant_text(first_us), last_seen: instant_text(last_us) }
    }
}

/// Lists the channels, actions and resource types among the entries that match, with how often, since when and until when.
#[utoipa::path(
    get, path = "/v1/catalogue", tag = "questions",
    params(FilterParams, ("limit" = Option<usize>, Query, description = "values listed of each, 1 to 1000, which is the default")),
    responses((status = 200, description = "what is recorded", body = Catalogue), (status = 400, description = "a filter cannot be used", body = Problem), (status = 422, description = "the question costs too much; the detail says what to narrow", body = Problem), (status = 429, description = "too many questions of yours run or wait", body = Problem), (status = 503, description = "other questions hold the memory that this one needs", body = Problem))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Catalogue>, Problem> {
    app.question(caller, move |app, caller| {
        let params = Params::parse(query.as_deref())?;
        let filters = Filters::parse(params.pairs(), &["limit"])?;
        let limit = params.number("limit")?.unwrap_or(FACET_LIMIT_MAX);
        let listings = caller.reader(app).ask(&filters.predicate, |question| {
            let fields = ["channel", "action", "resource_type"].into_iter().map(FacetField::find);
            let fields = fields.collect::<Result<Vec<_>, SearchError>>()?;
            search::catalogue(question, &fields, limit)
        })?;
        let mut listings = listings.into_iter();
        let mut next = || {
            let listing = listings.next().map(|Listing { values, omitted, .. }| (values, omitted));
            let (values, omitted) = listing.unwrap_or_default();
            (values.into_iter().map(CatalogueValue::from).collect(), omitted)
        };
        let [(channels, more_channels), (actions, more_actions), (resource_types, more_types)] =
            [next(), next(), next()];
        let omitted = Omitted { channels: more_channels, actions: more_actions, resource_types: more_types };
        Ok(axum::Json(Catalogue { channels, actions, resource_types, omitted }))
    })
    .await
}
