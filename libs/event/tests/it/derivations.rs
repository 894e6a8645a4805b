//! What follows from an action.

use indelible_event::rules::derive;
use indelible_event::{Event, Outcome, Resource, Rules, Severity, parse_one};

fn derived(action: &str) -> Event<'_> {
    let mut event = Event::of(action);
    derive(&mut event, &Rules::builtin());
    event
}

#[test]
fn the_event_follows_from_the_verb() {
    for (action, event) in [
        ("user.create", "created"),
        ("user.created", "created"),
        ("file.uploading", "created"),
        ("iam.CreateUser", "created"),
        ("signin.ConsoleLogin", "signed_in"),
        ("s3.GetObject", "viewed"),
        ("pods.deletecollection", "deleted"),
        ("run.status_change", "updated"),
        ("user.sign_in", "signed_in"),
        ("user.signed_out", "signed_out"),
        ("user.login_failed", "signed_in"),
        ("role.granted", "granted"),
        ("run.dropped", "deleted"),
        ("report.exported", "exported"),
        ("sts.AssumeRole", "assumed"),
        ("x.FrobnicateRole", "frobnicate_role"),
        ("bulk_delete", "deleted"),
        ("thing.", "other"),
    ] {
        assert_eq!(derived(action).event.unwrap(), event, "{action}");
    }
}

#[test]
fn the_channel_follows_from_the_noun() {
    for (action, channel) in [
        ("hardware.assign", "hardware"),
        ("user_session.create", "auth"),
        ("sessions.create", "auth"),
        ("pii.read", "pii-read"),
        ("compute.instances.insert", "compute"),
        ("sso.update", "security"),
        ("login", "login"),
        (".x", "other"),
    ] {
        assert_eq!(derived(action).channel.unwrap(), channel, "{action}");
    }
}

#[test]
fn the_description_is_noun_and_verb_in_words() {
    assert_eq!(derived("access_token.create").description.unwrap(), "access token create");
    assert_eq!(derived("s3.GetObject").description.unwrap(), "s 3 get object");
}

#[test]
fn what_the_client_says_stands() {
    let json = br#"{"action":"a.delete","event":"x","channel":"y","description":"z","outcome":"success","severity":"info","http":{"status":500}}"#;
    let sent = parse_one(json).unwrap();
    let mut event = sent.clone();
    derive(&mut event, &Rules::builtin());
    assert_eq!(event, sent);
}

#[test]
fn the_outcome_follows_from_the_status() {
    for (status, outcome) in [
        (101, None),
        (200, Some(Outcome::Success)),
        (302, Some(Outcome::Success)),
        (404, Some(Outcome::Failure)),
        (503, Some(Outcome::Failure)),
    ] {
        let mut event = Event::of("a.b");
        event.http.status = Some(status);
        derive(&mut event, &Rules::builtin());
        assert_eq!(event.outcome, outcome, "{status}");
    }
}

/// Severity of an event given as JSON without its braces.
fn severity(members: &str) -> Severity {
    let json = format!("{{{members}}}");
    let mut event = parse_one(json.as_bytes()).unwrap();
    derive(&mut event, &Rules::builtin());
    event.severity.unwrap()
}

#[test]
fn failed_authentication_and_refusals_are_critical() {
    for event in [
        r#""action":"user.sign_in","outcome":"failure""#,
        r#""action":"user.login_failed""#,
        r#""action":"signin.ConsoleLogin","outcome":"failure""#,
        r#""action":"mfa.verify","outcome":"failure""#,
        r#""action":"report.create","http":{"status":403}"#,
        r#""action":"report.view","http":{"status":401}"#,
    ] {
        assert_eq!(severity(event), Severity::Critical, "{event}");
    }
}

#[test]
fn granting_administrative_rights_and_trying_to_is_critical() {
    for event in [
        r#""action":"admin.add""#,
        r#""action":"member.promote_to_owner""#,
        r#""action":"role.assign","resource":{"type":"role","id":"7","name":"Cluster Admin"}"#,
        r#""action":"iam.AttachUserPolicy","outcome":"failure","properties":{"policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#,
        r#""action":"member.update","changes":{"role":{"before":"viewer","after":"admin"}}"#,
        r#""action":"member.invite","properties":{"roles":["reader","owner"]}"#,
    ] {
        assert_eq!(severity(event), Severity::Critical, "{event}");
    }
    assert_ne!(
        severity(r#""action":"member.update","changes":{"role":{"before":"admin","after":"viewer"}}"#),
        Severity::Critical
    );
}

#[test]
fn deletions_exports_and_changes_to_what_guards_the_system_are_warnings() {
    for action in [
        "user.delete",
        "report.export",
        "policy.update",
        "role.create",
        "sso.configure",
        "firewall.update",
        "access_token.create",
        "credentials.rotate",
        "retention.update",
        "secret.create",
        "user.password_changed",
        "iam.PutRolePolicy",
        "role.revoke",
    ] {
        assert_eq!(severity(&format!(r#""action":"{action}""#)), Severity::Warning, "{action}");
    }
}

#[test]
fn everything_else_is_info() {
    for action in [
        "user.sign_in",
        "report.create",
        "policy.view",
        "credentials.read",
        "user.update",
        "s3.GetBucketPolicy",
        "run.start",
    ] {
        assert_eq!(severity(&format!(r#""action":"{action}""#)), Severity::Info, "{action}");
    }
    assert_eq!(severity(r#""action":"report.view","http":{"status":404}"#), Severity::Info);
}

#[test]
fn a_rule_of_ones_own_decides_first_come_first_served() {
    let tables = indelible_event::rules::Tables::builtin();
    let own = tables.severity.replacen(
        "[[rule]]",
        "[[rule]]\nname = \"own\"\nseverity = \"info\"\naction = [\"a.delete\"]\n\n[[rule]]",
        1,
    );
    let rules = Rules::from_toml(&indelible_event::rules::Tables { severity: &own, ..tables }).unwrap();
    let mut event =
        Event { resource: Some(Resource { kind: "a".into(), id: "1".into(), name: None }), ..Event::of("a.delete") };
    derive(&mut event, &rules);
    assert_eq!(event.severity, Some(Severity::Info));
}
