//! What an issuer tells behind the browser's back.

use serde_json::{Value, json};
use signin::oidc::{OidcError, TokenFault};

use crate::issuer::{ISSUER, Key, NOW_S, World, but, good};

fn told() -> Value {
    json!({
        "iss": ISSUER, "aud": "indelible", "iat": NOW_S, "exp": NOW_S + 120, "jti": "j-1", "sub": "u-1", "sid": "at-1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} }
    })
}

#[test]
fn a_logout_token_is_believed_once() {
    let key = Key::rsa("r");
    let world = World::new(&[&key]);
    let header = json!({ "alg": "RS256", "kid": "r", "typ": "logout+jwt" });
    let out = world.logged_out(&key.sign_as(&header, &told())).unwrap();
    assert_eq!((out.subject.as_deref(), out.sid.as_deref()), (Some("u-1"), Some("at-1")));
    let again = world.logged_out(&key.sign(&told()));
    assert!(matches!(again, Err(OidcError::BadToken(TokenFault::Replayed))));
    let only_subject = but(told(), json!({ "sid": null, "jti": "j-2" }));
    assert_eq!(world.logged_out(&key.sign(&only_subject)).unwrap().sid, None);
    let only_session = but(told(), json!({ "sub": null, "jti": "j-3" }));
    assert_eq!(world.logged_out(&key.sign(&only_session)).unwrap().subject, None);
}

#[test]
fn nothing_else_signs_anybody_out() {
    let key = Key::rsa("r");
    let world = World::new(&[&key]);
    let table = [
        (json!({ "events": null }), TokenFault::Kind),
        (json!({ "events": { "other": {} } }), TokenFault::Kind),
        (json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": true } }), TokenFault::Kind),
        (json!({ "nonce": "n" }), TokenFault::Kind),
        (json!({ "sub": null, "sid": null }), TokenFault::Subject),
        (json!({ "jti": null }), TokenFault::Form),
        (json!({ "iss": "https://evil.example" }), TokenFault::Issuer),
        (json!({ "aud": "other" }), TokenFault::Audience),
        (json!({ "exp": NOW_S - 60 }), TokenFault::Expired),
        (json!({ "exp": null }), TokenFault::Expired),
        (json!({ "iat": NOW_S - 601 }), TokenFault::Time),
    ];
    let fault = |token: &str| match world.logged_out(token) {
        Err(OidcError::BadToken(fault)) => fault,
        other => panic!("{other:?}"),
    };
    for (others, expected) in table {
        assert_eq!(fault(&key.sign(&but(told(), others.clone()))), expected, "{others}");
    }
    assert_eq!(fault(&key.sign(&good("n"))), TokenFault::Kind, "an ID token");
    assert_eq!(fault(&Key::p256("r").sign(&told())), TokenFault::Algorithm);
    let mallory = Key::p256("m");
    assert_eq!(fault(&mallory.sign(&told())), TokenFault::UnknownKey);
    assert_eq!(fault("x.y.z"), TokenFault::Form);
    assert!(world.logged_out(&key.sign(&told())).is_ok(), "none of these used the token up");
}

#[test]
fn a_logout_token_signs_nobody_in() {
    let key = Key::rsa("r");
    let world = World::new(&[&key]);
    let answer = world.sign_in(|_| key.sign(&told()));
    assert!(matches!(answer, Err(OidcError::BadToken(TokenFault::Nonce))));
}
