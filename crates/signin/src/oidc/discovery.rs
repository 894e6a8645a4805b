//! What an issuer says of itself. Source: OpenID Connect Discovery 1.0 §3–4, RFC 9207 §3.

use serde::Deserialize;

use super::error::OidcError;
use super::provider::{Provider, is_safe};
use super::web::Fetch;

/// Where an issuer is asked, and how.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether its answers always name it.
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Asks the issuer.
    pub(crate) fn fetch(of: &Provider, web: &dyn Fetch) -> Result<Self, OidcError> {
        let url = format!("{}/.well-known/openid-configuration", of.issuer.trim_end_matches('/'));
        let (status, body) = web.get(&url)?;
        let wrong = |what: String| OidcError::BadAnswer(format!("{url}: {what}"));
        if status != 200 {
            return Err(wrong(format!("status {status}")));
        }
        let metadata: Self = serde_json::from_slice(&body).map_err(|error| wrong(error.to_string()))?;
        if metadata.issuer != of.issuer {
            return Err(wrong(format!("it says that it is {:?}, not {:?}", metadata.issuer, of.issuer)));
        }
        for endpoint in [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri] {
            if !is_safe(endpoint) || endpoint.contains('#') {
                return Err(wrong(format!("{endpoint:?} is not https")));
            }
        }
        Ok(metadata)
    }

    /// Whether the client's secret goes into the form. The usual way is a header.
    pub(crate) fn wants_secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let has = |name: &str| methods.iter().any(|method| method == name);
        has("client_secret_post") && !has("client_secret_basic")
    }
}
