//! Records: what is kept, each a row of the store.

use serde::Serialize;
use serde::de::Error as _;
use serde_json::Value;

use crate::grant::Granted;
use crate::organization::Organization;
use crate::person::{Invitation, Person};
use crate::program::Program;
use crate::settings::Settings;
use crate::viewer::ViewerKey;

/// Kinds of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A [`Program`].
    Program,
    /// A [`Granted`].
    Grant,
    /// A [`Person`].
    Person,
    /// An [`Invitation`], found by its account.
    Invitation,
    /// An [`Organization`].
    Organization,
    /// The [`Settings`], of which there are one.
    Settings,
    /// The [`ViewerKey`], of which there is one.
    ViewerKey,
}

/// What a record is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its kind.
    pub kind: Kind,
    /// Its id among those of its kind.
    pub id: String,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A program.
    Program(Program),
    /// A grant and its holder.
    Grant(Granted),
    /// An account.
    Person(Box<Person>),
    /// A link by which somebody joins.
    Invitation(Invitation),
    /// What is settled about an organization.
    Organization(Organization),
    /// What holds for the platform.
    Settings(Settings),
    /// The key of viewers' tokens.
    ViewerKey(ViewerKey),
}

/// A row that is no record. Remedy: restore `control.db` from a copy, or find out who changed it.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} {id:?} cannot be read")]
pub struct RecordError {
    /// Kind of the row.
    pub kind: String,
    /// Id of the row.
    pub id: String,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

/// The id of what there is one of.
const ONLY: &str = "platform";

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Program,
        Self::Grant,
        Self::Person,
        Self::Invitation,
        Self::Organization,
        Self::Settings,
        Self::ViewerKey,
    ];

    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Grant => "grant",
            Self::Person => "person",
            Self::Invitation => "invitation",
            Self::Organization => "organization",
            Self::Settings => "settings",
            Self::ViewerKey => "viewer_key",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Record {
    /// What it is found by.
    #[must_use]
    pub fn key(&self) -> Key {
        let (kind, id) = match self {
            Self::Program(program) => (Kind::Program, program.id.clone()),
            Self::Grant(granted) => (Kind::Grant, granted.id()),
            Self::Person(person) => (Kind::Person, person.id.clone()),
            Self::Invitation(invitation) => (Kind::Invitation, invitation.person.clone()),
            Self::Organization(organization) => (Kind::Organization, organization.id.clone()),
            Self::Settings(_) => (Kind::Settings, ONLY.to_owned()),
            Self::ViewerKey(_) => (Kind::ViewerKey, ONLY.to_owned()),
        };
        Key { kind, id }
    }

    /// Reads what [`Record::to_json`] wrote under this kind and id.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn parse(kind: Kind, id: &str, json: &str) -> Result<Self, RecordError> {
        let record = match kind {
            Kind::Program => serde_json::from_str(json).map(Self::Program),
            Kind::Grant => serde_json::from_str(json).map(Self::Grant),
            Kind::Person => serde_json::from_str(json).map(|person| Self::Person(Box::new(person))),
            Kind::Invitation => serde_json::from_str(json).map(Self::Invitation),
            Kind::Organization => serde_json::from_str(json).map(Self::Organization),
            Kind::Settings => serde_json::from_str(json).map(Self::Settings),
            Kind::ViewerKey => serde_json::from_str(json).map(Self::ViewerKey),
        };
        let elsewhere = |record: &Self| record.key().id != id;
        let error = |source| RecordError { kind: kind.name().to_owned(), id: id.to_owned(), source };
        match record {
            Ok(record) if elsewhere(&record) => {
                Err(error(serde_json::Error::custom("its id is not the one it stands under")))
            }
            record => record.map_err(error),
        }
    }

    /// As a row keeps it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json =
            |value: serde_json::Result<String>| value.unwrap_or_else(|error| panic!("a record is JSON: {error}"));
        match self {
            Self::Program(program) => json(serde_json::to_string(program)),
            Self::Grant(granted) => json(serde_json::to_string(granted)),
            Self::Person(person) => json(serde_json::to_string(&**person)),
            Self::Invitation(invitation) => json(serde_json::to_string(invitation)),
            Self::Organization(organization) => json(serde_json::to_string(organization)),
            Self::Settings(settings) => json(serde_json::to_string(settings)),
            Self::ViewerKey(key) => json(serde_json::to_string(key)),
        }
    }

    /// As the log's own entries show it: no secret, no hash.
    #[must_use]
    pub fn shown(&self) -> Value {
        fn value(of: &impl Serialize) -> Value {
            serde_json::to_value(of).unwrap_or_default()
        }
        let (mut shown, hidden): (Value, &[&str]) = match self {
            Self::Program(program) => (value(program), &["id", "secrets", "created_us", "created_by"]),
            Self::Grant(granted) => (value(granted), &[]),
            Self::Person(person) => (person.shown(), &[]),
            Self::Invitation(invitation) => (invitation.shown(), &[]),
            Self::Organization(organization) => (value(organization), &["id"]),
            Self::Settings(settings) => (value(settings), &[]),
            Self::ViewerKey(key) => (value(key), &["secret"]),
        };
        if let Value::Object(members) = &mut shown {
            members.retain(|name, _| !hidden.contains(&name.as_str()));
        }
        shown
    }
}
