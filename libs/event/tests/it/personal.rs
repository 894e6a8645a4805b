//! Personal values leave the line, and come back for those who may see them.

use indelible_event::render::{Opened, Options, Rendered, entry_json, restore};
use indelible_event::{Admitted, Entry, Event, Rules, rules};

use crate::context::{NOW_US, admitted, parsed};

/// The line as JSON.
fn line(admitted: &Admitted) -> serde_json::Value {
    serde_json::from_slice(&admitted.line).unwrap()
}

pub fn opened(admitted: &Admitted) -> Vec<Opened<'_>> {
    let open = |parts: &'_ indelible_event::PersonalParts| {
        let mut opened = Opened::withheld();
        for disclosure in &parts.disclosures {
            // the parts outlive the opening
            opened.add(Box::leak(disclosure.json.clone().into_boxed_str())).unwrap();
        }
        opened
    };
    admitted.personal.iter().map(open).collect()
}

/// The event as admission completes it, before anything leaves it.
pub fn completed<'a>(event: &Event<'a>, rules: &Rules) -> Event<'a> {
    let mut event = event.clone();
    rules::redact(&mut event, rules, &mut Vec::new());
    rules::derive(&mut event, rules);
    event.actor.get_or_insert_with(indelible_event::Actor::system);
    event.time_us.get_or_insert(NOW_US);
    event.personal.clear();
    event
}

fn kinds(admitted: &Admitted) -> Vec<(String, Vec<&'static str>)> {
    let of = |parts: &indelible_event::PersonalParts| {
        (parts.of.clone(), parts.disclosures.iter().map(|disclosure| disclosure.kind.as_str()).collect())
    };
    admitted.personal.iter().map(of).collect()
}

#[test]
fn a_users_name_address_and_connection_leave_the_line_and_the_country_stays() {
    let admitted = admitted(
        r#"{"action":"user.sign_in","actor":{"type":"user","id":"77","name":"Ann Lee","email":"ann@example.com"},
            "client":{"ip":"192.0.2.7","user_agent":"curl/8","location":{"city":"Oslo","region":"Viken","country":"NO"}}}"#,
    );
    let line = line(&admitted);
    assert_eq!(line["actor"], serde_json::json!({"type": "user", "id": "77"}));
    assert_eq!(line["client"], serde_json::json!({"location": {"country": "NO"}}));
    assert_eq!(kinds(&admitted), [("user:77".to_owned(), vec!["identity", "connection"])]);
    let values: Vec<&str> = admitted.personal[0].disclosures.iter().map(|disclosure| disclosure.value()).collect();
    assert_eq!(
        values,
        [
            r#"{"/actor/email":"ann@example.com","/actor/name":"Ann Lee"}"#,
            r#"{"/client/ip":"192.0.2.7","/client/location/city":"Oslo","/client/location/region":"Viken","/client/user_agent":"curl/8"}"#,
        ]
    );
}

#[test]
fn a_program_is_nobody_unless_it_acts_for_somebody() {
    let alone = admitted(
        r#"{"action":"a.b","actor":{"type":"token","id":"ci","name":"CI"},"client":{"ip":"192.0.2.7","user_agent":"curl/8"}}"#,
    );
    assert!(alone.personal.is_empty());
    assert_eq!(line(&alone)["actor"]["name"], "CI");
    assert_eq!(line(&alone)["client"]["ip"], "192.0.2.7");

    let agent = admitted(
        r#"{"action":"a.b","actor":{"type":"token","id":"ci","name":"Ann's agent","on_behalf_of":{"type":"user","id":"77","name":"Ann"}},
            "client":{"ip":"192.0.2.7"}}"#,
    );
    assert_eq!(
        kinds(&agent),
        [("token:ci".to_owned(), vec!["identity"]), ("user:77".to_owned(), vec!["identity", "connection"])]
    );
}

