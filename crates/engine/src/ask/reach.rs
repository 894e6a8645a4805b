//! How far a permission reaches, as conditions on lines: the one place where scopes become predicates (I-8).
//!
//! An id that is an e-mail address stands in lines as a pseudonym, another in each organization, and is gone when its person is erased. So a
//! reach is resolved when it is used, with what the vault knows then.

use event::personal::is_address;
use event::{ActorKind, Person, PersonId, personal::Scope};
use search::{Keyword, Predicate, Term};
use vault::Vault;

/// Where somebody may do something: in entries of any of these. Of none: nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Each one of the grants that allow it.
    pub within: Vec<Within>,
}

/// What one grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// The entries of a place.
    Place(Place),
    /// The entries in which one of these is the actor, or whom the actor acted for.
    Own(Vec<ActorId>),
}

/// Entries that name everything named here. Nothing named: every entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Id of the organization.
    pub organization: Option<String>,
    /// Id of the workspace.
    pub workspace: Option<String>,
    /// Id of the project.
    pub project: Option<String>,
    /// Type and id of the resource. Not a target: its history is that of what was acted on.
    pub resource: Option<(String, String)>,
}

/// Somebody as entries know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorId {
    /// Id of the organization whose entries these are; `None`: entries that name no organization, of whatever source.
    pub organization: Option<String>,
    /// The actor's type.
    pub kind: ActorKind,
    /// The actor's id: of an anonymous one, `anonymous:` and the day.
    pub id: String,
}

/// What a reach is resolved with.
#[derive(Clone, Copy)]
pub(crate) struct Resolving<'a> {
    pub(crate) vault: &'a Vault,
    /// The sources of the log.
    pub(crate) sources: &'a dyn Fn() -> Vec<String>,
}

impl Reach {
    /// Every entry.
    #[must_use]
    pub fn everywhere() -> Self {
        Self { within: vec![Within::Place(Place::default())] }
    }

    /// The entries it reaches now.
    pub(crate) fn predicate(&self, resolving: Resolving<'_>) -> Predicate {
        Predicate::or(self.within.iter().map(|within| match within {
            Within::Place(place) => resolving.place(place),
            Within::Own(ids) => Predicate::or(ids.iter().map(|id| resolving.own(id))),
        }))
    }

    /// The persons of its own ids who have a key now.
    pub(crate) fn own_persons(&self, resolving: Resolving<'_>) -> Vec<PersonId> {
        self.own().flat_map(|id| resolving.persons(id)).collect()
    }

    /// Whether whatever this reaches lies in the places of `other`.
    pub(crate) fn lies_in_places_of(&self, other: &Self) -> bool {
        self.within.iter().all(|within| other.has_place_around(within))
    }

    /// Whether whatever this reaches is reached by `other`, by its places or its own ids.
    pub(crate) fn lies_in(&self, other: &Self) -> bool {
        self.within.iter().all(|within| match within {
            Within::Own(ids) => ids.iter().all(|id| {
                other.own().any(|known| known == id) || other.has_place_around(&Within::Own(vec![id.clone()]))
            }),
            Within::Place(_) => other.has_place_around(within),
        })
    }

    fn own(&self) -> impl Iterator<Item = &ActorId> {
        self.within.iter().flat_map(|within| match within {
            Within::Own(ids) => ids.as_slice(),
            Within::Place(_) => &[],
        })
    }

    fn has_place_around(&self, inner: &Within) -> bool {
        let around = |place: &Place| match inner {
            Within::Place(inner) => place.holds(inner),
            Within::Own(ids) => {
                ids.iter().all(|id| place.holds(&Place { organization: id.organization.clone(), ..Place::default() }))
            }
        };
        self.within.iter().any(|within| matches!(within, Within::Place(place) if around(place)))
    }
}

impl Within {
    /// The place, if it is one.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Own(_) => None,
        }
    }
}

