//! People: invited, joined, changed, and what an issuer says of them.

use access::{
    ActorId, Arrival, By, Change, Control, Grant, Hidden, Holding, IssuerIdentity, ManageError, NewFacts, NewPerson,
    Permission, Person, Principal, Roles, Scope, arrive, change_person, invite, invite_again, join, join_first,
    remove_grant, set_password, set_second_factor,
};
use env::fake::SeededRandom;

const NOW_US: i64 = 1_800_000_000_000_000;
const DAY_US: i64 = 86_400_000_000;

/// Settled access that a test changes.
struct World {
    control: Control,
    roles: Roles,
    random: SeededRandom,
}

impl World {
    fn new() -> Self {
        Self { control: Control::default(), roles: Roles::default(), random: SeededRandom::new(5) }
    }

    fn as_operator<T>(&self, make: impl FnOnce(By<'_>) -> T) -> T {
        self.by(&Principal::Operator, make)
    }

    fn by<T>(&self, principal: &Principal, make: impl FnOnce(By<'_>) -> T) -> T {
        let holding = self.control.holding(principal, None, &self.roles);
        make(By { principal, holding: &holding, roles: &self.roles, address: None, now_us: NOW_US })
    }

    fn take(&mut self, change: &Change) {
        change.steps.iter().for_each(|step| self.control.apply(step));
    }

    fn invite(&mut self, email: &str, grants: &[Grant]) -> Person {
        let hash = format!("{:0>64}", email.len());
        let wanted = NewPerson { email: email.into(), name: None, grants: grants.to_vec(), invitation: hash };
        let (change, person) = self.as_operator(|by| invite(&self.control, wanted, by, &self.random)).unwrap();
        self.take(&change);
        person
    }

    fn joined(&mut self, email: &str, grants: &[Grant]) -> Person {
        let person = self.invite(email, grants);
        let hash = self.control.invitation(&person.id).unwrap().hash.clone();
        let (change, person) = join(&self.control, &hash, ("Somebody", hidden("h")), NOW_US).unwrap();
        self.take(&change);
        person
    }

    fn holding(&self, person: &Person) -> Holding {
        self.control.holding(&Principal::Person(person.id.clone()), None, &self.roles)
    }

    fn arrive(&mut self, arrival: Arrival) -> Result<(Option<Change>, Person), ManageError> {
        let made = arrive(&self.control, &self.roles, arrival, (NOW_US, &self.random));
        if let Ok((Some(change), _)) = &made {
            let change = change.clone();
            self.take(&change);
        }
        made
    }
}

fn hidden(text: &str) -> Hidden {
    Hidden(text.to_owned())
}

fn grant(role: &str, scope: Scope) -> Grant {
    Grant { role: role.to_owned(), scope }
}

fn arrival(subject: &str, email: &str, grants: &[Grant]) -> Arrival {
    let identity = IssuerIdentity { provider: "corp".to_owned(), subject: subject.to_owned() };
    Arrival { identity, email: email.to_owned(), name: Some("Ada".to_owned()), grants: grants.to_vec() }
}

#[test]
fn an_invitation_is_joined_once_while_it_is_good_and_gives_its_grants_only_then() {
    let mut world = World::new();
    let person = world.invite("ada@example.org", &[grant("auditor", Scope::platform())]);
    assert_eq!(person.status(), "invited");
    assert!(!world.holding(&person).may(Permission::Read), "nobody has joined yet");
    let hash = world.control.invitation(&person.id).unwrap().hash.clone();
    let late = NOW_US + 7 * DAY_US;
    assert!(join(&world.control, &hash, ("Ada", hidden("h")), late).is_err());
    let (change, joined) = join(&world.control, &hash, ("Ada", hidden("h")), late - 1).unwrap();
    world.take(&change);
    assert_eq!((joined.status(), joined.name.as_deref()), ("active", Some("Ada")));
    assert!(world.holding(&joined).may(Permission::Read));
    assert!(join(&world.control, &hash, ("Eve", hidden("e")), NOW_US).is_err(), "used");
}

#[test]
fn no_two_accounts_have_one_address_whatever_the_case() {
    let mut world = World::new();
    world.invite("Ada@Example.org", &[]);
    for email in ["ada@example.org", " ADA@EXAMPLE.ORG "] {
        let wanted = NewPerson { email: email.into(), name: None, grants: vec![], invitation: String::new() };
        let refused = world.as_operator(|by| invite(&world.control, wanted, by, &world.random));
        assert!(matches!(refused, Err(ManageError::Taken(_))), "{email}");
    }
    assert!(world.control.person_of_email("aDa@example.ORG").is_some());
    for email in ["", "ada", "@example.org", "ada@", "a b@example.org", "ada@b@c", &format!("{}@b.c", "a".repeat(255))]
    {
        let wanted = NewPerson { email: (*email).into(), name: None, grants: vec![], invitation: String::new() };
        let refused = world.as_operator(|by| invite(&world.control, wanted, by, &world.random));
        assert!(matches!(refused, Err(ManageError::Invalid { field: "email", .. })), "{email}");
    }
}

#[test]
fn who_manages_a_part_invites_into_it_and_sees_nobody_else() {
    let mut world = World::new();
    world.roles.add("people-admin", &["read", "access"]).unwrap();
    let acme = Scope::organization("acme");
    let manager = world.joined("manager@example.org", &[grant("people-admin", acme.clone())]);
    let other = world.joined("other@example.org", &[grant("auditor", Scope::organization("other"))]);
    let manager = Principal::Person(manager.id);
    let wanted = |grants: Vec<Grant>| NewPerson {
        email: "new@example.org".into(),
        name: None,
        grants,
        invitation: String::new(),
    };
    let invites = |grants| world.by(&manager, |by| invite(&world.control, wanted(grants), by, &world.random)).is_ok();
    assert!(invites(vec![grant("viewer", acme.clone())]));
    assert!(!invites(vec![]), "an account that nobody could see any more");
    assert!(!invites(vec![grant("viewer", Scope::platform())]));
    assert!(!invites(vec![grant("auditor", acme)]), "more than the manager has");
    let facts = NewFacts { disabled: Some(true), ..NewFacts::default() };
    let refused = world.by(&manager, |by| change_person(&world.control, &other.id, facts, by));
    assert!(matches!(refused, Err(ManageError::NotFound { .. })));
    let again = world.by(&manager, |by| invite_again(&world.control, &other.id, String::new(), by));
    assert!(matches!(again, Err(ManageError::NotFound { .. })));
}

#[test]
fn ids_of_actors_are_given_by_who_manages_the_entries_that_have_them() {
    let mut world = World::new();
    world.roles.add("people-admin", &["read", "access"]).unwrap();
    let acme = Scope::organization("acme");
    let manager = world.joined("manager@example.org", &[grant("people-admin", acme.clone())]);
    let member = world.joined("member@example.org", &[grant("viewer", acme)]);
    let manager = Principal::Person(manager.id);
    let gives = |organization: Option<&str>| {
        let id = ActorId { organization: organization.map(str::to_owned), kind: "user".into(), id: "u-7".into() };
        let facts = NewFacts { actor_ids: Some(vec![id]), ..NewFacts::default() };
        world.by(&manager, |by| change_person(&world.control, &member.id, facts, by))
    };
    assert!(gives(Some("acme")).is_ok());
    for organization in [None, Some("other")] {
        assert!(matches!(gives(organization), Err(ManageError::Invalid { field: "actor_ids", .. })));
    }
}

#[test]
fn a_disabled_person_may_nothing_and_the_last_who_manages_access_stays() {
    let mut world = World::new();
    let change =
        join_first(&world.control, &world.roles, ("ada@example.org", "Ada", hidden("h")), (NOW_US, &world.random));
    let (change, ada) = change.unwrap();
    world.take(&change);
    assert!(world.control.has_managing_person(&world.roles));
    let second = ("eve@example.org", "Eve", hidden("e"));
    assert!(join_first(&world.control, &world.roles, second, (NOW_US, &world.random)).is_err());
    let principal = Principal::Person(ada.id.clone());
    let off = NewFacts { disabled: Some(true), ..NewFacts::default() };
    let refused = world.by(&principal, |by| change_person(&world.control, &ada.id, off.clone(), by));
    assert_eq!(refused, Err(ManageError::LastManager));
    let grace = world.joined("grace@example.org", &[grant("platform-admin", Scope::platform())]);
    let change = world.by(&principal, |by| change_person(&world.control, &ada.id, off, by)).unwrap().unwrap();
    assert_eq!((change.action, change.event), ("account.disabled", "updated"));
    world.take(&change);
    assert!(!world.holding(&ada).may(Permission::Read));
    // Her grant manages nothing any more, so Grace's is the last.
    let last = world.control.grants_of(&Principal::Person(grace.id.clone())).next().unwrap().id();
    let refused = world.by(&Principal::Person(grace.id), |by| remove_grant(&world.control, &last, by));
    assert_eq!(refused, Err(ManageError::LastManager));
}

#[test]
fn claims_give_and_take_what_they_gave_and_leave_what_others_gave() {
    let mut world = World::new();
    let auditor = grant("auditor", Scope::platform());
    let viewer = grant("viewer", Scope::organization("acme"));
    assert!(world.arrive(arrival("u-1", "ada@example.org", &[])).is_err(), "new, and nothing is given");
    let (_, ada) = world.arrive(arrival("u-1", "ada@example.org", std::slice::from_ref(&auditor))).unwrap();
    assert!(world.holding(&ada).may(Permission::Export));
    let (change, _) = world.arrive(arrival("u-1", "ada@example.org", std::slice::from_ref(&auditor))).unwrap();
    assert_eq!(change, None, "the same again is no change");
    let by_hand = grant("writer", Scope::platform());
    let principal = Principal::Person(ada.id.clone());
    let change = world.as_operator(|by| access::add_grant(&world.control, &principal, by_hand, by)).unwrap().unwrap();
    world.take(&change);
    let (change, _) = world.arrive(arrival("u-1", "ada@example.org", &[viewer])).unwrap();
    let shown = change.unwrap().changes["grants"].clone();
    assert_eq!(
        (&shown["before"][0]["grant"]["role"], &shown["after"][0]["grant"]["role"]),
        (&"auditor".into(), &"viewer".into())
    );
    let holding = world.holding(&ada);
    assert!(!holding.may(Permission::Export) && holding.may(Permission::Read) && holding.may(Permission::Append));
    assert!(world.arrive(arrival("u-1", "ada@example.org", &[])).is_ok(), "known, and nothing is given");
    assert!(!world.holding(&ada).may(Permission::Read));
}

#[test]
fn an_issuer_takes_over_no_account_and_revives_none() {
    let mut world = World::new();
    let auditor = [grant("auditor", Scope::platform())];
    world.joined("ada@example.org", &[]);
    assert!(matches!(world.arrive(arrival("u-1", "Ada@example.org", &auditor)), Err(ManageError::Taken(_))));
    let (_, person) = world.arrive(arrival("u-1", "other@example.org", &auditor)).unwrap();
    let mut elsewhere = arrival("u-1", "third@example.org", &auditor);
    elsewhere.identity.provider = "partner".to_owned();
    assert_ne!(world.arrive(elsewhere).unwrap().1.id, person.id);
    let off = NewFacts { disabled: Some(true), ..NewFacts::default() };
    let change = world.as_operator(|by| change_person(&world.control, &person.id, off, by)).unwrap().unwrap();
    world.take(&change);
    assert!(matches!(world.arrive(arrival("u-1", "other@example.org", &auditor)), Err(ManageError::NotFound { .. })));
    let link = world.as_operator(|by| invite_again(&world.control, &person.id, String::new(), by));
    assert!(matches!(link, Err(ManageError::Taken(_))), "it has no password");
    let unknown = world.arrive(arrival("u-2", "new@example.org", &[grant("no-such-role", Scope::platform())]));
    assert!(matches!(unknown, Err(ManageError::Grant(_))));
}

#[test]
fn no_entry_shows_a_secret_and_each_change_says_what_changed() {
    let mut world = World::new();
    let ada = world.joined("ada@example.org", &[]);
    let secret = hidden("JBSWY3DPEHPK3PXP");
    let changes = [set_password(&ada, hidden("$argon2id$secret"), NOW_US + 1), set_second_factor(&ada, Some(secret))];
    for change in &changes {
        let text = serde_json::to_string(&change.changes).unwrap();
        assert!(!text.contains("argon2id") && !text.contains("JBSWY"), "{text}");
        assert_eq!(change.changes.len(), 1, "{text}");
        assert_eq!(change.about.account.as_deref(), Some(ada.id.as_str()));
    }
    assert_eq!(changes[1].changes["second_factor"]["after"], true);
    assert!(!format!("{ada:?}").contains("Hidden(\"h"));
}
