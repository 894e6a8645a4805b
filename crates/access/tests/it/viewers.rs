//! Tokens of viewers: they give what was minted, for as long as whoever minted them may.

use access::{
    Control, Grant, Granted, Limits, Permission, Principal, Program, Record, Roles, Scope, ViewerKey, Viewing,
    ViewingError,
};
use env::fake::SeededRandom;
use proptest::prelude::*;

fn viewing(names: bool) -> Viewing {
    Viewing {
        id: "v".into(),
        minter: "shop".into(),
        scope: Scope::organization("acme"),
        names,
        connections: false,
        layouts: vec!["records".into()],
        origin: "https://shop.example".into(),
        viewer: "u-1".into(),
        name: Some("Ada".into()),
        expires_us: 1_000,
    }
}

fn control(role: &str, revoked_us: Option<i64>) -> Control {
    let mut control = Control::default();
    control.put(Record::Program(Program {
        id: "shop".into(),
        name: "shop".into(),
        source: "shop".into(),
        secrets: Vec::new(),
        created_us: 0,
        created_by: "operator:operator".into(),
        expires_us: None,
        revoked_us,
        limits: Limits::default(),
    }));
    let grant = Grant { role: role.into(), scope: Scope::organization("acme") };
    control.put(Record::Grant(Granted { principal: Principal::Program("shop".into()), grant }));
    control
}

#[test]
fn a_token_gives_what_was_minted_until_its_time_is_over() {
    let key = ViewerKey::new(&SeededRandom::new(1), 0);
    let token = key.mint(&viewing(true));
    assert_eq!(key.open(&token, 999).unwrap(), viewing(true));
    assert_eq!(key.open(&token, 1_000), Err(ViewingError::Expired));
    let other = ViewerKey::new(&SeededRandom::new(2), 0);
    assert_eq!(other.open(&token, 999), Err(ViewingError::Unknown));
    let shown = format!("{key:?}");
    assert!(!serde_json::to_string(&key).unwrap().split('"').any(|part| part.len() == 64 && shown.contains(part)));
}

#[test]
fn it_gives_no_more_than_its_minter_has_now() {
    let roles = Roles::default();
    let holds = |control: &Control, names| viewing(names).holding(control, &roles, 10);
    let holding = holds(&control("scope-admin", None), true).unwrap();
    let at = |organization| Scope::organization(organization);
    assert!(holding.may_at(Permission::Read, &at("acme")) && holding.may_at(Permission::Names, &at("acme")));
    assert!(!holding.may_at(Permission::Read, &at("other")));
    assert!(
        !holding.may(Permission::Connections) && !holding.may(Permission::Export) && !holding.may(Permission::Mint)
    );
    assert_eq!(holds(&control("scope-admin", Some(1)), false), Err(ViewingError::Minter));
    assert_eq!(holds(&control("auditor", None), false), Err(ViewingError::Minter));
    assert_eq!(holds(&Control::default(), false), Err(ViewingError::Minter));
    let mut expired = control("scope-admin", None);
    let program = expired.program("shop").unwrap().clone();
    expired.put(Record::Program(Program { expires_us: Some(10), ..program }));
    assert_eq!(holds(&expired, false), Err(ViewingError::Minter));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_byte_changed_is_seen(at in 0_usize..400, byte in any::<u8>()) {
        let key = ViewerKey::new(&SeededRandom::new(3), 0);
        let token = key.mint(&viewing(false));
        let mut changed = token.clone().into_bytes();
        let at = at % changed.len();
        changed[at] = byte;
        if let Ok(changed) = String::from_utf8(changed)
            && changed != token
        {
            prop_assert_eq!(key.open(&changed, 0), Err(ViewingError::Unknown));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let key = ViewerKey::new(&SeededRandom::new(3), 0);
        for text in [text.clone(), format!("indv_{text}"), format!("indv_{text}.{text}")] {
            prop_assert_eq!(key.open(&text, 0), Err(ViewingError::Unknown));
        }
    }
}
