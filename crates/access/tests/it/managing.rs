//! Administration: each change is what was wanted, said in full, and made by nobody who may not.

use access::{
    AllowList, By, Change, Closed, Control, Grant, Holding, Limits, ManageError, Named, NewOrganization, NewSettings,
    NewToken, Permission, Principal, Record, Roles, Scope, Status, Token, add_grant, change_settings, create_token,
    remove_grant, revoke_token, rotate_token, set_organization,
};
use env::fake::SeededRandom;

const DAY_US: i64 = 86_400_000_000;

struct Desk {
    control: Control,
    roles: Roles,
    random: SeededRandom,
    now_us: i64,
}

impl Desk {
    fn new() -> Self {
        Self { control: Control::default(), roles: Roles::default(), random: SeededRandom::new(7), now_us: DAY_US }
    }

    fn take(&mut self, change: &Change) {
        change.steps.iter().for_each(|step| self.control.apply(step));
    }

    /// Does it as the operator.
    fn by<T>(&self, work: impl FnOnce(By<'_>) -> T) -> T {
        self.by_one(&Principal::Operator, &Holding::of_operator(), work)
    }

    fn by_one<T>(&self, principal: &Principal, holding: &Holding, work: impl FnOnce(By<'_>) -> T) -> T {
        let address = Some([192, 0, 2, 7].into());
        work(By { principal, holding, roles: &self.roles, address, now_us: self.now_us })
    }

    fn token(&mut self, name: &str, role: &str, scope: Scope) -> Token {
        let made = self.by(|by| create_token(&self.control, wanted(name, role, scope), by, &self.random));
        let (change, _, token) = made.expect("the operator may");
        self.take(&change);
        token
    }

    fn holding(&self, token: &Token) -> Holding {
        self.control.holding(&Principal::Program(token.id().to_owned()), Some([192, 0, 2, 7].into()), &self.roles)
    }
}

fn wanted(name: &str, role: &str, scope: Scope) -> NewToken {
    let grant = Grant { role: role.into(), scope };
    NewToken { name: name.into(), grant, expires_in_s: None, source: None, limits: Limits::default() }
}

#[test]
fn a_token_is_made_rotated_and_revoked() {
    let mut desk = Desk::new();
    let first = desk.token("door", "writer", Scope::organization("acme"));
    let program = desk.control.program(first.id()).unwrap().clone();
    assert_eq!((program.source.as_str(), program.created_by.as_str()), ("door", "operator:operator"));
    assert!(desk.holding(&first).may_at(Permission::Append, &Scope::organization("acme")));
    assert!(!desk.holding(&first).may(Permission::Read));

    let (change, second) = desk.by(|by| rotate_token(&desk.control, first.id(), 3_600, by, &desk.random)).unwrap();
    desk.take(&change);
    assert_eq!(second.id(), first.id());
    let good = |desk: &Desk, token: &Token, at_us: i64| desk.control.program_of(token, at_us).is_ok();
    assert!(good(&desk, &second, DAY_US) && good(&desk, &first, DAY_US));
    assert!(!good(&desk, &first, DAY_US + 3_600_000_000) && good(&desk, &second, 2 * DAY_US));
    let (change, third) = desk.by(|by| rotate_token(&desk.control, first.id(), 3_600, by, &desk.random)).unwrap();
    desk.take(&change);
    assert!(!good(&desk, &first, DAY_US), "two are good at once");
    assert!(good(&desk, &second, DAY_US) && good(&desk, &third, DAY_US));

    let change = desk.by(|by| revoke_token(&desk.control, first.id(), by)).unwrap();
    desk.take(&change);
    assert!(!good(&desk, &third, DAY_US));
    let again = desk.by(|by| revoke_token(&desk.control, first.id(), by));
    assert!(matches!(again, Err(ManageError::NotFound { .. })));
}

#[test]
fn an_entry_says_what_changed_and_no_secret() {
    let mut desk = Desk::new();
    let (change, program, token) = desk
        .by(|by| create_token(&desk.control, wanted("door", "writer", Scope::platform()), by, &desk.random))
        .unwrap();
    let said = serde_json::Value::Object(change.changes.clone());
    assert_eq!(said["name"], serde_json::json!({"before": null, "after": "door"}));
    assert_eq!(said["grant"]["after"]["grant"]["role"], "writer");
    let secret = Record::Program(program).to_json();
    let hash = secret.split("\"hash\":\"").nth(1).unwrap().get(..64).unwrap();
    for hidden in [token.reveal(), hash] {
        assert!(!said.to_string().contains(hidden));
    }
    desk.take(&change);
    let change = desk.by(|by| revoke_token(&desk.control, token.id(), by)).unwrap();
    assert_eq!(change.changes.keys().collect::<Vec<_>>(), ["revoked_us"]);
}

#[test]
fn a_record_reads_back_under_its_own_id_alone() {
    let mut desk = Desk::new();
    desk.token("door", "writer", Scope::organization("acme"));
    let program = desk.control.programs().next().unwrap().clone();
    let granted = desk.control.grants().next().unwrap().clone();
    for record in [Record::Program(program), Record::Grant(granted), Record::Settings(access::Settings::default())] {
        let key = record.key();
        assert_eq!(Record::parse(key.kind, &key.id, &record.to_json()).unwrap(), record);
        assert!(Record::parse(key.kind, "other", &record.to_json()).is_err());
    }
}

#[test]
fn a_source_belongs_to_one_program() {
    let mut desk = Desk::new();
    let first = desk.token("door", "writer", Scope::platform());
    let second = desk.token("door", "writer", Scope::platform());
    assert_eq!(desk.control.program(second.id()).unwrap().source, second.id());
    let ask = |desk: &Desk, source: &str| {
        let wanted = NewToken { source: Some(source.into()), ..wanted("x", "writer", Scope::platform()) };
        desk.by(|by| create_token(&desk.control, wanted, by, &desk.random)).map(drop)
    };
    assert!(matches!(ask(&desk, "door"), Err(ManageError::Taken(_))));
    assert!(matches!(ask(&desk, "indelible"), Err(ManageError::Invalid { field: "source", .. })));
    assert!(matches!(ask(&desk, "Door"), Err(ManageError::Invalid { field: "source", .. })));
    let change = desk.by(|by| revoke_token(&desk.control, first.id(), by)).unwrap();
    desk.take(&change);
    ask(&desk, "door").unwrap();
}

#[test]
fn the_last_who_manages_access_stays() {
    let mut desk = Desk::new();
    let first = desk.token("first", "platform-admin", Scope::platform());
    let principal = Principal::Program(first.id().to_owned());
    let holding = desk.holding(&first);
    let id = desk.control.grants_of(&principal).next().unwrap().id();
    let remove = |desk: &Desk| desk.by_one(&principal, &holding, |by| remove_grant(&desk.control, &id, by));
    let revoke = |desk: &Desk| desk.by_one(&principal, &holding, |by| revoke_token(&desk.control, first.id(), by));
    assert_eq!(remove(&desk), Err(ManageError::LastManager));
    assert_eq!(revoke(&desk), Err(ManageError::LastManager));
    desk.by(|by| remove_grant(&desk.control, &id, by)).unwrap();
    desk.by(|by| revoke_token(&desk.control, first.id(), by)).unwrap();

    let brief = NewToken { expires_in_s: Some(60), ..wanted("brief", "platform-admin", Scope::platform()) };
    let (change, ..) = desk.by(|by| create_token(&desk.control, brief, by, &desk.random)).unwrap();
    desk.take(&change);
    assert!(remove(&desk).is_ok() && revoke(&desk).is_ok());
    desk.now_us += 60_000_000;
    assert_eq!(remove(&desk), Err(ManageError::LastManager), "one whose time is over manages nothing");
    desk.token("second", "platform-admin", Scope::platform());
    assert!(revoke(&desk).is_ok());
    let change = remove(&desk).unwrap();
    desk.take(&change);
    assert!(!desk.holding(&first).may(Permission::Access));
}

#[test]
fn who_manages_a_scope_touches_nothing_beyond_it() {
    let mut desk = Desk::new();
    desk.roles.add("desk", &["access", "read"]).unwrap();
    let theirs = desk.token("theirs", "viewer", Scope::organization("other"));
    let mine = desk.token("mine", "viewer", Scope::organization("acme"));
    let manager = desk.token("manager", "desk", Scope::organization("acme"));
    let who = Principal::Program(manager.id().to_owned());
    let holding = desk.holding(&manager);
    let foreign = desk.by_one(&who, &holding, |by| revoke_token(&desk.control, theirs.id(), by));
    let absent = desk.by_one(&who, &holding, |by| revoke_token(&desk.control, "nobody", by));
    assert!(matches!((foreign, absent), (Err(ManageError::NotFound { .. }), Err(ManageError::NotFound { .. }))));
    desk.by_one(&who, &holding, |by| revoke_token(&desk.control, mine.id(), by)).unwrap();
    let grant = |scope: Scope, role: &str| {
        let to = Principal::Program(mine.id().to_owned());
        let grant = Grant { role: role.into(), scope };
        desk.by_one(&who, &holding, |by| add_grant(&desk.control, &to, grant, by)).map(drop)
    };
    let project = Named { organization: Some("acme".into()), project: Some("p".into()), ..Named::default() };
    grant(Scope::Named(project), "viewer").unwrap();
    assert!(matches!(grant(Scope::organization("other"), "viewer"), Err(ManageError::Grant(_))));
    assert!(matches!(grant(Scope::organization("acme"), "auditor"), Err(ManageError::Grant(_))));
}

#[test]
fn who_would_shut_himself_out_is_asked_first() {
    let desk = Desk::new();
    let allow = || AllowList::parse(["10.0.0.0/8"]).unwrap();
    let change = |confirmed| {
        let wanted = NewSettings { allow: Some(allow()), confirmed, ..NewSettings::default() };
        desk.by(|by| change_settings(&desk.control, wanted, by))
    };
    assert_eq!(change(false), Err(ManageError::ShutsYouOut([192, 0, 2, 7].into())));
    assert!(change(true).unwrap().is_some());
}

#[test]
fn a_suspended_organization_is_read_by_nobody_of_its_own_and_still_sends() {
    let mut desk = Desk::new();
    let writer = desk.token("writer", "writer", Scope::organization("acme"));
    let reader = desk.token("reader", "viewer", Scope::organization("acme"));
    let auditor = desk.token("auditor", "auditor", Scope::platform());
    let wanted = NewOrganization {
        name: None,
        status: Status::Suspended,
        message: "Your subscription has ended.".into(),
        allow: AllowList::default(),
        confirmed: false,
    };
    let change = desk.by(|by| set_organization(&desk.control, "acme", wanted, by)).unwrap().unwrap();
    desk.take(&change);
    assert_eq!(desk.control.closed("acme", None), Some(Closed::Suspended("Your subscription has ended.")));
    assert!(desk.holding(&writer).may(Permission::Append));
    assert!(!desk.holding(&reader).may(Permission::Read));
    assert!(desk.holding(&auditor).may_at(Permission::Read, &Scope::organization("acme")));
}

#[test]
fn an_organization_is_closed_to_its_people_from_elsewhere() {
    let mut desk = Desk::new();
    let reader = desk.token("reader", "viewer", Scope::organization("acme"));
    let allow = AllowList::parse(["10.0.0.0/8"]).unwrap();
    let wanted = NewOrganization { name: None, status: Status::Active, message: String::new(), allow, confirmed: true };
    let change = desk.by(|by| set_organization(&desk.control, "acme", wanted, by)).unwrap().unwrap();
    desk.take(&change);
    assert!(!desk.holding(&reader).may(Permission::Read));
    let principal = Principal::Program(reader.id().to_owned());
    assert!(desk.control.holding(&principal, Some([10, 1, 2, 3].into()), &desk.roles).may(Permission::Read));
    assert_eq!(
        desk.control.why_closed(&principal, Some([192, 0, 2, 7].into())),
        Some(Closed::Address([192, 0, 2, 7].into()))
    );
}
