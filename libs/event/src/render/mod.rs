//! Entries for readers: personal values put back in their places, as far as the reader may see them.

use std::borrow::Cow;

use crate::entry::Entry;
use crate::model::PersonalRef;
use crate::personal::{DisclosureError, Kind};

/// What a reader may see of one element of an entry's `personal`. Nothing, by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened<'a> {
    erased: bool,
    values: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Opened<'a> {
    /// Nothing of it is shown: the reader may not see it.
    #[must_use]
    pub fn withheld() -> Self {
        Self::default()
    }

    /// Nothing of it can be shown: the person was erased.
    #[must_use]
    pub fn erased() -> Self {
        Self { erased: true, values: Vec::new() }
    }

    /// Adds a disclosure (its `[salt,kind,value]` text, as opened by the vault).
    ///
    /// # Errors
    /// [`DisclosureError::Form`].
    pub fn add(&mut self, _json: &'a str) -> Result<Kind, DisclosureError> {
        panic!("being written")
    }

    /// The JSON text disclosed for `pointer`.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&'a str> {
        self.values.iter().find(|(known, _)| known == pointer).map(|(_, value)| *value)
    }
}

/// How to show an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// With `changes` and `properties`.
    pub full: bool,
    /// Place in the log, shown as `leaf_index`.
    pub leaf_index: Option<u64>,
}

/// Appends the entry as JSON, as `GET /v1/entries` shows it: the line's members in the line's order, `leaf_index` after
/// `id`, personal values in their places. `opened[n]` belongs to `entry.personal[n]`; what is missing is withheld.
pub fn entry_json(_entry: &Entry<'_>, _opened: &[Opened<'_>], _options: Options, _out: &mut Vec<u8>) {
    panic!("being written")
}

/// An entry's columns for CSV and tables, personal values put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered<'a> {
    /// `actor.id`
    pub actor_id: Cow<'a, str>,
    /// `actor.name`
    pub actor_name: Option<Cow<'a, str>>,
    /// `actor.email`
    pub actor_email: Option<Cow<'a, str>>,
    /// `actor.on_behalf_of.id`
    pub principal_id: Option<Cow<'a, str>>,
    /// `actor.on_behalf_of.name`
    pub principal_name: Option<Cow<'a, str>>,
    /// `actor.on_behalf_of.email`
    pub principal_email: Option<Cow<'a, str>>,
    /// `organization.name`
    pub organization_name: Option<Cow<'a, str>>,
    /// `workspace.name`
    pub workspace_name: Option<Cow<'a, str>>,
    /// `project.name`
    pub project_name: Option<Cow<'a, str>>,
    /// `description`
    pub description: Cow<'a, str>,
    /// `detail`
    pub detail: Option<Cow<'a, str>>,
    /// `resource.id`
    pub resource_id: Option<Cow<'a, str>>,
    /// `resource.name`
    pub resource_name: Option<Cow<'a, str>>,
    /// `http.path`
    pub http_path: Option<Cow<'a, str>>,
    /// `client.ip`
    pub ip: Option<Cow<'a, str>>,
    /// `client.user_agent`
    pub user_agent: Option<Cow<'a, str>>,
    /// `client.location.city`
    pub city: Option<Cow<'a, str>>,
    /// `client.location.region`
    pub region: Option<Cow<'a, str>>,
}

impl<'a> Rendered<'a> {
    /// Renders an entry's columns. `opened[n]` belongs to `entry.personal[n]`; what is missing is withheld.
    #[must_use]
    pub fn new(_entry: &'a Entry<'a>, _opened: &[Opened<'_>]) -> Self {
        panic!("being written")
    }
}

/// Renders one of the texts that hold placeholders: placeholders become values, `{{` becomes `{`.
///
/// Cost: borrowed and one scan if the text holds no brace.
#[must_use]
pub fn text<'t>(_text: &'t str, _personal: &[PersonalRef<'_>], _opened: &[Opened<'_>]) -> Cow<'t, str> {
    panic!("being written")
}

/// Renders `changes` or `properties` (`pointer` = `/changes` or `/properties`): removed values are put back, byte for byte.
#[must_use]
pub fn json<'t>(_raw: &'t str, _pointer: &str, _opened: &[Opened<'_>]) -> Cow<'t, str> {
    panic!("being written")
}
