//! Which ID tokens are believed.

use proptest::prelude::*;
use serde_json::{Value, json};
use signin::oidc::{Jws, Keys, OidcError, TokenFault};

use crate::issuer::{ISSUER, Key, NOW_S, World, b64, but, good};

fn fault(world: &World, token: impl FnOnce(&str) -> String) -> TokenFault {
    match world.sign_in(token) {
        Err(OidcError::BadToken(fault)) => fault,
        other => panic!("the token is not refused for what it is: {other:?}"),
    }
}

#[test]
fn a_good_token_of_each_algorithm_is_believed() {
    for key in [Key::rsa("r"), Key::p256("p"), Key::ed25519("e")] {
        let world = World::new(&[&key]);
        let arrived = world.sign_in(|nonce| key.sign(&good(nonce))).unwrap();
        assert_eq!((arrived.subject.as_str(), arrived.sid.as_deref()), ("u-1", Some("at-1")));
        assert_eq!(arrived.return_to, "/entries?q=x");
        assert_eq!(arrived.claims.text("email"), Some("ada@example.org"));
        assert!(arrived.claims.is_email_verified());
    }
}

#[test]
fn what_a_token_claims_is_held_against_what_was_asked() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let table = [
        (json!({ "iss": "https://other.example.org" }), TokenFault::Issuer),
        (json!({ "iss": format!("{ISSUER}/") }), TokenFault::Issuer),
        (json!({ "iss": null }), TokenFault::Issuer),
        (json!({ "aud": "other" }), TokenFault::Audience),
        (json!({ "aud": ["other"] }), TokenFault::Audience),
        (json!({ "aud": [] }), TokenFault::Audience),
        (json!({ "aud": null }), TokenFault::Audience),
        (json!({ "aud": ["indelible", "other"] }), TokenFault::Audience),
        (json!({ "aud": ["indelible", "other"], "azp": "other" }), TokenFault::Audience),
        (json!({ "azp": "other" }), TokenFault::Audience),
        (json!({ "exp": NOW_S - 60 }), TokenFault::Expired),
        (json!({ "exp": null }), TokenFault::Expired),
        (json!({ "exp": "never" }), TokenFault::Expired),
        (json!({ "iat": NOW_S + 61 }), TokenFault::Time),
        (json!({ "iat": NOW_S - 601 }), TokenFault::Time),
        (json!({ "iat": null }), TokenFault::Time),
        (json!({ "nbf": NOW_S + 61 }), TokenFault::Time),
        (json!({ "nonce": "another" }), TokenFault::Nonce),
        (json!({ "nonce": null }), TokenFault::Nonce),
        (json!({ "sub": null }), TokenFault::Subject),
        (json!({ "sub": "" }), TokenFault::Subject),
        (json!({ "sub": 7 }), TokenFault::Subject),
    ];
    for (others, expected) in table {
        assert_eq!(fault(&world, |nonce| key.sign(&but(good(nonce), others.clone()))), expected, "{others}");
    }
}

#[test]
fn clocks_may_be_a_minute_apart_and_several_audiences_are_good_where_we_are_the_party() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    for others in [
        json!({ "exp": NOW_S - 59 }),
        json!({ "iat": NOW_S + 60 }),
        json!({ "iat": NOW_S - 600 }),
        json!({ "nbf": NOW_S + 60 }),
        json!({ "exp": NOW_S as f64 + 0.5 }),
        json!({ "aud": ["indelible"] }),
        json!({ "aud": ["other", "indelible"], "azp": "indelible" }),
    ] {
        let arrived = world.sign_in(|nonce| key.sign(&but(good(nonce), others.clone())));
        assert!(arrived.is_ok(), "{others}: {arrived:?}");
    }
}

#[test]
fn no_forged_signature_is_believed() {
    let (key, mallory) = (Key::p256("p"), Key::p256("p"));
    let world = World::new(&[&key]);
    assert_eq!(fault(&world, |nonce| mallory.sign(&good(nonce))), TokenFault::Signature);
    assert_eq!(fault(&world, |nonce| Key::p256("q").sign(&good(nonce))), TokenFault::UnknownKey);
    // Claims of one token under the signature of another.
    let moved = |nonce: &str| {
        let (token, other) = (key.sign(&good(nonce)), key.sign(&but(good(nonce), json!({ "sub": "root" }))));
        let signature = token.rsplit_once('.').unwrap().1;
        format!("{}.{signature}", other.rsplit_once('.').unwrap().0)
    };
    assert_eq!(fault(&world, moved), TokenFault::Signature);
    let unsigned = |nonce: &str| format!("{}.", key.sign(&good(nonce)).rsplit_once('.').unwrap().0);
    assert_eq!(fault(&world, unsigned), TokenFault::Signature);
}

