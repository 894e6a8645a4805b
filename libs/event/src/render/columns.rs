use std::borrow::Cow;

use crate::entry::Entry;
use crate::model::{Actor, Named, Principal};

use super::restore::restore;
use super::{Opened, Options};

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
    /// `organization.id`
    pub organization_id: Option<Cow<'a, str>>,
    /// `workspace.id`
    pub workspace_id: Option<Cow<'a, str>>,
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
    /// `reason`
    pub reason: Option<Cow<'a, str>>,
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
    pub fn new(entry: &'a Entry<'_>, opened: &'a [Opened<'_>]) -> Self {
        let event = restore(entry, opened, Options::default());
        let Actor { id, name, email, on_behalf_of, .. } = event.actor.unwrap_or_else(Actor::system);
        let (principal_id, principal_name, principal_email) = match on_behalf_of {
            Some(Principal { id, name, email, .. }) => (Some(id), name, email),
            None => (None, None, None),
        };
        let (resource_id, resource_name) =
            event.resource.map_or((None, None), |resource| (Some(resource.id), resource.name));
        let named = |scope: Option<Named<'a>>| scope.map_or((None, None), |scope| (Some(scope.id), scope.name));
        let (organization_id, organization_name) = named(event.organization);
        let (workspace_id, workspace_name) = named(event.workspace);
        Self {
            actor_id: id,
            actor_name: name,
            actor_email: email,
            principal_id,
            principal_name,
            principal_email,
            organization_id,
            workspace_id,
            organization_name,
            workspace_name,
            project_name: event.project.and_then(|scope| scope.name),
            description: event.description.unwrap_or_default(),
            detail: event.detail,
            reason: event.reason,
            resource_id,
            resource_name,
            http_path: event.http.path,
            ip: event.client.ip,
            user_agent: event.client.user_agent,
            city: event.client.location.city,
            region: event.client.location.region,
        }
    }
}
