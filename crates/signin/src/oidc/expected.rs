//! What an issuer's tokens must say.

use serde_json::Value;

use super::claims::Claims;
use super::error::TokenFault;
use super::jws::Jws;
use super::provider::Provider;

/// How far the clocks of issuer and server may be apart, in seconds.
const SKEW_S: i64 = 60;

/// Oldest token, in seconds: it is made when it is sent.
const AGE_S_MAX: i64 = 10 * 60;

/// The event of a logout token. Source: OpenID Connect Back-Channel Logout 1.0 §2.4.
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Who signed out at the issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedOut {
    /// Who; all of their sessions if no one is named.
    pub subject: Option<String>,
    /// Which session.
    pub sid: Option<String>,
    /// Names the token, which must not be told twice.
    pub token_id: String,
}

/// Checks what an ID token claims. Its signature was checked when `claims` were taken from it.
///
/// # Errors
/// [`TokenFault`]. Source: OpenID Connect Core 1.0 §3.1.3.7.
pub fn id_token(jws: &Jws<'_>, claims: &Claims, by: &Provider, nonce: &str, now_s: i64) -> Result<(), TokenFault> {
    if jws.kind.as_deref().is_some_and(|kind| kind != "jwt") {
        return Err(TokenFault::Kind);
    }
    common(claims, by, now_s)?;
    if claims.text("nonce") != Some(nonce) {
        return Err(TokenFault::Nonce);
    }
    claims.text("sub").map(|_| ()).ok_or(TokenFault::Subject)
}

/// Checks what a logout token claims.
///
/// # Errors
/// [`TokenFault`]. Source: OpenID Connect Back-Channel Logout 1.0 §2.6.
pub fn logout_token(jws: &Jws<'_>, claims: &Claims, by: &Provider, now_s: i64) -> Result<LoggedOut, TokenFault> {
    if jws.kind.as_deref().is_some_and(|kind| kind != "logout+jwt" && kind != "jwt") {
        return Err(TokenFault::Kind);
    }
    common(claims, by, now_s)?;
    let event = claims.get("events").and_then(|events| events.get(LOGOUT_EVENT));
    if !event.is_some_and(Value::is_object) || claims.get("nonce").is_some() {
        return Err(TokenFault::Kind);
    }
    let text = |claim: &str| claims.text(claim).map(str::to_owned);
    let (subject, sid) = (text("sub"), text("sid"));
    if subject.is_none() && sid.is_none() {
        return Err(TokenFault::Subject);
    }
    let token_id = text("jti").ok_or(TokenFault::Form)?;
    Ok(LoggedOut { subject, sid, token_id })
}

fn common(claims: &Claims, by: &Provider, now_s: i64) -> Result<(), TokenFault> {
    if claims.text("iss") != Some(&by.issuer) {
        return Err(TokenFault::Issuer);
    }
    // A token for several clients could have been taken from another one: only those for us alone, or given to us, are ours.
    let is_us = |value: &Value| value.as_str() == Some(&by.client_id);
    let is_for_us = match claims.get("aud") {
        Some(Value::Array(audiences)) => {
            audiences.iter().any(is_us) && (audiences.len() == 1 || claims.get("azp").is_some())
        }
        Some(audience) => is_us(audience),
        None => false,
    };
    if !is_for_us || claims.get("azp").is_some_and(|party| !is_us(party)) {
        return Err(TokenFault::Audience);
    }
    let expires_s = claims.seconds("exp").ok_or(TokenFault::Expired)?;
    if now_s.saturating_sub(SKEW_S) >= expires_s {
        return Err(TokenFault::Expired);
    }
    let made_s = claims.seconds("iat").ok_or(TokenFault::Time)?;
    let is_begun = claims.seconds("nbf").is_none_or(|from_s| from_s <= now_s.saturating_add(SKEW_S));
    let is_now = made_s <= now_s.saturating_add(SKEW_S) && made_s >= now_s.saturating_sub(AGE_S_MAX);
    if is_begun && is_now { Ok(()) } else { Err(TokenFault::Time) }
}
