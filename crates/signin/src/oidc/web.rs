//! Asking an issuer over HTTP.

use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// What an issuer answered.
pub type Answer = (u16, Vec<u8>);

/// How issuers are asked. [`Web`] does it over the network; tests answer themselves.
pub trait Fetch: Send + Sync {
    /// The answer to a GET.
    ///
    /// # Errors
    /// [`FetchError`].
    fn get(&self, url: &str) -> Result<Answer, FetchError>;

    /// The answer to a form, with an `Authorization` where there is one.
    ///
    /// # Errors
    /// [`FetchError`].
    fn post(&self, url: &str, authorization: Option<&str>, form: &str) -> Result<Answer, FetchError>;
}

/// Nobody answers, or without end.
#[derive(Debug, thiserror::Error)]
#[error("{url} does not answer: {cause}")]
pub struct FetchError {
    /// What was asked.
    pub url: String,
    /// Why.
    pub cause: String,
}

/// Longest answer, in bytes. A key set with certificates of many keys has some ten thousand.
const ANSWER_BYTES_MAX: u64 = 512 * 1024;

/// Longest time for one answer: somebody waits for it.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// Asks over the network; TLS by rustls and the system's roots.
pub struct Web(ureq::Agent);

impl Web {
    /// Reads the system's roots (or those of `SSL_CERT_FILE`). Nothing is asked yet.
    #[must_use]
    pub fn new() -> Self {
        let native = rustls_native_certs::load_native_certs();
        let roots: Vec<_> =
            native.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(provider)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // A redirect could lead to where `is_safe` did not look, and carry the client's secret there.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(ANSWER_TIME_MAX))
            .user_agent(concat!("indelible/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.into())
    }
}

impl Default for Web {
    fn default() -> Self {
        Self::new()
    }
}

impl Fetch for Web {
    fn get(&self, url: &str) -> Result<Answer, FetchError> {
        read(url, self.0.get(url).header("Accept", "application/json").call())
    }

    fn post(&self, url: &str, authorization: Option<&str>, form: &str) -> Result<Answer, FetchError> {
        let mut request = self.0.post(url).header("Accept", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        read(url, request.content_type("application/x-www-form-urlencoded").send(form))
    }
}

fn read(url: &str, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, FetchError> {
    let failed = |error: ureq::Error| FetchError { url: url.to_owned(), cause: error.to_string() };
    let mut response = response.map_err(failed)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(failed)?;
    Ok((status, body))
}
