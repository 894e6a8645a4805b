//! Secrets are taken out before anything else sees them.

use indelible_event::rules::{Tables, redact};
use indelible_event::{Event, Rules};

/// `properties` after redaction, and the pointers of the warnings.
fn redacted(properties: &str) -> (String, Vec<String>) {
    let mut event = Event { properties: Some(properties.into()), ..Event::of("a.b") };
    let mut warnings = Vec::new();
    redact(&mut event, &Rules::builtin(), &mut warnings);
    assert!(warnings.iter().all(|warning| warning.code == "redacted"));
    (event.properties.unwrap().into_owned(), warnings.into_iter().map(|warning| warning.pointer).collect())
}

fn path(path: &str) -> String {
    let mut event = Event::of("a.b");
    event.http.path = Some(path.into());
    let mut warnings = Vec::new();
    redact(&mut event, &Rules::builtin(), &mut warnings);
    let after = event.http.path.unwrap().into_owned();
    assert_eq!(warnings.is_empty(), after == path);
    after
}

#[test]
fn the_tables_built_in_are_sound() {
    assert!(Rules::from_toml(&Tables::builtin()).is_ok());
}

#[test]
fn keys_that_say_secret_are_secret_in_every_style() {
    for key in [
        "password",
        "Password",
        "new_password",
        "newPassword",
        "userPassword2",
        "password_hash",
        "dbpassword",
        "token",
        "access_token",
        "accessToken",
        "X-Auth-Token",
        "clientSecret",
        "clientsecret",
        "SecretString",
        "x-api-key",
        "apiKey",
        "API_KEY",
        "Authorization",
        "Proxy-Authorization",
        "cookie",
        "Set-Cookie",
        "private_key",
        "masterUserPassword",
        "tokenValue",
        "pin",
        "cvv2",
        "pwd",
        "AWS_SECRET_ACCESS_KEY",
        "refresh_tokens",
    ] {
        let json = format!(r#"{{"{key}":"s3cr3t"}}"#);
        assert_eq!(
            redacted(&json),
            (json.replace("s3cr3t", "[redacted]"), vec![format!("/properties/{key}")]),
            "{key}"
        );
    }
}

#[test]
fn keys_about_secrets_and_keys_that_only_look_alike_stay() {
    for key in [
        "author",
        "authority",
        "authors",
        "token_type",
        "tokenId",
        "secret_name",
        "secretId",
        "password_changed_at",
        "passwordPolicy",
        "next_token",
        "nextPageToken",
        "authorization.k8s.io/decision",
        "authorizationInfo",
        "opinion",
        "spin",
        "key",
        "monkey",
        "accessKeyId",
        "cookie_consent",
        "tokenization",
        "secretary",
        "compass",
    ] {
        let json = format!(r#"{{"{key}":"value"}}"#);
        assert_eq!(redacted(&json), (json.clone(), vec![]), "{key}");
    }
}

#[test]
fn everything_under_a_secret_key_goes_and_all_other_bytes_stay() {
    let (after, pointers) = redacted(
        r#"{"n":1.500,"token":{"id":"t1","parts":["a",7,null,true]},"deep":[{"password":"x\u0041"}],"z":"\u00e9","e":1e2}"#,
    );
    assert_eq!(
        after,
        r#"{"n":1.500,"token":{"id":"[redacted]","parts":["[redacted]","[redacted]",null,true]},"deep":[{"password":"[redacted]"}],"z":"\u00e9","e":1e2}"#
    );
    assert_eq!(
        pointers,
        [
            "/properties/token/id",
            "/properties/token/parts/0",
            "/properties/token/parts/1",
            "/properties/deep/0/password"
        ]
    );
}

#[test]
fn what_says_only_that_there_is_a_secret_stays() {
    for json in [
        r#"{"password":null}"#,
        r#"{"password":true}"#,
        r#"{"password":""}"#,
        r#"{"client_token":"hmac-sha256:bd6dd7"}"#,
        r#"{"secrets":"read"}"#,
        r#"{"authorization":{"action":"a","scope":"/b"}}"#,
        r#"{"token":"[redacted]"}"#,
    ] {
        assert_eq!(redacted(json), (json.to_owned(), vec![]));
    }
    assert_eq!(redacted(r#"{"authorization":{"token":"a"}}"#).1, ["/properties/authorization/token"]);
    assert_eq!(redacted(r#"{"authorization":["Bearer a"]}"#).1, ["/properties/authorization/0"]);
}

#[test]
fn changes_of_secrets_keep_their_shape() {
    let mut event = Event { changes: Some(r#"{"password":{"before":"a","after":"b"}}"#.into()), ..Event::of("a.b") };
    redact(&mut event, &Rules::builtin(), &mut Vec::new());
    assert_eq!(event.changes.unwrap(), r#"{"password":{"before":"[redacted]","after":"[redacted]"}}"#);
}

#[test]
fn card_numbers_are_known_by_prefix_length_and_check_digit() {
    for card in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "4222222222222",
        "2223003122003222",
        "6200000000000005",
    ] {
        assert_eq!(redacted(&format!(r#"["{card}"]"#)).1, ["/properties/0"], "{card}");
    }
    for other in [
        "4111111111111112",
        "1234567812345670",
        "4111  1111 1111 1111",
        "4111111111111111x",
        "411111111111",
        "0000000000000000",
        "2026-11-23 10:11:12",
        "41111111111111110000",
        "4111-1111-1111-1111-",
    ] {
        assert_eq!(redacted(&format!(r#"["{other}"]"#)).1, Vec::<String>::new(), "{other}");
    }
    assert_eq!(redacted(r#"[4111111111111111]"#).1, Vec::<String>::new(), "numbers are no card numbers");
}

#[test]
fn query_strings_lose_their_secrets() {
    assert_eq!(path("/a?x=1&access_token=abc&y=2"), "/a?x=1&access_token=[redacted]&y=2");
    assert_eq!(path("/a?api%5Fkey=abc;b=c#id_token=x.y.z"), "/a?api%5Fkey=[redacted];b=c#id_token=[redacted]");
    assert_eq!(path("/a?card=4111+1111+1111+1111"), "/a?card=[redacted]");
    assert_eq!(path("/a?X-Amz-Signature=ff&sig=1"), "/a?X-Amz-Signature=[redacted]&sig=[redacted]");
    for same in ["/token=abc", "/a?author=x", "/a?token", "/a?token=", "/a?&&=&x=%zz", "", "?"] {
        assert_eq!(path(same), same);
    }
}

#[test]
fn a_receipt_names_no_more_secrets_than_one_can_read() {
    let many = format!("[{}]", vec![r#"{"token":"x"}"#; 500].join(","));
    let (after, pointers) = redacted(&many);
    assert!(!after.contains("\"x\""));
    assert_eq!(pointers.len(), 100);
}

#[test]
fn a_table_that_means_nothing_is_refused_with_its_place() {
    let builtin = Tables::builtin();
    let error = |tables: &Tables<'_>| {
        let error = Rules::from_toml(tables).unwrap_err();
        let source = std::error::Error::source(&error).map_or(String::new(), ToString::to_string);
        format!("{error}: {source}")
    };
    let empty = builtin.redaction.replacen("\"pwd\"", "\"\"", 1);
    assert!(error(&Tables { redaction: &empty, ..builtin }).contains("every key a secret"));
    let upper = builtin.redaction.replacen("\"pwd\"", "\"PWD\"", 1);
    assert!(error(&Tables { redaction: &upper, ..builtin }).contains("words: \"PWD\""));
    let unknown = format!("colour = 1\n{}", builtin.severity);
    assert!(error(&Tables { severity: &unknown, ..builtin }).contains("colour"));
    let severity = builtin.severity.replacen("\"critical\"", "\"dire\"", 1);
    assert!(error(&Tables { severity: &severity, ..builtin }).contains("failed authentication"));
    let twice = builtin.derivation.replacen("\"edit\"", "\"create\"", 1);
    assert!(error(&Tables { derivation: &twice, ..builtin }).contains("\"create\" means both"));
}
