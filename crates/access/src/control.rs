//! What is settled about access, as one value that changes step by step.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::change::Step;
use crate::grant::{Granted, Holding};
use crate::organization::{Organization, Status};
use crate::people::People;
use crate::permission::Permission;
use crate::person::{Invitation, Person};
use crate::principal::Principal;
use crate::program::{NotGood, Program};
use crate::record::{Key, Kind, Record};
use crate::role::Roles;
use crate::scope::Scope;
use crate::settings::Settings;
use crate::token::Token;
use crate::viewer::ViewerKey;

/// Why an organization's people do not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed<'a> {
    /// It is suspended, with a message to them.
    Suspended(&'a str),
    /// They come from where its people may not.
    Address(IpAddr),
}

/// All that decisions go by. It is held in memory whole, and read by every request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Control {
    programs: BTreeMap<String, Program>,
    /// By holder, then by id.
    grants: BTreeMap<Principal, BTreeMap<String, Granted>>,
    people: People,
    organizations: BTreeMap<String, Organization>,
    settings: Settings,
    viewer_key: Option<ViewerKey>,
}

impl Control {
    /// Takes a step. Cost: a look-up or two.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Put(record) => self.put(record.clone()),
            Step::Remove(key) => self.remove(key),
        }
    }

    /// Puts a record in place of the one of its key.
    pub fn put(&mut self, record: Record) {
        match record {
            Record::Program(program) => drop(self.programs.insert(program.id.clone(), program)),
            Record::Grant(granted) => {
                let held = self.grants.entry(granted.principal.clone()).or_default();
                held.insert(granted.id(), granted);
            }
            Record::Organization(organization) => {
                self.organizations.insert(organization.id.clone(), organization);
            }
            Record::Person(person) => self.people.put(*person),
            Record::Invitation(invitation) => self.people.put_invitation(invitation),
            Record::Settings(settings) => self.settings = settings,
            Record::ViewerKey(key) => self.viewer_key = Some(key),
        }
    }

    fn remove(&mut self, key: &Key) {
        match key.kind {
            Kind::Program => drop(self.programs.remove(&key.id)),
            Kind::Grant => self.grants.values_mut().for_each(|held| drop(held.remove(&key.id))),
            Kind::Person => self.people.remove(&key.id),
            Kind::Invitation => self.people.remove_invitation(&key.id),
            Kind::Organization => drop(self.organizations.remove(&key.id)),
            Kind::Settings => self.settings = Settings::default(),
            Kind::ViewerKey => self.viewer_key = None,
        }
    }

    /// The program whose token this is.
    ///
    /// # Errors
    /// [`NotGood`].
    pub fn program_of(&self, token: &Token, now_us: i64) -> Result<&Program, NotGood> {
        Program::check(self.programs.get(token.id()), token, now_us)
    }

    /// The program with this id.
    #[must_use]
    pub fn program(&self, id: &str) -> Option<&Program> {
        self.programs.get(id)
    }

    /// Every program, by id.
    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        self.programs.values()
    }

    /// The account with this id.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    /// Every account, by id.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.all()
    }

    /// The account that signs in by this address, whatever its case. Cost: two look-ups.
    #[must_use]
    pub fn person_of_email(&self, email: &str) -> Option<&Person> {
        self.people.of_email(email)
    }

    /// The account of somebody an issuer knows. Cost: a look at each account.
    #[must_use]
    pub fn person_of_issuer(&self, provider: &str, subject: &str) -> Option<&Person> {
        self.people.of_issuer(provider, subject)
    }

    /// The link by which an account may be joined still.
    #[must_use]
    pub fn invitation(&self, person: &str) -> Option<&Invitation> {
        self.people.invitation(person)
    }

    /// Whom a link invites, by the hash of its secret; `None` where it is not good, or no more.
    #[must_use]
    pub fn invited(&self, hash: &str, now_us: i64) -> Option<(&Person, &Invitation)> {
        self.people.invited(hash, now_us)
    }

    /// The grants of a principal, by id.
    pub fn grants_of(&self, principal: &Principal) -> impl Iterator<Item = &Granted> {
        self.grants.get(principal).into_iter().flat_map(BTreeMap::values)
    }

    /// Every grant, by holder.
    pub fn grants(&self) -> impl Iterator<Item = &Granted> {
        self.grants.values().flat_map(BTreeMap::values)
    }

    /// The grant with this id. Cost: a look-up for each principal.
    #[must_use]
    pub fn grant(&self, id: &str) -> Option<&Granted> {
        self.grants.values().find_map(|held| held.get(id))
    }

    /// Every organization that something is settled about, by id.
    pub fn organizations(&self) -> impl Iterator<Item = &Organization> {
        self.organizations.values()
    }

    /// What is settled about an organization, if anything is.
    #[must_use]
    pub fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.get(id)
    }

    /// What holds for the platform.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The key of viewers' tokens; `None` before the first is minted.
    #[must_use]
    pub fn viewer_key(&self) -> Option<&ViewerKey> {
        self.viewer_key.as_ref()
    }

    /// What a principal's grants allow now, from this address (`None`: from the machine itself). The operator may do everything; a
    /// viewer has no grants. Where an organization is closed to it, only sending is left of what is granted there.
    #[must_use]
    pub fn holding(&self, principal: &Principal, address: Option<IpAddr>, roles: &Roles) -> Holding {
        if *principal == Principal::Operator {
            return Holding::of_operator();
        }
        if let Principal::Person(id) = principal
            && !self.person(id).is_some_and(Person::is_active)
        {
            return Holding::default();
        }
        let grants = self.grants_of(principal).map(|granted| &granted.grant);
        Holding::of(grants, roles).without(|organization| self.closed(organization, address).is_some())
    }

    /// Why an organization is closed to whoever comes from `address`.
    #[must_use]
    pub fn closed(&self, organization: &str, address: Option<IpAddr>) -> Option<Closed<'_>> {
        let settled = self.organization(organization)?;
        if settled.status == Status::Suspended {
            return Some(Closed::Suspended(&settled.message));
        }
        address.filter(|address| !settled.allow.admits(*address)).map(Closed::Address)
    }

    /// Why some organization of a principal's grants is closed to it; `None` where none is.
    #[must_use]
    pub fn why_closed(&self, principal: &Principal, address: Option<IpAddr>) -> Option<Closed<'_>> {
        let organizations = self.grants_of(principal).filter_map(|granted| granted.grant.scope.of_organization());
        organizations.into_iter().find_map(|organization| self.closed(organization, address))
    }

    /// Whether a grant manages access of the platform once those that `goes` names have gone: without such a one only the operator
    /// could.
    #[must_use]
    pub fn is_managed_without(&self, goes: impl Fn(&Granted) -> bool, roles: &Roles, now_us: i64) -> bool {
        let manages = |granted: &&Granted| {
            let holding = Holding::of([&granted.grant], roles);
            !goes(granted)
                && self.is_usable(&granted.principal, now_us)
                && holding.may_at(Permission::Access, &Scope::platform())
        };
        self.grants().any(|granted| manages(&granted))
    }

    /// Whether there is such a principal, whatever it may do now.
    #[must_use]
    pub fn is_known(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Program(id) => self.program(id).is_some(),
            Principal::Person(id) => self.person(id).is_some(),
            Principal::Operator | Principal::Viewer(_) => false,
        }
    }

    /// Whether a principal can show itself at all.
    fn is_usable(&self, principal: &Principal, now_us: i64) -> bool {
        match principal {
            Principal::Program(id) => self.program(id).is_some_and(|program| program.is_good(now_us)),
            Principal::Person(id) => self.person(id).is_some_and(Person::is_active),
            Principal::Operator | Principal::Viewer(_) => true,
        }
    }
}
