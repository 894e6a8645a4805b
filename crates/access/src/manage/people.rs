//! Accounts: invited, changed, joined.

use super::grants::keep_a_manager;
use super::{By, ManageError, manages, name};
use crate::change::{About, Change, Step};
use crate::control::Control;
use crate::grant::{Grant, Granted};
use crate::permission::Permission;
use crate::person::{ActorId, Invitation, Person};
use crate::principal::Principal;
use crate::record::Record;
use crate::scope::Scope;

/// How long an invitation is good: a week.
pub const INVITATION_US: i64 = 7 * 86_400 * 1_000_000;

/// Longest e-mail address, in bytes. Source: RFC 5321 §4.5.3.1.3.
pub const EMAIL_BYTES_MAX: usize = 254;

/// Ids by which entries know one person.
const ACTOR_IDS_MAX: usize = 100;

/// Types of actors that a person can be known as.
const ACTOR_TYPES: [&str; 3] = ["user", "agent", "token"];

/// Longest id of an actor, in bytes.
const ACTOR_ID_BYTES_MAX: usize = 256;

/// Somebody who is wanted.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Where the person is reached.
    pub email: String,
    /// What others call the person.
    pub name: Option<String>,
    /// What the person may do.
    pub grants: Vec<Grant>,
    /// Of the link's secret, 64 hex digits.
    pub invitation: String,
}

/// What is to hold of a person; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct NewFacts {
    /// What others call the person.
    pub name: Option<String>,
    /// Whether nobody gets in by the account.
    pub disabled: Option<bool>,
    /// By which ids entries know the person.
    pub actor_ids: Option<Vec<ActorId>>,
}

/// An address as it is kept.
///
/// # Errors
/// `Invalid`.
pub fn email(text: &str) -> Result<String, ManageError> {
    let text = text.trim();
    let is_address = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
    });
    let has_others = text.chars().any(|character| character.is_whitespace() || character.is_control());
    if !is_address || has_others || text.len() > EMAIL_BYTES_MAX {
        let message = format!("an e-mail address has one @ and at most {EMAIL_BYTES_MAX} bytes");
        return Err(ManageError::Invalid { field: "email", message });
    }
    Ok(text.to_owned())
}

/// Makes an account that the person joins by a link.
///
/// # Errors
/// `Taken` for an address that another account has, `Grant`, `Invalid`.
pub fn invite(
    control: &Control,
    wanted: NewPerson,
    by: By<'_>,
    random: &dyn env::Random,
) -> Result<(Change, Person), ManageError> {
    if wanted.grants.is_empty() && !by.holding.may_at(Permission::Access, &Scope::platform()) {
        let message = "who manages a part of the log alone gives at least one grant in it".to_owned();
        return Err(ManageError::Invalid { field: "grants", message });
    }
    wanted.grants.iter().try_for_each(|grant| by.holding.may_grant(grant, by.roles))?;
    let email = email(&wanted.email)?;
    if control.person_of_email(&email).is_some() {
        return Err(ManageError::Taken("another account has this e-mail address".to_owned()));
    }
    let person = Person {
        name: wanted.name.map(|text| name("name", &text)).transpose()?,
        ..new_person(email, by.principal.to_string(), by.now_us, random)
    };
    let words = ["account.invited", "created", "Account invited"];
    let mut change = Change::put(words, about(&person), None, Record::Person(Box::new(person.clone())));
    give(&mut change, &person.id, &wanted.grants);
    let invitation = invitation(&person, wanted.invitation, by.now_us);
    Ok((change.with("invitation", Record::Invitation(invitation)), person))
}

/// Gives a person another link, by which to join, or to set a new password where the old one or the second factor is lost.
///
/// # Errors
/// `NotFound`; `Taken` for an account that comes by an issuer.
pub fn invite_again(
    control: &Control,
    id: &str,
    invitation_hash: String,
    by: By<'_>,
) -> Result<(Change, i64), ManageError> {
    let person = managed(control, id, by)?;
    if person.issuer.is_some() {
        return Err(ManageError::Taken("this account signs in by its issuer and has no password".to_owned()));
    }
    let invitation = invitation(person, invitation_hash, by.now_us);
    let expires_us = invitation.expires_us;
    let before = control.invitation(id).cloned().map(Record::Invitation);
    let words = ["account.invited", "updated", "Account invited again"];
    Ok((Change::put(words, about(person), before.as_ref(), Record::Invitation(invitation)), expires_us))
}

