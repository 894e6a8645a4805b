//! The guard before every handler: `--dev` answers this machine alone, and every answer carries safe headers.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Who may ask under `--dev`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard {
    /// Origins allowed beside the server's own, as given with `--allow-origin`.
    pub(crate) origins: Arc<BTreeSet<String>>,
}

/// No script but the server's own, no frame, no foreign form: the page shows what attackers wrote.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Refuses foreign Host and Origin headers: a page of another site must not reach a log on this machine through the
/// reader's browser, not even by a name that points here.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let allowed = origin.filter(|origin| guard.origins.contains(origin));
    let mut response = match check(&guard, request.headers(), request.uri().host()) {
        Err(problem) => problem.into_response(),
        Ok(()) if request.method() == Method::OPTIONS && allowed.is_some() => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    if !guard.origins.is_empty() {
        let varies = headers.get(header::VARY).and_then(|value| value.to_str().ok());
        let varies = varies.map_or("Origin".to_owned(), |others| format!("{others}, Origin"));
        if let Ok(varies) = HeaderValue::try_from(varies) {
            headers.insert(header::VARY, varies);
        }
    }
    if let Some(origin) = allowed.and_then(|origin| HeaderValue::from_str(&origin).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("content-type, authorization, cache-control"),
        );
    }
    response
}

fn check(guard: &Guard, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Problem> {
    let refuse = |what: &str, value: &str| {
        let detail =
            format!("{what} is {value:?}; with --dev only this machine is answered, by 127.0.0.1 or localhost");
        Err(Problem::new(StatusCode::FORBIDDEN, "foreign_request", "Refused", detail))
    };
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).or(authority).unwrap_or_default();
    if !is_local(host) {
        return refuse("Host", host);
    }
    match text(header::ORIGIN) {
        None => {}
        Some(origin) if guard.origins.contains(origin) => {}
        Some(origin) if origin.split_once("://").is_some_and(|(_, rest)| rest == host) => {}
        Some(origin) => return refuse("Origin", origin),
    }
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some("cross-site") if text(header::ORIGIN).is_none_or(|origin| !guard.origins.contains(origin)) => {
            refuse("Sec-Fetch-Site", "cross-site")
        }
        _ => Ok(()),
    }
}

/// Whether a Host header names this machine: `localhost`, 127.0.0.0/8 or `[::1]`, with any port.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let guard = Guard { origins: Arc::new(["http://127.0.0.1:5173".to_owned()].into()) };
        check(&guard, &headers.collect(), None).is_ok()
    }

    #[test]
    fn only_this_machine_is_answered() {
        assert!(asked(&[("host", "127.0.0.1:7117")]));
        assert!(asked(&[("host", "localhost:7117"), ("origin", "http://localhost:7117")]));
        assert!(asked(&[("host", "[::1]:7117")]));
        assert!(asked(&[
            ("host", "127.0.0.1:7117"),
            ("origin", "http://127.0.0.1:5173"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(!asked(&[("host", "rebound.example")]), "a name that points here");
        assert!(!asked(&[("host", "127.0.0.1.example:7117")]));
        assert!(!asked(&[("host", "localhost:7117"), ("origin", "https://evil.example")]));
        assert!(!asked(&[("host", "localhost:7117"), ("origin", "null")]));
        assert!(!asked(&[("host", "localhost:7117"), ("sec-fetch-site", "cross-site")]));
        assert!(!asked(&[]));
    }
}
