//! Permissions: one verb on one kind of thing.

/// What a principal may do. A route declares the one it needs; a role is a set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Permission {
    /// See entries without their personal values: lists, counts, facets, proofs, single entries, feeds.
    Read,
    /// See and use what identifies persons: names and e-mail addresses, and values that a sender declared personal.
    Names,
    /// See and use what a connection tells of persons: addresses, user agents, places.
    Connections,
    /// Download what one may see.
    Export,
    /// Have the log verified, and see what came of it.
    Verify,
    /// Send events.
    Append,
    /// Make tokens for viewers of one's own product.
    Mint,
    /// Manage people, programs and their grants.
    Access,
    /// Manage organizations: status and the addresses they may come from.
    Organizations,
    /// Change settings of the platform.
    Settings,
    /// Run the log: seal now, read its metrics.
    Operate,
    /// Manage layouts, sinks and alerts.
    Streams,
    /// Manage retention, holds and archives.
    Records,
    /// Answer access requests and erase persons.
    Persons,
}

impl Permission {
    /// Every permission, in the order of its number.
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Names,
        Self::Connections,
        Self::Export,
        Self::Verify,
        Self::Append,
        Self::Mint,
        Self::Access,
        Self::Organizations,
        Self::Settings,
        Self::Operate,
        Self::Streams,
        Self::Records,
        Self::Persons,
    ];

    /// Its name in configuration, entries and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Names => "names",
            Self::Connections => "connections",
            Self::Export => "export",
            Self::Verify => "verify",
            Self::Append => "append",
            Self::Mint => "mint",
            Self::Access => "access",
            Self::Organizations => "organizations",
            Self::Settings => "settings",
            Self::Operate => "operate",
            Self::Streams => "streams",
            Self::Records => "records",
            Self::Persons => "persons",
        }
    }

    /// The permission of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u32);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// All.
    pub const ALL: Self = Self::of(&Permission::ALL);

    /// These.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut rest = permissions;
        while let [permission, others @ ..] = rest {
            bits |= 1 << *permission as u8;
            rest = others;
        }
        Self(bits)
    }

    /// Whether `permission` is among them.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Whether every one of `others` is among them.
    #[must_use]
    pub const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those of either set.
    #[must_use]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Those of both sets.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Each of them, in the order of its number.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| set.or(Self::of(&[permission])))
    }
}
