//! What grants allow, compared with a plain reading of each grant.

use access::{Grant, GrantError, Holding, Named, Permission, ResourceName, Roles, Scope};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = String> {
    prop_oneof![Just("a".to_owned()), Just("b".to_owned())]
}

fn named() -> impl Strategy<Value = Named> {
    (of(id()), of(id()), of(id()), of((id(), id()))).prop_map(|(organization, workspace, project, resource)| Named {
        organization,
        workspace,
        project,
        resource: resource.map(|(kind, id)| ResourceName { kind, id }),
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![6 => named().prop_map(Scope::Named), 1 => Just(Scope::Own)]
}

fn grant() -> impl Strategy<Value = Grant> {
    let names: Vec<String> = Roles::default().iter().map(|role| role.name.clone()).collect();
    (prop::sample::select(names), scope()).prop_map(|(role, scope)| Grant { role, scope })
}

fn permission() -> impl Strategy<Value = Permission> {
    prop::sample::select(Permission::ALL.to_vec())
}

/// An entry names something on each level.
fn entry() -> impl Strategy<Value = (Named, bool)> {
    (named(), any::<bool>())
}

/// Whether an entry is one of a scope's, read straight from what scopes mean.
fn holds(scope: &Scope, (names, is_own): &(Named, bool)) -> bool {
    let Scope::Named(asked) = scope else { return *is_own };
    (asked.organization.is_none() || asked.organization == names.organization)
        && (asked.workspace.is_none() || asked.workspace == names.workspace)
        && (asked.project.is_none() || asked.project == names.project)
        && (asked.resource.is_none() || asked.resource == names.resource)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_reach_is_what_each_grant_gives_and_no_more(grants in vec(grant(), 0..6), wanted in permission(), entry in entry()) {
        let roles = Roles::default();
        let holding = Holding::of(&grants, &roles);
        let expected = grants.iter().any(|grant| {
            let role = roles.get(&grant.role).unwrap();
            role.fits(&grant.scope) && role.permissions.has(wanted) && holds(&grant.scope, &entry)
        });
        prop_assert_eq!(holding.reach(wanted).iter().any(|scope| holds(scope, &entry)), expected);
        prop_assert_eq!(holding.may(wanted), !holding.reach(wanted).is_empty());
    }

    #[test]
    fn a_scope_covers_another_only_if_it_has_all_its_entries(wide in scope(), narrow in scope(), entry in entry()) {
        prop_assert!(wide.covers(&wide));
        prop_assert!(Scope::platform().covers(&narrow));
        if wide.covers(&narrow) && holds(&narrow, &entry) {
            prop_assert!(holds(&wide, &entry));
        }
    }

    #[test]
    fn who_manages_a_scope_gives_nothing_that_he_lacks(own in vec(grant(), 0..4), given in grant(), wanted in permission()) {
        let roles = Roles::default();
        let holding = Holding::of(&own, &roles);
        let manages_all = holding.may_at(Permission::Access, &Scope::platform());
        if holding.may_grant(&given, &roles).is_ok() && !manages_all && roles.get(&given.role).unwrap().permissions.has(wanted) {
            prop_assert!(holding.may_at(wanted, &given.scope));
        }
    }

    #[test]
    fn at_a_suspended_organization_is_sent_and_nothing_else(grants in vec(grant(), 0..6), wanted in permission()) {
        let roles = Roles::default();
        let all = Holding::of(&grants, &roles);
        let left = all.clone().without(|organization| organization == "a");
        let stays = |grant: &Grant| wanted == Permission::Append || grant.scope.of_organization() != Some("a");
        let kept: Vec<Grant> = grants.into_iter().filter(stays).collect();
        let expected = Holding::of(&kept, &roles);
        prop_assert_eq!(left.reach(wanted), expected.reach(wanted));
    }
}

#[test]
fn roles_have_what_the_design_gives_them() {
    let roles = Roles::default();
    let has = |role: &str| roles.get(role).unwrap().permissions.iter().map(Permission::name).collect::<Vec<_>>();
    assert_eq!(has("auditor"), ["read", "names", "connections", "export", "verify"]);
    assert_eq!(has("viewer"), ["read"]);
    assert_eq!(has("writer"), ["append"]);
    assert_eq!(has("privacy-officer"), ["persons"]);
    assert_eq!(has("records-manager"), ["records"]);
    assert!(roles.iter().all(|role| role.name == "writer" || !role.permissions.has(Permission::Append)));
}

#[test]
fn a_grant_that_cannot_be_says_why() {
    let roles = Roles::default();
    let error = |role: &str, scope: Scope| Grant { role: role.into(), scope }.role(&roles).unwrap_err().to_string();
    assert!(error("admin", Scope::platform()).starts_with("there is no role \"admin\"; there are: auditor, member"));
    assert_eq!(error("member", Scope::platform()), "the role \"member\" cannot be granted for everything");
    assert_eq!(error("auditor", Scope::Own), "the role \"auditor\" cannot be granted for own entries");
    let scope_admin = Holding::of(&[Grant { role: "scope-admin".into(), scope: Scope::organization("acme") }], &roles);
    let given = Grant { role: "auditor".into(), scope: Scope::organization("acme") };
    assert!(matches!(scope_admin.may_grant(&given, &roles), Err(GrantError::Beyond { .. })));
}

#[test]
fn roles_of_the_configuration_are_checked() {
    let mut roles = Roles::default();
    roles.add("security-desk", &["read", "names"]).unwrap();
    assert!(roles.get("security-desk").unwrap().permissions.has(Permission::Names));
    let error =
        |roles: &mut Roles, name: &str, permission: &str| roles.add(name, &[permission]).unwrap_err().to_string();
    assert!(error(&mut roles, "auditor", "read").contains("already"));
    assert!(error(&mut roles, "security-desk", "read").contains("already"));
    assert!(error(&mut roles, "Desk", "read").contains("no name for a role"));
    assert!(error(&mut roles, "desk", "write").contains("there are: read, names,"));
}

#[test]
fn a_scope_is_read_of_an_object_alone() {
    assert_eq!(serde_json::from_str::<Scope>("{}").unwrap(), Scope::platform());
    assert_eq!(serde_json::from_str::<Scope>(r#"{"organization":"acme"}"#).unwrap(), Scope::organization("acme"));
    // An empty list is what some languages write for an empty object: it must not mean everything.
    for text in ["[]", r#"["acme"]"#, "null", r#""acme""#, "7", r#"{"organization":"a","organization":"b"}"#] {
        assert!(serde_json::from_str::<Scope>(text).is_err(), "{text}");
    }
}
