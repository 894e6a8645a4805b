//! What people do to their own accounts, and what an issuer says of them.

use super::people::{about, email, give, new_person};
use super::{ManageError, name};
use crate::change::{Change, Step};
use crate::control::Control;
use crate::grant::{Grant, Granted};
use crate::permission::Permission;
use crate::person::{Hidden, IssuerIdentity, Person, PersonPassword};
use crate::principal::Principal;
use crate::record::{Key, Kind, Record};
use crate::role::Roles;
use crate::scope::Scope;

/// The role of whoever joins by the first link.
const FIRST_ROLE: &str = "platform-admin";

/// What an issuer says of somebody who signs in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who.
    pub identity: IssuerIdentity,
    /// The address, which the issuer vouches for.
    pub email: String,
    /// What others call the person.
    pub name: Option<String>,
    /// What the claims give.
    pub grants: Vec<Grant>,
}

/// Joins by the invitation with this hash; a second factor there was is gone. The account comes back.
///
/// # Errors
/// `NotFound` for a link that is not good, `Invalid`.
pub fn join(
    control: &Control,
    invitation: &str,
    (called, password): (&str, Hidden),
    now_us: i64,
) -> Result<(Change, Person), ManageError> {
    let gone = || ManageError::NotFound { kind: "invitation", id: String::new() };
    let (before, _) = control.invited(invitation, now_us).ok_or_else(gone)?;
    let after = Person {
        name: Some(name("name", called)?),
        joined_us: before.joined_us.or(Some(now_us)),
        password: Some(PersonPassword { hash: password, set_us: now_us }),
        second_factor: None,
        ..before.clone()
    };
    let words = ["account.joined", "updated", "Person joined"];
    let record = Record::Person(Box::new(before.clone()));
    let mut change = Change::put(words, about(&after), Some(&record), Record::Person(Box::new(after.clone())));
    change.steps.push(Step::Remove(Key { kind: Kind::Invitation, id: after.id.clone() }));
    Ok((change, after))
}

/// Makes the first account, which manages all of the log. Only while no account does.
///
/// # Errors
/// `NotFound` where one does, `Taken`, `Invalid`.
pub fn join_first(
    control: &Control,
    roles: &Roles,
    (address, called, password): (&str, &str, Hidden),
    (now_us, random): (i64, &dyn env::Random),
) -> Result<(Change, Person), ManageError> {
    if control.has_managing_person(roles) {
        return Err(ManageError::NotFound { kind: "invitation", id: String::new() });
    }
    let address = email(address)?;
    if control.person_of_email(&address).is_some() {
        return Err(ManageError::Taken("another account has this e-mail address".to_owned()));
    }
    let person = Person {
        name: Some(name("name", called)?),
        joined_us: Some(now_us),
        password: Some(PersonPassword { hash: password, set_us: now_us }),
        ..new_person(address, Principal::Operator.to_string(), now_us, random)
    };
    let words = ["account.joined", "created", "First person joined"];
    let mut change = Change::put(words, about(&person), None, Record::Person(Box::new(person.clone())));
    give(&mut change, &person.id, &[Grant { role: FIRST_ROLE.to_owned(), scope: Scope::platform() }]);
    Ok((change, person))
}

/// Gives a person another password.
#[must_use]
pub fn set_password(of: &Person, password: Hidden, now_us: i64) -> Change {
    changed(of, Person { password: Some(PersonPassword { hash: password, set_us: now_us }), ..of.clone() })
}

/// Gives a person a second factor, or takes it away.
#[must_use]
pub fn set_second_factor(of: &Person, secret: Option<Hidden>) -> Change {
    changed(of, Person { second_factor: secret, ..of.clone() })
}

/// Takes what an issuer says of somebody: an account for one who is new, and the grants that the claims give now instead of those
/// they gave before. `None` where all of that holds already.
///
/// # Errors
/// `NotFound` for one who is new and gets no grant, or whose account is disabled; `Taken` where an account that is not the issuer's has
/// the address; `Invalid`; `Grant` where the table names a role that is not there.
pub fn arrive(
    control: &Control,
    roles: &Roles,
    arrival: Arrival,
    (now_us, random): (i64, &dyn env::Random),
) -> Result<(Option<Change>, Person), ManageError> {
    let Arrival { identity, email: address, name: called, mut grants } = arrival;
    grants.iter().try_for_each(|grant| grant.role(roles).map(drop))?;
    grants.dedup();
    let known = control.person_of_issuer(&identity.provider, &identity.subject);
    let nobody = || ManageError::NotFound { kind: "person", id: identity.subject.clone() };
    if known.is_some_and(|person| person.disabled_us.is_some()) || known.is_none() && grants.is_empty() {
        return Err(nobody());
    }
    let called = called.and_then(|text| name("name", &text).ok());
    let before = match known {
        Some(person) => person.clone(),
        None => {
            let address = email(&address)?;
            if control.person_of_email(&address).is_some() {
                let message = "another account has this e-mail address; it does not sign in by this issuer";
                return Err(ManageError::Taken(message.to_owned()));
            }
            new_person(address, format!("issuer:{}", identity.provider), now_us, random)
        }
    };
    let after = Person {
        name: called.or_else(|| before.name.clone()),
        joined_us: before.joined_us.or(Some(now_us)),
        issuer: Some(identity),
        claimed: grants.clone(),
        ..before.clone()
    };
    if known == Some(&after) {
        return Ok((None, after));
    }
    let words = match known {
        Some(_) => ["account.changed", "updated", "Account changed by its issuer"],
        None => ["account.joined", "created", "Person joined by an issuer"],
    };
    let record = known.cloned().map(|person| Record::Person(Box::new(person)));
    let mut change = Change::put(words, about(&after), record.as_ref(), Record::Person(Box::new(after.clone())));
    let gone = missing_in(&before.claimed, &grants);
    let new = missing_in(&grants, &before.claimed);
    give(&mut change, &after.id, &new);
    take(&mut change, &after.id, &gone);
    Ok((Some(change), after))
}

fn missing_in(of: &[Grant], others: &[Grant]) -> Vec<Grant> {
    of.iter().filter(|grant| !others.contains(grant)).cloned().collect()
}

fn take(change: &mut Change, person: &str, grants: &[Grant]) {
    let mut shown = Vec::new();
    for grant in grants {
        let granted = Granted { principal: Principal::Person(person.to_owned()), grant: grant.clone() };
        change.steps.push(Step::Remove(Key { kind: Kind::Grant, id: granted.id() }));
        shown.push(Record::Grant(granted).shown());
    }
    if !shown.is_empty() {
        let entry = change.changes.entry("grants").or_insert_with(|| serde_json::json!({ "after": null }));
        if let Some(members) = entry.as_object_mut() {
            members.insert("before".to_owned(), shown.into());
        }
    }
}

fn changed(before: &Person, after: Person) -> Change {
    let words = ["account.changed", "updated", "Account changed"];
    let record = Record::Person(Box::new(before.clone()));
    Change::put(words, about(&after), Some(&record), Record::Person(Box::new(after)))
}

impl Control {
    /// Whether an account that can sign in manages access of all of the log.
    #[must_use]
    pub fn has_managing_person(&self, roles: &Roles) -> bool {
        let manages = |person: &crate::person::Person| {
            let holding = self.holding(&Principal::Person(person.id.clone()), None, roles);
            person.is_active() && holding.may_at(Permission::Access, &Scope::platform())
        };
        self.people().any(manages)
    }
}
