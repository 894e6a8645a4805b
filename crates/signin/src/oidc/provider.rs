//! An issuer, as the configuration has it.

use std::net::IpAddr;

use serde::Deserialize;
use ureq::http::Uri;

/// An issuer that people may sign in by.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name in URLs: lower-case letters, digits and hyphens.
    pub id: String,
    /// Its name on the button.
    pub name: String,
    /// Its identifier, an `https` URL, exactly as its tokens have it.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// Proves it; public clients have none.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What to ask for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
}

/// Why an issuer's configuration cannot be. Remedy: see the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The id does not fit in URLs.
    #[error("{0:?} is no id for an issuer; use lower-case letters, digits and hyphens, 32 at most")]
    Id(String),
    /// The issuer cannot be asked safely.
    #[error("{0:?} is no issuer; give its https URL (http on loopback alone), without query and fragment")]
    Issuer(String),
}

const ID_BYTES_MAX: usize = 32;

fn usual_scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

impl Provider {
    /// Whether it can be.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn check(&self) -> Result<(), ProviderError> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.id.is_empty() || self.id.len() > ID_BYTES_MAX || !self.id.bytes().all(is_letter) {
            return Err(ProviderError::Id(self.id.clone()));
        }
        if is_safe(&self.issuer) && !self.issuer.contains(['?', '#']) {
            Ok(())
        } else {
            Err(ProviderError::Issuer(self.issuer.clone()))
        }
    }
}

impl std::fmt::Debug for Provider {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Whether what `url` names can be asked without others reading or answering: https, or http on this machine.
pub(crate) fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority().filter(|authority| !authority.as_str().contains('@')) else { return false };
    let host = authority.host();
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => {
            let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_safe_to_ask() {
        for url in [
            "https://id.example.org",
            "https://id.example.org:8443/realms/x",
            "http://127.0.0.1:9/a",
            "http://[::1]:80",
            "http://localhost:3000",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://id.example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
            "http://127.0.0.1@example.org/",
            "https://user@id.example.org",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            "//id.example.org",
            "id.example.org",
            "",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }

    #[test]
    fn an_id_fits_in_a_url() {
        let of = |id: &str, issuer: &str| Provider {
            id: id.to_owned(),
            name: String::new(),
            issuer: issuer.to_owned(),
            client_id: "c".to_owned(),
            client_secret: Some("hidden".to_owned()),
            scopes: usual_scopes(),
        };
        assert_eq!(of("corp-2", "https://id.example.org/").check(), Ok(()));
        for id in ["", "Corp", "a/b", "a b", "é", &"a".repeat(33)] {
            assert!(matches!(of(id, "https://id.example.org").check(), Err(ProviderError::Id(_))), "{id}");
        }
        for issuer in ["http://id.example.org", "https://id.example.org/?a", "https://id.example.org/#a"] {
            assert!(matches!(of("a", issuer).check(), Err(ProviderError::Issuer(_))), "{issuer}");
        }
        assert!(!format!("{:?}", of("a", "https://id.example.org")).contains("hidden"));
    }
}
