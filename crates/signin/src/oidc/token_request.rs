//! Turning a code into an ID token. Source: RFC 6749 §2.3.1 and §4.1.3, RFC 7636 §4.5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::discovery::Metadata;
use super::error::OidcError;
use super::provider::Provider;
use super::web::Fetch;

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The ID token for `code`.
pub(crate) fn exchange(
    by: &Provider,
    metadata: &Metadata,
    web: &dyn Fetch,
    (code, verifier, callback): (&str, &str, &str),
) -> Result<String, OidcError> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code").append_pair("code", code);
    form.append_pair("redirect_uri", callback).append_pair("code_verifier", verifier);
    let mut authorization = None;
    match &by.client_secret {
        Some(secret) if !metadata.wants_secret_in_form() => {
            let escape = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", escape(&by.client_id), escape(secret));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
        }
        Some(secret) => {
            form.append_pair("client_id", &by.client_id).append_pair("client_secret", secret);
        }
        None => {
            form.append_pair("client_id", &by.client_id);
        }
    }
    let (status, body) = web.post(&metadata.token_endpoint, authorization.as_deref(), &form.finish())?;
    if status == 200 {
        let tokens: Result<Tokens, _> = serde_json::from_slice(&body);
        return tokens.map(|tokens| tokens.id_token).map_err(|_| wrong(metadata, "it gives no ID token"));
    }
    match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => Err(OidcError::Refused(refusal.error)),
        Err(_) => Err(wrong(metadata, &format!("status {status}"))),
    }
}

fn wrong(metadata: &Metadata, what: &str) -> OidcError {
    OidcError::BadAnswer(format!("{}: {what}", metadata.token_endpoint))
}
