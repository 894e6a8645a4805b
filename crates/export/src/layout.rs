//! The built-in layouts: which columns a table has, from left to right, and what stands in them.

use std::borrow::Cow;

use enrich::Browsers;
use event::render::Rendered;
use event::{ActorKind, Entry, Outcome};
use search::instant_text;

/// A built-in layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// What a platform's administrator reads.
    Platform,
    /// Changes of records.
    Records,
    /// Security events, with their connections.
    Events,
    /// Who came from where.
    Access,
}

/// An entry with everything a column may need.
pub(crate) struct Row<'a> {
    pub(crate) entry: &'a Entry<'a>,
    pub(crate) shown: &'a Rendered<'a>,
    pub(crate) browsers: &'a Browsers,
}

/// A column: its heading and its text.
pub(crate) type Column = (&'static str, for<'a> fn(&'a Row<'a>) -> Cow<'a, str>);

impl Layout {
    /// The layout of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "platform" => Some(Self::Platform),
            "records" => Some(Self::Records),
            "events" => Some(Self::Events),
            "access" => Some(Self::Access),
            _ => None,
        }
    }

    /// Whether any column shows the connection of a person: address, user agent, city or region.
    pub(crate) fn shows_connections(self) -> bool {
        matches!(self, Self::Events | Self::Access)
    }

    pub(crate) fn columns(self) -> &'static [Column] {
        match self {
            Self::Platform => PLATFORM,
            Self::Records => RECORDS,
            Self::Events => EVENTS,
            Self::Access => ACCESS,
        }
    }
}

const PLATFORM: &[Column] = &[
    ("Resource Type", |row| text(row.entry.resource.as_ref().map(|resource| &resource.kind))),
    ("Status", |row| outcome(row).into()),
    ("Resource Name", |row| text(row.shown.resource_name.as_ref())),
    ("User Name", |row| actor_label(row)),
    ("Performed At", |row| instant_text(row.entry.time_us).into()),
    ("Action", |row| text(Some(&row.shown.description))),
];

const RECORDS: &[Column] = &[
    ("When", |row| instant_text(row.entry.time_us).into()),
    ("Description", |row| text(Some(&row.shown.description))),
    ("Subject", |row| subject(row)),
    ("Actor", |row| actor_with_mail(row)),
    ("Event", |row| text(Some(&row.entry.event))),
    ("Details", |row| row.entry.changes.unwrap_or_default().into()),
];

const EVENTS: &[Column] = &[
    ("Type", |row| text(Some(&row.entry.action))),
    ("Target", |row| text(row.shown.resource_id.as_ref())),
    ("Principal", |row| text(Some(&row.shown.actor_id))),
    ("Status", |row| text(row.shown.detail.as_ref())),
    ("Organization ID", |row| text(row.shown.organization_id.as_ref())),
    ("Organization name", |row| text(row.shown.organization_name.as_ref())),
    ("Workspace ID", |row| text(row.shown.workspace_id.as_ref())),
    ("Workspace name", |row| text(row.shown.workspace_name.as_ref())),
    ("Client IP", |row| text(row.shown.ip.as_ref())),
    ("Creation date", |row| dashed(row.entry.time_us).into()),
];

const ACCESS: &[Column] = &[
    ("Actor", |row| actor_with_client(row)),
    ("Action", |row| text(Some(&row.entry.action))),
    ("Resource", |row| subject(row)),
    ("Location", |row| location(row)),
    ("Timestamp", |row| instant_text(row.entry.time_us).into()),
    ("Status", |row| mark(row).into()),
    ("Severity", |row| row.entry.severity.as_str().into()),
];

/// A text, or nothing where there is none.
pub(crate) fn text<'a>(value: Option<&'a Cow<'_, str>>) -> Cow<'a, str> {
    Cow::Borrowed(value.map_or("", AsRef::as_ref))
}

fn outcome(row: &Row<'_>) -> &'static str {
    row.entry.outcome.map_or("", Outcome::as_str)
}

fn mark(row: &Row<'_>) -> &'static str {
    match row.entry.outcome {
        Some(Outcome::Success) => "✓",
        Some(Outcome::Failure) => "✗",
        None => "",
    }
}

fn actor_label<'a>(row: &'a Row<'a>) -> Cow<'a, str> {
    text(Some(row.shown.actor_name.as_ref().unwrap_or(&row.shown.actor_id)))
}

fn actor_with_mail<'a>(row: &'a Row<'a>) -> Cow<'a, str> {
    match (row.entry.actor.kind, &row.shown.actor_name, &row.shown.actor_email) {
        (ActorKind::System, None, None) => "System".into(),
        (_, Some(name), Some(mail)) => format!("{name} <{mail}>").into(),
        (_, None, Some(mail)) => text(Some(mail)),
        _ => actor_label(row),
    }
}

fn actor_with_client<'a>(row: &'a Row<'a>) -> Cow<'a, str> {
    let actor = actor_label(row);
    if matches!(row.entry.actor.kind, ActorKind::Token | ActorKind::System) {
        return format!("{actor} (Automated)").into();
    }
    if row.entry.actor.kind == ActorKind::Agent {
        // the user agent is of whom it acts for
        let principal = row.shown.principal_name.as_ref().or(row.shown.principal_id.as_ref());
        return match principal {
            Some(principal) => format!("{actor} (Agent for {principal})").into(),
            None => format!("{actor} (Agent)").into(),
        };
    }
    match row.shown.user_agent.as_deref().and_then(|agent| row.browsers.label(agent)) {
        Some(browser) => format!("{actor} ({browser})").into(),
        None => actor,
    }
}

/// `Hardware #142`; nothing where there is no single target.
fn subject<'a>(row: &'a Row<'a>) -> Cow<'a, str> {
    let Some(resource) = &row.entry.resource else { return Cow::Borrowed("") };
    let mut kind = resource.kind.chars();
    let capital: String = kind.next().into_iter().flat_map(char::to_uppercase).chain(kind).collect();
    let id = row.shown.resource_id.as_deref().unwrap_or(&resource.id);
    match &row.shown.resource_name {
        Some(name) => format!("{capital} {name}").into(),
        None => format!("{capital} #{id}").into(),
    }
}

fn location<'a>(row: &'a Row<'a>) -> Cow<'a, str> {
    let platform = row.entry.client.ci.as_deref();
    let country = row.entry.client.location.country.as_deref();
    let places = [platform, row.shown.city.as_deref(), row.shown.region.as_deref(), country, row.shown.ip.as_deref()];
    let known: Vec<&str> = places.into_iter().flatten().collect();
    if known.is_empty() { Cow::Borrowed("Unknown") } else { known.join(", ").into() }
}

/// `YYYY-MM-DD-HH-MM-SS`.
fn dashed(us: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
    at.strftime("%Y-%m-%d-%H-%M-%S").to_string()
}
