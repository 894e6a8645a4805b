//! Grants: a principal has a role at a scope.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::permission::{Permission, Permissions};
use crate::principal::Principal;
use crate::role::{Role, Roles};
use crate::scope::Scope;

/// A role at a scope, held by one principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Name of the role.
    pub role: String,
    /// Where it holds.
    pub scope: Scope,
}

/// A grant, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// Who holds it.
    pub principal: Principal,
    /// What is held.
    pub grant: Grant,
}

impl Granted {
    /// Its id: the same for the same grant of the same principal. 16 hex digits of a SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        let Grant { role, scope } = &self.grant;
        let text = serde_json::json!([self.principal, role, scope]).to_string();
        let digest = Sha256::digest(text.as_bytes());
        HEXLOWER.encode(digest.get(..8).unwrap_or_default())
    }
}

/// Why a grant cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// There is no role of this name. Remedy: one of those listed.
    #[error("there is no role {role:?}; there are: {}", known.join(", "))]
    NoRole {
        /// The name given.
        role: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The role means nothing at this scope. Remedy: another scope or role.
    #[error("the role {role:?} cannot be granted for {scope}")]
    Scope {
        /// The role.
        role: String,
        /// The scope, in words.
        scope: String,
    },
    /// Whoever grants has less at that scope than the role gives. Remedy: ask somebody who has it.
    #[error("you cannot grant the role {role:?} for {scope}: you do not have all of it there yourself")]
    Beyond {
        /// The role.
        role: String,
        /// The scope, in words.
        scope: String,
    },
}

impl Grant {
    /// The role of this grant, where role and scope fit.
    ///
    /// # Errors
    /// `NoRole`, `Scope`.
    pub fn role<'a>(&self, roles: &'a Roles) -> Result<&'a Role, GrantError> {
        let Some(role) = roles.get(&self.role) else {
            let known = roles.iter().map(|role| role.name.clone()).collect();
            return Err(GrantError::NoRole { role: self.role.clone(), known });
        };
        if role.fits(&self.scope) {
            Ok(role)
        } else {
            Err(GrantError::Scope { role: self.role.clone(), scope: self.scope.to_string() })
        }
    }
}

/// What grants allow, worked out once for each request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding(Vec<(Permissions, Scope)>);

impl Holding {
    /// What `grants` allow. A grant whose role is gone or no longer fits allows nothing.
    #[must_use]
    pub fn of<'a>(grants: impl IntoIterator<Item = &'a Grant>, roles: &Roles) -> Self {
        let allowed = |grant: &Grant| grant.role(roles).ok().map(|role| (role.permissions, grant.scope.clone()));
        Self(grants.into_iter().filter_map(allowed).collect())
    }

    /// What is left while organizations are suspended: of what is granted at them, sending alone.
    #[must_use]
    pub fn without(mut self, is_suspended: impl Fn(&str) -> bool) -> Self {
        for (permissions, scope) in &mut self.0 {
            if scope.of_organization().is_some_and(&is_suspended) {
                *permissions = permissions.and(Permissions::of(&[Permission::Append]));
            }
        }
        self
    }

    /// What a viewer's token gives: these permissions at one scope.
    #[must_use]
    pub fn only(permissions: Permissions, scope: Scope) -> Self {
        Self(vec![(permissions, scope)])
    }

    /// Everything everywhere: whoever has the machine.
    #[must_use]
    pub fn of_operator() -> Self {
        Self::only(Permissions::ALL, Scope::platform())
    }

    /// Where `permission` holds. An entry is in reach if one of these scopes covers it; nothing is where there is none.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Vec<&Scope> {
        let mut reach: Vec<&Scope> = Vec::new();
        for (permissions, scope) in &self.0 {
            if permissions.has(permission) && !reach.iter().any(|other| other.covers(scope)) {
                reach.retain(|other| !scope.covers(other));
                reach.push(scope);
            }
        }
        reach
    }

    /// Whether `permission` holds anywhere.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.0.iter().any(|(permissions, _)| permissions.has(permission))
    }

    /// Whether `permission` holds for all that `scope` covers.
    #[must_use]
    pub fn may_at(&self, permission: Permission, scope: &Scope) -> bool {
        self.reach(permission).iter().any(|held| held.covers(scope))
    }

    /// Whether the holder may give `grant` to somebody: `Access` is needed at its scope, and each permission of its role. Nobody
    /// makes more than they have; but who manages access at the platform may grant what they lack, since else nobody could ever
    /// make the first writer or records-manager.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn may_grant(&self, grant: &Grant, roles: &Roles) -> Result<(), GrantError> {
        let role = grant.role(roles)?;
        let platform = Scope::platform();
        let has_all = self.may_at(Permission::Access, &grant.scope)
            && role.permissions.iter().all(|permission| self.may_at(permission, &grant.scope));
        if has_all || self.may_at(Permission::Access, &platform) {
            Ok(())
        } else {
            Err(GrantError::Beyond { role: grant.role.clone(), scope: grant.scope.to_string() })
        }
    }
}
