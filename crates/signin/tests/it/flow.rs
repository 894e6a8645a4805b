//! From the button to the issuer and back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use signin::Secret;
use signin::oidc::{Callback, OidcError, TokenFault};

use crate::issuer::{CALLBACK, HERE, ISSUER, Key, World, back, but, good, metadata};

fn form(world: &World) -> std::collections::HashMap<String, String> {
    let posts = &world.web.0.lock().unwrap().posts;
    form_urlencoded::parse(posts.last().unwrap().2.as_bytes()).into_owned().collect()
}

#[test]
fn the_browser_is_sent_with_all_that_binds_the_answer_to_it() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let (redirect, query) = world.begin();
    assert!(redirect.url.starts_with(&format!("{ISSUER}/auth?")));
    assert_eq!((query["response_type"].as_str(), query["client_id"].as_str()), ("code", "indelible"));
    assert_eq!((query["scope"].as_str(), query["redirect_uri"].as_str()), ("openid email profile", CALLBACK));
    assert_eq!(query["code_challenge_method"], "S256");
    world.page("/token", json!({ "id_token": key.sign(&good(&query["nonce"])) }));
    world.party.finish(&back(&query["state"]), Some(&redirect.browser), (CALLBACK, &*world.clock)).unwrap();
    let form = form(&world);
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "c0de"));
    assert_eq!(form["redirect_uri"], CALLBACK);
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])), query["code_challenge"]);
    assert!(!form.contains_key("client_secret"));
    // Percent-encoded before base 64: RFC 6749 §2.3.1. `indelible:s3cr%2Bt`
    assert_eq!(world.web.0.lock().unwrap().posts[0].1.as_deref(), Some("Basic aW5kZWxpYmxlOnMzY3IlMkJ0"));
    let (_, other) = world.begin();
    for secret in ["state", "nonce", "code_challenge"] {
        assert_ne!(query[secret], other[secret]);
    }
}

#[test]
fn a_client_shows_its_secret_as_the_issuer_wants_it() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let methods =
        but(metadata(), json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"] }));
    world.page("/.well-known/openid-configuration", methods);
    world.sign_in(|nonce| key.sign(&good(nonce))).unwrap();
    let form = form(&world);
    assert_eq!((form["client_id"].as_str(), form["client_secret"].as_str()), ("indelible", "s3cr+t"));
    assert_eq!(world.web.0.lock().unwrap().posts[0].1, None);
}

#[test]
fn an_answer_is_taken_once_in_the_browser_that_began_and_in_ten_minutes() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let token = |nonce: &str| json!({ "id_token": key.sign(&good(nonce)) });
    let finish =
        |state: &str, browser: Option<&Secret>| world.party.finish(&back(state), browser, (CALLBACK, &*world.clock));

    let (redirect, query) = world.begin();
    world.page("/token", token(&query["nonce"]));
    assert!(finish(&query["state"], Some(&redirect.browser)).is_ok());
    assert!(matches!(finish(&query["state"], Some(&redirect.browser)), Err(OidcError::NotStarted)), "replayed");

    let (_, query) = world.begin();
    let (other, _) = world.begin();
    assert!(matches!(finish(&query["state"], Some(&other.browser)), Err(OidcError::NotStarted)), "another browser");
    let (_, query) = world.begin();
    assert!(matches!(finish(&query["state"], None), Err(OidcError::NotStarted)), "no cookie");
    for state in ["", "x", Secret::new(&world.random).reveal()] {
        assert!(matches!(finish(state, Some(&other.browser)), Err(OidcError::NotStarted)), "a made-up state");
    }
    let (redirect, query) = world.begin();
    world.clock.advance_us(10 * 60 * 1_000_000);
    assert!(matches!(finish(&query["state"], Some(&redirect.browser)), Err(OidcError::NotStarted)), "late");
    assert_eq!(world.web.0.lock().unwrap().posts.len(), 1, "no code was sent for any of these");
}

#[test]
fn an_answer_of_another_issuer_is_refused_before_its_code_goes_anywhere() {
    let key = Key::p256("p");
    for issuer in [Some("https://evil.example"), Some(""), None] {
        let world = World::new(&[&key]);
        let (redirect, query) = world.begin();
        let back = Callback { issuer: issuer.map(str::to_owned), ..back(&query["state"]) };
        assert!(matches!(
            world.party.finish(&back, Some(&redirect.browser), (CALLBACK, &*world.clock)),
            Err(OidcError::MixedUp)
        ));
        assert!(world.web.0.lock().unwrap().posts.is_empty());
    }
    // One that does not promise to name itself may leave it out.
    let world = World::new(&[&key]);
    let silent = but(metadata(), json!({ "authorization_response_iss_parameter_supported": null }));
    world.page("/.well-known/openid-configuration", silent);
    let (redirect, query) = world.begin();
    world.page("/token", json!({ "id_token": key.sign(&good(&query["nonce"])) }));
    let back = Callback { issuer: None, ..back(&query["state"]) };
    assert!(world.party.finish(&back, Some(&redirect.browser), (CALLBACK, &*world.clock)).is_ok());
}

