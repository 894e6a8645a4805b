//! All accounts, found by id, address, issuer or invitation.

use std::collections::BTreeMap;

use crate::person::{Invitation, Person};

/// Accounts and their invitations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct People {
    people: BTreeMap<String, Person>,
    /// By address in lower case, the id.
    by_email: BTreeMap<String, String>,
    /// By account.
    invitations: BTreeMap<String, Invitation>,
}

/// What an address is found by.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl People {
    pub(crate) fn put(&mut self, person: Person) {
        self.remove(&person.id);
        self.by_email.insert(email_key(&person.email), person.id.clone());
        self.people.insert(person.id.clone(), person);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(person) = self.people.remove(id) {
            self.by_email.remove(&email_key(&person.email));
        }
    }

    pub(crate) fn put_invitation(&mut self, invitation: Invitation) {
        self.invitations.insert(invitation.person.clone(), invitation);
    }

    pub(crate) fn remove_invitation(&mut self, person: &str) {
        self.invitations.remove(person);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Person> {
        self.people.get(id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    pub(crate) fn of_email(&self, email: &str) -> Option<&Person> {
        self.get(self.by_email.get(&email_key(email))?)
    }

    pub(crate) fn of_issuer(&self, provider: &str, subject: &str) -> Option<&Person> {
        let is_it = |person: &&Person| {
            person.issuer.as_ref().is_some_and(|issuer| issuer.provider == provider && issuer.subject == subject)
        };
        self.all().find(is_it)
    }

    pub(crate) fn invitation(&self, person: &str) -> Option<&Invitation> {
        self.invitations.get(person)
    }

    pub(crate) fn invited(&self, hash: &str, now_us: i64) -> Option<(&Person, &Invitation)> {
        let mut good = self.invitations.values().filter(|invitation| now_us < invitation.expires_us);
        let invitation = good.find(|invitation| invitation.hash == hash)?;
        let person = self.get(&invitation.person).filter(|person| person.disabled_us.is_none())?;
        Some((person, invitation))
    }
}
