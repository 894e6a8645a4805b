//! Scopes: which entries a grant speaks of.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The entries that a grant covers.
///
/// As JSON: `{}` everything; `{"organization":"acme","project":"p1"}` what names all of these; `{"own":true}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "Written")]
pub enum Scope {
    /// The entries that name all of these; every entry where it names nothing.
    Named(Named),
    /// The entries in which an id of the principal's own stands as actor or on whose behalf.
    Own,
}

/// What entries must name. A project's entries are those that name it: who administers it sees nothing that names no project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// `/organization/id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// `/workspace/id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// `/project/id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// `/resource/type` and `/resource/id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceName>,
}

/// Type and id of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceName {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A scope as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<ResourceName>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    own: bool,
}

/// What no scope can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Own entries are of no organization, workspace, project or resource.
    #[error("a scope is own, or names levels, but not both")]
    OwnAndNamed,
    /// A level is there, but names nothing.
    #[error("a level of a scope is empty; leave it out, or name it")]
    Empty,
}

impl From<Scope> for Written {
    fn from(scope: Scope) -> Self {
        let own = scope == Scope::Own;
        let Named { organization, workspace, project, resource } = match scope {
            Scope::Named(named) => named,
            Scope::Own => Named::default(),
        };
        Self { organization, workspace, project, resource, own }
    }
}

impl TryFrom<Written> for Scope {
    type Error = ScopeError;

    fn try_from(written: Written) -> Result<Self, ScopeError> {
        let Written { organization, workspace, project, resource, own } = written;
        let named = Named { organization, workspace, project, resource };
        if named.given().any(str::is_empty) {
            return Err(ScopeError::Empty);
        }
        match own {
            true if named != Named::default() => Err(ScopeError::OwnAndNamed),
            true => Ok(Self::Own),
            false => Ok(Self::Named(named)),
        }
    }
}

impl<'de> Deserialize<'de> for Scope {
    /// Of an object alone: an empty list, which some languages write for an empty object, must not mean everything.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Scope;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a scope: an object, {} for everything")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Scope, A::Error> {
                let written = Written::deserialize(MapAccessDeserializer::new(members))?;
                written.try_into().map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_map(OfObject)
    }
}

/// Kinds of scope, by which roles say where they may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// Everything.
    Platform,
    /// Entries that name an organization, workspace, project or resource.
    Entries,
    /// The principal's own.
    Own,
}

impl ScopeKind {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Entries => "entries",
            Self::Own => "own",
        }
    }
}

impl Scope {
    /// Everything.
    #[must_use]
    pub fn platform() -> Self {
        Self::Named(Named::default())
    }

    /// The entries of an organization.
    #[must_use]
    pub fn organization(id: impl Into<String>) -> Self {
        Self::Named(Named { organization: Some(id.into()), ..Named::default() })
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> ScopeKind {
        match self {
            Self::Named(named) if *named == Named::default() => ScopeKind::Platform,
            Self::Named(_) => ScopeKind::Entries,
            Self::Own => ScopeKind::Own,
        }
    }

    /// The organization whose status decides on it, if it names one.
    #[must_use]
    pub fn of_organization(&self) -> Option<&str> {
        match self {
            Self::Named(named) => named.organization.as_deref(),
            Self::Own => None,
        }
    }

    /// Whether every entry of `other` is one of this scope, whatever the log holds. The platform's alone covers one's own.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named(mine), Self::Named(theirs)) => mine.covers(theirs),
            (Self::Named(mine), Self::Own) => *mine == Named::default(),
            (Self::Own, Self::Own) => true,
            (Self::Own, Self::Named(_)) => false,
        }
    }
}

impl Named {
    /// Each id and type that it names.
    fn given(&self) -> impl Iterator<Item = &str> {
        let levels = [&self.organization, &self.workspace, &self.project];
        let resource = self.resource.iter().flat_map(|resource| [&resource.kind, &resource.id]);
        levels.into_iter().flatten().chain(resource).map(String::as_str)
    }

    fn covers(&self, other: &Self) -> bool {
        fn fits<T: PartialEq>(mine: &Option<T>, theirs: &Option<T>) -> bool {
            mine.is_none() || mine == theirs
        }
        fits(&self.organization, &other.organization)
            && fits(&self.workspace, &other.workspace)
            && fits(&self.project, &other.project)
            && fits(&self.resource, &other.resource)
    }
}

impl std::fmt::Display for Scope {
    /// In words, as messages and lists show it: `everything`, `organization acme, project p1`, `own entries`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Named(named) = self else { return f.write_str("own entries") };
        let levels = [
            named.organization.as_ref().map(|id| format!("organization {id}")),
            named.workspace.as_ref().map(|id| format!("workspace {id}")),
            named.project.as_ref().map(|id| format!("project {id}")),
            named.resource.as_ref().map(|ResourceName { kind, id }| format!("{kind} {id}")),
        ];
        let levels: Vec<String> = levels.into_iter().flatten().collect();
        if levels.is_empty() { f.write_str("everything") } else { f.write_str(&levels.join(", ")) }
    }
}
