//! The guard before every handler: who asks is found out, foreign pages are refused, and every answer carries safe headers.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::doors::{self, Admitted, Doors, Rules, Secure};
use crate::problem::Problem;

/// Judges a request by the [doors](Doors), and lets it in. A page of another site must not reach a log through a reader's browser.
pub(crate) async fn guard(State(doors): State<Arc<Doors>>, mut request: Request, next: Next) -> Response {
    let rules = doors.rules();
    let judged = doors
        .place(&mut request, &rules)
        .and_then(|()| if doors.is_dev { admit_local(&rules, &request) } else { doors.admit(&request, &rules) });
    let is_https = request.extensions().get::<Secure>().is_some_and(|secure| secure.0);
    let (mut response, open_to) = match judged {
        Err(problem) => (problem.into_response(), None),
        Ok(Admitted { open_to: Some(origin) }) if request.method() == Method::OPTIONS => {
            (StatusCode::NO_CONTENT.into_response(), Some(origin))
        }
        Ok(Admitted { open_to }) => (next.run(request).await, open_to),
    };
    let headers = response.headers_mut();
    // `localhost` is everybody's: no log for development binds it to TLS.
    doors::secure(headers, is_https && !doors.is_dev);
    if !rules.allow_origins.is_empty() || !rules.embed_origins.is_empty() {
        doors::vary_by_origin(headers);
    }
    if let Some(origin) = open_to {
        doors::open_to(headers, origin);
    }
    response
}

/// Under `--dev`: this machine alone is answered, not even by a name that points here.
fn admit_local(rules: &Rules, request: &Request) -> Result<Admitted, Problem> {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    check_local(&rules.allow_origins, request.headers(), authority)?;
    let origin = request.headers().get(header::ORIGIN);
    let is_named = |origin: &str| rules.allow_origins.contains(origin);
    Ok(Admitted { open_to: origin.filter(|origin| origin.to_str().is_ok_and(is_named)).cloned() })
}

fn check_local(origins: &BTreeSet<String>, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Problem> {
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
        Some(origin) if origins.contains(origin) => {}
        Some(origin) if origin.split_once("://").is_some_and(|(_, rest)| rest == host) => {}
        Some(origin) => return refuse("Origin", origin),
    }
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some("cross-site") if text(header::ORIGIN).is_none_or(|origin| !origins.contains(origin)) => {
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
    use axum::http::HeaderValue;

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        check_local(&["http://127.0.0.1:5173".to_owned()].into(), &headers.collect(), None).is_ok()
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