#[test]
fn an_agent_is_a_person_of_its_own_and_the_connection_is_whom_it_acts_for() {
    let alone = admitted(
        r#"{"action":"a.b","actor":{"type":"agent","id":"helper","name":"Ann's helper"},"client":{"ip":"192.0.2.7"}}"#,
    );
    assert_eq!(line(&alone)["actor"], serde_json::json!({"type": "agent", "id": "helper"}));
    assert_eq!(kinds(&alone), [("agent:helper".to_owned(), vec!["identity", "connection"])]);

    let behalf = admitted(
        r#"{"action":"a.b","actor":{"type":"agent","id":"helper","name":"Helper","on_behalf_of":{"type":"user","id":"77","name":"Ann Lee"}},
            "client":{"ip":"192.0.2.7"}}"#,
    );
    assert_eq!(
        kinds(&behalf),
        [("agent:helper".to_owned(), vec!["identity"]), ("user:77".to_owned(), vec!["identity", "connection"])]
    );
}

#[test]
fn a_reason_is_searched_for_personal_values_and_leaves_when_it_is_declared() {
    let event = |personal: &str| {
        format!(
            r#"{{"action":"a.b","actor":{{"type":"user","id":"1","name":"Ann Lee"}},"reason":"T-7 {{ for ann-lee",
                "session_id":"Ann Lee","sequence":{{"stream":"Ann Lee","n":7}}{personal}}}"#
        )
    };
    let kept = admitted(&event(""));
    assert_eq!(line(&kept)["reason"], "T-7 {{ for {/actor/name~40}");
    // what joins entries stays as sent, like every id that is no address
    assert_eq!(line(&kept)["session_id"], "Ann Lee");
    assert_eq!(line(&kept)["sequence"], serde_json::json!({"stream": "Ann Lee", "n": 7}));
    let entry = Entry::parse(&kept.line).unwrap();
    let shown = Rendered::new(&entry, &[]);
    assert_eq!(shown.reason.as_deref(), Some("T-7 { for [withheld]"));

    let declared = admitted(&event(r#","personal":[{"of":"agent:helper","paths":["/reason"]}]"#));
    assert!(line(&declared)["reason"].is_null());
    assert_eq!(declared.personal[1].of, "agent:helper");
    assert_eq!(declared.personal[1].disclosures[0].value(), r#"{"/reason":"T-7 { for ann-lee"}"#);
    let entry = Entry::parse(&declared.line).unwrap();
    let everything = opened(&declared);
    assert_eq!(restore(&entry, &everything, Options::default()).reason.unwrap(), "T-7 { for ann-lee");
}

#[test]
fn anonymous_actors_share_a_person_for_the_day() {
    let admitted = admitted(r#"{"action":"a.b","actor":{"type":"anonymous"},"client":{"ip":"192.0.2.7"}}"#);
    let day = line(&admitted)["actor"]["id"].as_str().unwrap().to_owned();
    assert!(day.starts_with("anonymous:2026-"), "{day}");
    assert_eq!(kinds(&admitted), [(day, vec!["connection"])]);
}

#[test]
fn ids_that_are_addresses_become_pseudonyms_and_the_address_goes_into_the_identity() {
    let admitted = admitted(
        r#"{"action":"a.b","actor":{"type":"user","id":"ann@example.com"},"resource":{"type":"user","id":"bob@example.com"},
            "targets":[{"type":"user","id":"ann@example.com"},{"type":"file","id":"f1"}],
            "description":"ann@example.com invited bob@example.com and eve@example.com",
            "personal":[{"of":"user:eve@example.com","paths":["/properties/who"]}],"properties":{"who":"Eve","n":1.50}}"#,
    );
    let line = line(&admitted);
    let ann = line["actor"]["id"].as_str().unwrap();
    assert!(ann.starts_with("p_") && ann.len() == 24, "{ann}");
    assert_eq!(line["targets"][0]["id"], ann);
    assert_eq!(line["personal"][0]["of"], format!("user:{ann}"));
    assert_eq!(line["description"], "{/actor/id} invited {/resource/id} and {/personal/1/of}");
    assert_eq!(line["properties"].to_string(), r#"{"who":{"$personal":1},"n":1.50}"#.replace("1.50", "1.5"));
    assert_eq!(
        admitted.personal[0].disclosures[0].value(),
        r#"{"/actor/id":"ann@example.com","/targets/0/id":"ann@example.com"}"#
    );
    assert_eq!(admitted.personal[1].disclosures[0].value(), r#"{"/personal/1/of":"eve@example.com"}"#);
    assert_eq!(admitted.personal[1].disclosures[1].value(), r#"{"/properties/who":"Eve"}"#);
    assert_eq!(admitted.personal.len(), 3);

    let entry = Entry::parse(&admitted.line).unwrap();
    let mut shown = Vec::new();
    entry_json(&entry, &opened(&admitted), Options { full: true, leaf_index: Some(5) }, &mut shown);
    let shown: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(shown["description"], "ann@example.com invited bob@example.com and eve@example.com");
    assert_eq!(shown["personal"][1]["of"], "user:eve@example.com");
    assert_eq!(shown["properties"]["who"], "Eve");
    assert_eq!(shown["leaf_index"], 5);
}

#[test]
fn personal_values_vanish_wherever_they_stand_as_whole_words() {
    let admitted = admitted(
        r#"{"action":"user.update","actor":{"type":"user","id":"Ann Lee","name":"Ann Lee","email":"ann@example.com"},
            "description":"Ann Lee {renamed} Annabel","detail":"by ann@example.com","resource":{"type":"file","id":"x","name":"Ann Lee's"},
            "http":{"path":"/users/ann%40example.com?name=Ann+Lee&full=Ann%20Lee"},
            "changes":{"owner":{"before":null,"after":"\u0041nn Lee"},"n":{"after":"Annabel Leeds"}},
            "properties":{"note":"mail \"Ann Lee\"","keep":"{brace}","by":{"ann@example.com":true},"list":[1,"Ann Lee"]}}"#,
    );
    let line = line(&admitted);
    assert_eq!(line["description"], "{/actor/name} {{renamed} Annabel");
    assert_eq!(line["detail"], "by {/actor/email}");
    assert_eq!(line["resource"]["name"], "{/actor/name}'s");
    assert_eq!(line["http"]["path"], "/users/{%/actor/email}?name={+/actor/name}&full={%/actor/name}");
    assert_eq!(
        line["changes"].to_string(),
        r#"{"owner":{"before":null,"after":{"$personal":0}},"n":{"after":"Annabel Leeds"}}"#
    );
    assert_eq!(
        line["properties"].to_string(),
        r#"{"note":{"$personal":0},"keep":"{brace}","by":{"$personal":0},"list":[1,{"$personal":0}]}"#
    );
    assert_eq!(
        admitted.personal[0].disclosures[1].value(),
        r#"{"/changes/owner/after":"\u0041nn Lee","/properties/by":{"ann@example.com":true},"/properties/list/1":"Ann Lee","/properties/note":"mail \"Ann Lee\""}"#
    );
}

#[test]
fn what_a_client_declares_goes_to_whom_it_names() {
    let admitted = admitted(
        r#"{"action":"a.b","actor":{"type":"user","id":"1","name":"Ann"},"resource":{"type":"user","id":"77","name":"Bob Ray"},
            "detail":"was Bob Ray","changes":{"email":{"before":"bob@example.com","after":null}},"properties":{"a":{"b":{"c":"Robert"}},"d":"Robert!"},
            "personal":[{"of":"user:77","paths":["/resource/name","/changes/email/before","/properties/a/b","/properties/none"]},
                        {"of":"user:5","paths":["/properties/nothing"]},{"of":"user:1","paths":["/detail"]}]}"#,
    );
    let line = line(&admitted);
    assert_eq!(line["resource"], serde_json::json!({"type": "user", "id": "77"}));
    assert!(line["detail"].is_null());
    assert_eq!(line["properties"].to_string(), r#"{"a":{"b":{"$personal":1}},"d":{"$personal":1}}"#);
    assert_eq!(
        kinds(&admitted),
        [("user:1".to_owned(), vec!["identity", "fields"]), ("user:77".to_owned(), vec!["fields"])]
    );
    assert_eq!(admitted.personal[0].disclosures[1].value(), r#"{"/detail":"was Bob Ray"}"#);
    assert_eq!(
        admitted.personal[1].disclosures[0].value(),
        r#"{"/changes/email/before":"bob@example.com","/properties/a/b":{"c":"Robert"},"/properties/d":"Robert!","/resource/name":"Bob Ray"}"#
    );
    let entry = Entry::parse(&admitted.line).unwrap();
    let opened = opened(&admitted);
    assert_eq!(Rendered::new(&entry, &opened).resource_name.unwrap(), "Bob Ray");
    assert_eq!(restore(&entry, &opened, Options::default()).detail.unwrap(), "was Bob Ray");
}

#[test]
fn what_a_reader_may_not_see_is_withheld_and_an_erased_person_keeps_a_pseudonym() {
    let admitted = admitted(
        r#"{"action":"a.b","actor":{"type":"user","id":"1","name":"Ann Lee","email":"ann@example.com"},
            "description":"Ann Lee (ann@example.com)","properties":{"x":"Ann Lee"}}"#,
    );
    let entry = Entry::parse(&admitted.line).unwrap();
    let columns = [Opened::withheld()];
    let withheld = Rendered::new(&entry, &columns);
    assert_eq!((withheld.actor_name, withheld.description.as_ref()), (None, "[withheld] ([withheld])"));
    let columns = [Opened::erased()];
    let erased = Rendered::new(&entry, &columns);
    let name = erased.actor_name.unwrap();
    assert!(name.starts_with("Erased person ") && name.len() == 18, "{name}");
    assert_eq!(erased.description, format!("{name} ([erased])"));
    let mut shown = Vec::new();
    entry_json(&entry, &columns, Options { full: true, leaf_index: None }, &mut shown);
    assert!(String::from_utf8(shown).unwrap().contains(r#""properties":{"x":{"$personal":0}}"#));
}

#[test]
fn equal_values_share_one_disclosure_and_tenants_do_not() {
    let digest = |json: &str| admitted(json).personal[0].disclosures[0].digest;
    let one = digest(r#"{"action":"a.b","actor":{"type":"user","id":"1","name":"Ann"}}"#);
    let other = digest(r#"{"action":"c.d","actor":{"type":"user","id":"1","name":"Ann"},"client":{"ip":"192.0.2.7"}}"#);
    let tenant = digest(r#"{"action":"a.b","organization":{"id":"t"},"actor":{"type":"user","id":"1","name":"Ann"}}"#);
    assert_eq!(one, other);
    assert_ne!(one, tenant);
}

#[test]
fn values_at_the_greatest_depth_are_removed_and_the_line_is_still_read() {
    let mut properties = r#""Ann Lee""#.to_owned();
    for _ in 0..64 {
        properties = format!(r#"{{"k":{properties}}}"#);
    }
    let json =
        format!(r#"{{"action":"a.b","actor":{{"type":"user","id":"1","name":"Ann Lee"}},"properties":{properties}}}"#);
    let admitted = admitted(&json);
    let entry = Entry::parse(&admitted.line).unwrap();
    assert!(entry.properties.unwrap().contains("$personal"));
    let opened = opened(&admitted);
    assert_eq!(restore(&entry, &opened, Options { full: true, leaf_index: None }).properties, parsed(&json).properties);
}