#[test]
fn what_the_issuer_refuses_is_told() {
    let world = World::new(&[&Key::p256("p")]);
    let (redirect, query) = world.begin();
    let denied = Callback { error: Some("access_denied".to_owned()), code: None, ..back(&query["state"]) };
    let answer = world.party.finish(&denied, Some(&redirect.browser), (CALLBACK, &*world.clock));
    assert!(matches!(answer, Err(OidcError::Refused(error)) if error == "access_denied"));
    let (redirect, query) = world.begin();
    world.web.0.lock().unwrap().pages.insert(format!("{ISSUER}/token"), (400, json!({ "error": "invalid_grant" })));
    let answer = world.party.finish(&back(&query["state"]), Some(&redirect.browser), (CALLBACK, &*world.clock));
    assert!(matches!(answer, Err(OidcError::Refused(error)) if error == "invalid_grant"));
}

#[test]
fn an_issuer_that_says_it_is_another_or_leads_elsewhere_is_not_asked_further() {
    for (others, what) in [
        (json!({ "issuer": "https://evil.example" }), "another issuer"),
        (json!({ "issuer": format!("{ISSUER}/") }), "a slash more"),
        (json!({ "token_endpoint": "http://id.example.org/token" }), "plain HTTP"),
        (json!({ "jwks_uri": "file:///etc/passwd" }), "a file"),
        (json!({ "authorization_endpoint": "javascript:alert(1)" }), "a script"),
        (json!({ "token_endpoint": null }), "none"),
    ] {
        let world = World::new(&[]);
        world.page("/.well-known/openid-configuration", but(metadata(), others));
        let begun = world.party.begin((CALLBACK, "/"), HERE, (&*world.clock, &world.random));
        assert!(matches!(begun, Err(OidcError::BadAnswer(_))), "{what}");
    }
}

#[test]
fn keys_are_asked_for_again_where_a_new_one_signs_and_not_for_every_made_up_one() {
    let (old, new) = (Key::p256("old"), Key::p256("new"));
    let world = World::new(&[&old]);
    world.sign_in(|nonce| old.sign(&good(nonce))).unwrap();
    world.sign_in(|nonce| old.sign(&good(nonce))).unwrap();
    assert_eq!((world.gets("/keys"), world.gets("/.well-known/openid-configuration")), (1, 1));
    world.publish(&[&new]);
    for _ in 0..20 {
        let made_up = world.sign_in(|nonce| Key::p256("made up").sign(&good(nonce)));
        assert!(matches!(made_up, Err(OidcError::BadToken(TokenFault::UnknownKey))));
    }
    assert_eq!(world.gets("/keys"), 1, "asked a moment ago");
    world.clock.advance_us(30_000_000);
    world.sign_in(|nonce| new.sign(&good(nonce))).unwrap();
    assert_eq!(world.gets("/keys"), 2);
    let gone = world.sign_in(|nonce| old.sign(&good(nonce)));
    assert!(matches!(gone, Err(OidcError::BadToken(TokenFault::UnknownKey))), "a key that was taken back is no key");
}

#[test]
fn an_issuer_that_is_away_is_asked_again_and_its_keys_are_not_believed_for_ever() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let keys = world.web.0.lock().unwrap().pages.remove(&format!("{ISSUER}/keys")).unwrap().1;
    let away = world.sign_in(|nonce| key.sign(&good(nonce)));
    assert!(matches!(away, Err(OidcError::Unreachable(_))));
    world.page("/keys", keys);
    world.clock.advance_us(30_000_000);
    world.sign_in(|nonce| key.sign(&good(nonce))).unwrap();
    world.clock.advance_us(3_600_000_000);
    let now_s = i64::from(3_630_u32);
    let later = |nonce: &str| {
        let claims = good(nonce);
        let at = |claim: &str| json!(claims[claim].as_i64().unwrap() + now_s);
        but(claims.clone(), json!({ "iat": at("iat"), "exp": at("exp") }))
    };
    world.publish(&[]);
    let revoked = world.sign_in(|nonce| key.sign(&later(nonce)));
    assert!(matches!(revoked, Err(OidcError::BadToken(TokenFault::UnknownKey))));
}

#[test]
fn one_network_cannot_push_out_what_others_began() {
    let world = World::new(&[&Key::p256("p")]);
    let (first, query) = world.begin();
    let flood =
        (0..200).filter(|_| world.party.begin((CALLBACK, "/"), HERE, (&*world.clock, &world.random)).is_ok()).count();
    assert_eq!(flood, 99);
    let elsewhere = "192.0.2.1".parse().unwrap();
    assert!(world.party.begin((CALLBACK, "/"), elsewhere, (&*world.clock, &world.random)).is_ok());
    let answer = world.party.finish(&back(&query["state"]), Some(&first.browser), (CALLBACK, &*world.clock));
    assert!(!matches!(answer, Err(OidcError::NotStarted)));
}