/// Changes what is known of a person. `None` where all of that holds already.
///
/// # Errors
/// `NotFound`, `Invalid`, `LastManager`.
pub fn change_person(control: &Control, id: &str, wanted: NewFacts, by: By<'_>) -> Result<Option<Change>, ManageError> {
    let before = managed(control, id, by)?;
    let mut after = before.clone();
    if let Some(text) = wanted.name {
        after.name = Some(name("name", &text)?);
    }
    if let Some(actor_ids) = wanted.actor_ids {
        check_actor_ids(&actor_ids, by)?;
        after.actor_ids = actor_ids;
    }
    match wanted.disabled {
        Some(true) => after.disabled_us = before.disabled_us.or(Some(by.now_us)),
        Some(false) => after.disabled_us = None,
        None => {}
    }
    if after == *before {
        return Ok(None);
    }
    let is_disabled = before.disabled_us.is_none() && after.disabled_us.is_some();
    if is_disabled {
        keep_a_manager(control, by, |granted| matches!(&granted.principal, Principal::Person(person) if person == id))?;
    }
    let words = match (before.disabled_us, after.disabled_us) {
        (None, Some(_)) => ["account.disabled", "updated", "Account disabled"],
        (Some(_), None) => ["account.enabled", "updated", "Account enabled"],
        _ => ["account.changed", "updated", "Account changed"],
    };
    let record = Record::Person(Box::new(before.clone()));
    Ok(Some(Change::put(words, about(&after), Some(&record), Record::Person(Box::new(after)))))
}

/// A new account that nobody has joined yet.
pub(crate) fn new_person(email: String, created_by: String, now_us: i64, random: &dyn env::Random) -> Person {
    Person {
        id: Person::new_id(random),
        email,
        name: None,
        created_us: now_us,
        created_by,
        joined_us: None,
        disabled_us: None,
        password: None,
        second_factor: None,
        issuer: None,
        claimed: Vec::new(),
        actor_ids: Vec::new(),
    }
}

/// Puts grants of a person into a change.
pub(crate) fn give(change: &mut Change, person: &str, grants: &[Grant]) {
    let mut shown = Vec::new();
    for grant in grants {
        let granted = Granted { principal: Principal::Person(person.to_owned()), grant: grant.clone() };
        let record = Record::Grant(granted);
        shown.push(record.shown());
        change.steps.push(Step::Put(record));
    }
    if !shown.is_empty() {
        change.changes.insert("grants".to_owned(), serde_json::json!({ "before": null, "after": shown }));
    }
}

pub(crate) fn about(person: &Person) -> About {
    About {
        kind: "account",
        id: person.id.clone(),
        name: person.name.clone(),
        account: Some(person.id.clone()),
        ..About::default()
    }
}

fn managed<'a>(control: &'a Control, id: &str, by: By<'_>) -> Result<&'a Person, ManageError> {
    let person = control.person(id).filter(|person| manages(control, &Principal::Person(person.id.clone()), by));
    person.ok_or_else(|| ManageError::NotFound { kind: "person", id: id.to_owned() })
}

fn invitation(of: &Person, hash: String, now_us: i64) -> Invitation {
    Invitation { person: of.id.clone(), hash, expires_us: now_us.saturating_add(INVITATION_US) }
}

/// By an id that entries have, its owner reads them: whoever names one must manage access where they lie.
fn check_actor_ids(actor_ids: &[ActorId], by: By<'_>) -> Result<(), ManageError> {
    let invalid = |message: String| ManageError::Invalid { field: "actor_ids", message };
    let is_id = |text: &str| !text.is_empty() && text.len() <= ACTOR_ID_BYTES_MAX;
    let is_good = |actor: &ActorId| ACTOR_TYPES.contains(&actor.kind.as_str()) && is_id(&actor.id);
    if actor_ids.len() > ACTOR_IDS_MAX || !actor_ids.iter().all(is_good) {
        return Err(invalid(format!(
            "there are at most {ACTOR_IDS_MAX}, each of type user, agent or token, with an id of 1 to {ACTOR_ID_BYTES_MAX} bytes"
        )));
    }
    let scope = |actor: &ActorId| match &actor.organization {
        Some(organization) => Scope::organization(organization.clone()),
        None => Scope::platform(),
    };
    if actor_ids.iter().all(|actor| by.holding.may_at(Permission::Access, &scope(actor))) {
        Ok(())
    } else {
        Err(invalid("you do not manage access where entries have one of these ids; name your organization".to_owned()))
    }
}