#[test]
fn a_header_cannot_choose_how_it_is_checked() {
    let key = Key::rsa("r");
    let world = World::new(&[&key, &Key::p256("p")]);
    for algorithm in ["none", "None", "", "HS256", "HS512", "RS1", "PS256", "RS512", "ES384", "rs256"] {
        let header = json!({ "alg": algorithm, "kid": "r" });
        assert_eq!(fault(&world, |nonce| key.sign_as(&header, &good(nonce))), TokenFault::Algorithm, "{algorithm}");
    }
    // A key of another kind than the algorithm that the header names.
    for (algorithm, id) in [("ES256", "r"), ("EdDSA", "r"), ("RS256", "p")] {
        let header = json!({ "alg": algorithm, "kid": id });
        assert_eq!(
            fault(&world, |nonce| key.sign_as(&header, &good(nonce))),
            TokenFault::Algorithm,
            "{algorithm} {id}"
        );
    }
    for header in [
        json!({ "alg": "RS256", "kid": "r", "crit": ["exp"] }),
        json!({ "alg": "RS256", "kid": "r", "b64": false }),
        json!({ "kid": "r" }),
    ] {
        assert_eq!(fault(&world, |nonce| key.sign_as(&header, &good(nonce))), TokenFault::Form, "{header}");
    }
    // Its own key in the header is not looked at.
    let mallory = Key::p256("m");
    let header = but(mallory.header(), json!({ "jwk": mallory.jwk(), "jku": "https://m.example/keys" }));
    assert_eq!(fault(&world, |nonce| mallory.sign_as(&header, &good(nonce))), TokenFault::UnknownKey);
    let header = json!({ "alg": "RS256", "kid": "r", "typ": "logout+jwt" });
    assert_eq!(fault(&world, |nonce| key.sign_as(&header, &good(nonce))), TokenFault::Kind);
}

#[test]
fn what_is_no_token_is_no_token() {
    let key = Key::p256("p");
    let world = World::new(&[&key]);
    let whole = key.sign(&good("n"));
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "e30.e30.e30",
        &whole.replace('.', ""),
        &format!("{whole}.x"),
        &format!("{whole}="),
    ] {
        assert_eq!(fault(&world, |_| (*text).to_owned()), TokenFault::Form, "{text}");
    }
    let list = format!("{}.{}", b64(key.header().to_string().as_bytes()), b64(b"[]"));
    assert_eq!(fault(&world, |_| format!("{list}.{}", b64(&[0; 64]))), TokenFault::Signature);
    assert_eq!(fault(&world, |_| key.sign(&json!([]))), TokenFault::Form);
}

#[test]
fn a_key_set_may_hold_keys_that_are_not_for_us() {
    let key = Key::p256("p");
    let set = json!({ "keys": [
        { "kty": "oct", "k": "c2VjcmV0", "kid": "p" },
        { "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "kid": "p" },
        { "kty": "RSA", "kid": "broken" },
        but(key.jwk(), json!({ "use": "enc" })),
        { "no": "key" },
        key.jwk(),
    ] });
    let keys = Keys::read(set.to_string().as_bytes()).unwrap();
    let token = key.sign(&good("n"));
    assert!(keys.claims(&Jws::read(&token).unwrap()).is_ok());
    let only_encrypting = json!({ "keys": [but(key.jwk(), json!({ "use": "enc" }))] });
    let keys = Keys::read(only_encrypting.to_string().as_bytes()).unwrap();
    assert_eq!(keys.claims(&Jws::read(&token).unwrap()), Err(TokenFault::UnknownKey));
}

proptest! {
    #[test]
    fn a_token_with_one_letter_changed_is_refused(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.-]") {
        let key = Key::ed25519("e");
        let keys = Keys::read(json!({ "keys": [key.jwk()] }).to_string().as_bytes()).unwrap();
        let token = key.sign(&good("n"));
        let at = at.index(token.len());
        let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
        let claims = Jws::read(&changed).and_then(|jws| keys.claims(&jws));
        prop_assert_eq!(claims.is_ok(), changed == token);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}", header in any::<Vec<u8>>()) {
        let _ = Jws::read(&text).is_ok();
        let _ = Jws::read(&format!("{}.{}.{}", b64(&header), b64(text.as_bytes()), b64(&header))).is_ok();
        let _ = Keys::read(text.as_bytes()).is_ok();
        let _: Result<Value, _> = serde_json::from_str(&text);
    }
}