impl Place {
    /// Whether every entry of `inner` is one of this place: it names nothing that the other does not.
    fn holds(&self, inner: &Self) -> bool {
        let same = |own: &Option<String>, inner: &Option<String>| own.is_none() || own == inner;
        same(&self.organization, &inner.organization)
            && same(&self.workspace, &inner.workspace)
            && same(&self.project, &inner.project)
            && (self.resource.is_none() || self.resource == inner.resource)
    }
}

impl Resolving<'_> {
    fn place(self, place: &Place) -> Predicate {
        let mut all = Vec::new();
        let organizations = place.organization.as_deref().map(|id| self.organizations(id));
        let mut named = |keyword, kind: &str, id: &str| {
            let ids = match &organizations {
                _ if !is_address(id) => vec![id.to_owned()],
                Some(organizations) => {
                    let of = |name: &String| self.pseudonym(Scope::Organization(name), kind, id);
                    organizations.iter().filter_map(of).collect()
                }
                None => self.vault.pseudonyms_anywhere(kind, id),
            };
            all.push(any(keyword, &ids));
        };
        for (keyword, kind, id) in
            [(Keyword::Workspace, "workspace", &place.workspace), (Keyword::Project, "project", &place.project)]
        {
            id.iter().for_each(|id| named(keyword, kind, id));
        }
        if let Some((kind, id)) = &place.resource {
            named(Keyword::ResourceId, kind, id);
            all.push(exact(Keyword::ResourceType, kind));
        }
        all.extend(organizations.map(|names| any(Keyword::Organization, &names)));
        Predicate::and(all)
    }

    fn own(self, own: &ActorId) -> Predicate {
        let acts = |ids: Vec<String>| Predicate::or(ids.into_iter().map(|id| Term::Acts(own.kind, id).into()));
        let Some(organization) = &own.organization else {
            let ids = if is_address(&own.id) {
                self.vault.pseudonyms_anywhere(own.kind.as_str(), &own.id)
            } else {
                vec![own.id.clone()]
            };
            let names_one = Predicate::from(Term::Prefix(Keyword::Organization, String::new()));
            return Predicate::and([acts(ids), !names_one]);
        };
        Predicate::or(self.organizations(organization).iter().map(|name| {
            let id = self.standing(Scope::Organization(name), own.kind.as_str(), &own.id);
            Predicate::and([acts(id.into_iter().collect()), any(Keyword::Organization, std::slice::from_ref(name))])
        }))
    }

    fn persons(self, own: &ActorId) -> Vec<PersonId> {
        let person = |scope: Scope<'_>| {
            let kind = own.kind.as_str();
            let id = self.standing(scope, kind, &own.id)?;
            let id = id.strip_prefix("anonymous:").filter(|_| own.kind == ActorKind::Anonymous).unwrap_or(&id);
            self.vault.person_id(&Person { scope, kind, id })
        };
        match &own.organization {
            Some(id) => self.organizations(id).iter().filter_map(|name| person(Scope::Organization(name))).collect(),
            None => (self.sources)().iter().filter_map(|name| person(Scope::Source(name))).collect(),
        }
    }

    /// What stands in lines for an organization: its id, or a pseudonym, or nothing.
    fn organizations(self, id: &str) -> Vec<String> {
        // As admission names them: organizations are in no organization.
        self.standing(Scope::Organization(""), "organization", id).into_iter().collect()
    }

    fn standing(self, scope: Scope<'_>, kind: &str, id: &str) -> Option<String> {
        if is_address(id) { self.pseudonym(scope, kind, id) } else { Some(id.to_owned()) }
    }

    fn pseudonym(self, scope: Scope<'_>, kind: &str, address: &str) -> Option<String> {
        self.vault.pseudonym_of(&Person { scope, kind, id: address })
    }
}

fn any(keyword: Keyword, values: &[String]) -> Predicate {
    Predicate::or(values.iter().map(|value| exact(keyword, value)))
}

/// What the line itself says: an id with an `@` that is no address is nobody's address here.
fn exact(keyword: Keyword, value: &str) -> Predicate {
    let plain = !value.contains('@') && !is_address(value);
    let value = value.to_owned();
    if plain { Term::Equal(keyword, value).into() } else { Term::InLine(keyword, value).into() }
}
