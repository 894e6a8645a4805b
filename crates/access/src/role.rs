//! Roles: named sets of permissions, ready ones and those of the configuration.

use std::collections::BTreeMap;

use crate::permission::{Permission, Permissions};
use crate::scope::{Scope, ScopeKind};

/// A named set of permissions, and the kinds of scope at which it may be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name in grants, on the command line and over HTTP.
    pub name: String,
    /// What its holder may do at the grant's scope.
    pub permissions: Permissions,
    /// Where it may be granted.
    pub at: Vec<ScopeKind>,
}

use Permission::{
    Access, Append, Connections, Export, Mint, Names, Operate, Organizations, Persons, Read, Records, Settings,
    Streams, Verify,
};
use ScopeKind::{Entries, Own, Platform};

/// The roles every log has. No role can change or remove an entry; no such code exists.
const READY: [(&str, &[Permission], &[ScopeKind]); 9] = [
    (
        "platform-admin",
        &[Read, Names, Connections, Export, Verify, Mint, Access, Organizations, Settings, Operate, Streams],
        &[Platform],
    ),
    ("auditor", &[Read, Names, Connections, Export, Verify], &[Platform, Entries]),
    ("scope-admin", &[Read, Names, Connections, Export, Mint, Streams], &[Entries]),
    ("viewer", &[Read], &[Platform, Entries]),
    ("member", &[Read, Names, Connections], &[Own]),
    ("writer", &[Append], &[Platform, Entries]),
    ("monitor", &[Operate], &[Platform]),
    ("privacy-officer", &[Persons], &[Platform, Entries]),
    ("records-manager", &[Records], &[Platform, Entries]),
];

/// Every role there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

/// Why a role of the configuration cannot be. Remedy: see the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// The name is that of a ready role, or given twice.
    #[error("there is a role {0:?} already; give this one another name")]
    Taken(String),
    /// The name is not one or more words of lower-case letters and digits, joined by hyphens.
    #[error("{0:?} is no name for a role; use lower-case letters, digits and hyphens, 64 at most")]
    Name(String),
    /// There is no such permission.
    #[error("role {role:?} names the permission {permission:?}, which does not exist; there are: {}", names())]
    Permission {
        /// The role.
        role: String,
        /// What it names.
        permission: String,
    },
}

fn names() -> String {
    Permission::ALL.map(Permission::name).join(", ")
}

/// Longest name of a role, in bytes.
const NAME_BYTES_MAX: usize = 64;

impl Default for Roles {
    fn default() -> Self {
        let ready = READY.map(|(name, permissions, at)| Role {
            name: name.to_owned(),
            permissions: Permissions::of(permissions),
            at: at.to_vec(),
        });
        Self(ready.into_iter().map(|role| (role.name.clone(), role)).collect())
    }
}

impl Roles {
    /// Adds a role of the configuration, which may be granted at the platform and at entries.
    ///
    /// # Errors
    /// [`RoleError`].
    pub fn add(&mut self, name: &str, permissions: &[&str]) -> Result<(), RoleError> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
            return Err(RoleError::Name(name.to_owned()));
        }
        if self.0.contains_key(name) {
            return Err(RoleError::Taken(name.to_owned()));
        }
        let unknown =
            |permission: &str| RoleError::Permission { role: name.to_owned(), permission: permission.to_owned() };
        let known = permissions.iter().map(|text| Permission::named(text).ok_or_else(|| unknown(text)));
        let permissions = known.collect::<Result<Permissions, _>>()?;
        let role = Role { name: name.to_owned(), permissions, at: vec![Platform, Entries] };
        self.0.insert(name.to_owned(), role);
        Ok(())
    }

    /// The role of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Role> {
        self.0.get(name)
    }

    /// Every role, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }
}

impl Role {
    /// Whether it may be granted at `scope`.
    #[must_use]
    pub fn fits(&self, scope: &Scope) -> bool {
        self.at.contains(&scope.kind())
    }
}
