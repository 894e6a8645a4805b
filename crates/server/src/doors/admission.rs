//! What is found out of each request before a handler sees it.

use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};

use crate::doors::cross_site::{self, Page, Sent};
use crate::doors::forwarded::{self, Found, is_trusted};
use crate::doors::origin::Origin;
use crate::doors::rules::Rules;
use crate::doors::{Arrival, Doors};
use crate::problem::Problem;
use crate::state::Peer;

/// Whether the client speaks TLS, to this server or to a trusted proxy before it. In the extensions of each request; the session's
/// cookie is named by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secure(pub(crate) bool);

/// Asked by machines that know an address and no name: probes and scrapers.
const FOR_MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// A request that may go on.
pub(crate) struct Admitted {
    /// The origin of the page that asks, where the answer is to be opened to it.
    pub(crate) open_to: Option<HeaderValue>,
}

impl Doors {
    /// Finds out whose request it is, and puts [`Peer`] and [`Secure`] into it.
    ///
    /// # Errors
    /// What a trusted proxy sent cannot be read.
    pub(crate) fn place(&self, request: &mut Request, rules: &Rules) -> Result<(), Problem> {
        let Some(arrival) = request.extensions().get::<Arrival>().copied() else { return Ok(()) };
        let Found { client, is_https } = forwarded::find(arrival.client, request.headers(), &rules.trusted_proxies)
            .map_err(|error| {
                let detail = format!("{error}; mend the proxy's configuration, or leave it out of trusted_proxy");
                Problem::new(StatusCode::BAD_REQUEST, "bad_forwarding", "A proxy's header cannot be read", detail)
            })?;
        let secure = arrival.is_tls || is_https.or(arrival.is_https).unwrap_or(false);
        request.extensions_mut().insert(Peer(client));
        request.extensions_mut().insert(Secure(secure));
        Ok(())
    }

    /// Judges a request where there is access control: host, way and page.
    ///
    /// # Errors
    /// `foreign_request`, `not_encrypted`, `cross_site`.
    pub(crate) fn admit(&self, request: &Request, rules: &Rules) -> Result<Admitted, Problem> {
        let headers = request.headers();
        let is_secure = request.extensions().get::<Secure>().is_some_and(|secure| secure.0);
        let is_for_machines = FOR_MACHINES.contains(&request.uri().path());
        let arrival = request.extensions().get::<Arrival>();
        if !is_for_machines && arrival.is_some_and(|arrival| !is_encrypted_way(arrival, rules)) {
            let detail =
                "this server speaks plain HTTP with trusted proxies and this machine alone; ask by the proxy's address";
            return Err(Problem::new(StatusCode::FORBIDDEN, "not_encrypted", "Refused", detail));
        }
        let authority = request.uri().authority().map(|authority| authority.as_str());
        let host = host(headers, authority).map_err(|detail| foreign(detail.to_owned()))?;
        let asked_at = host.and_then(|host| Origin::at(is_secure, host));
        // A name that points here is of use to a page that has no credentials: who shows a token has them.
        let has_token = headers.contains_key(header::AUTHORIZATION);
        if let Some(public) = rules.public_url.as_ref().filter(|_| !has_token && !is_for_machines)
            && host.and_then(|host| Origin::at(public.is_https(), host)).as_ref() != Some(public)
        {
            let host = host.unwrap_or_default();
            return Err(foreign(format!(
                "Host is {host:?}, and public_url is {public}; ask there, and let a proxy hand on the Host it was asked for"
            )));
        }
        let own = rules.public_url.as_ref().or(asked_at.as_ref());
        let sent = Sent { method: request.method(), headers, own, embed: &rules.embed_origins };
        match cross_site::judge(&sent) {
            Ok(Page::Embedding) => Ok(Admitted { open_to: headers.get(header::ORIGIN).cloned() }),
            Ok(Page::Own | Page::Foreign) => Ok(Admitted { open_to: None }),
            Err(error) => {
                let detail = error.to_string();
                Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", "Refused", detail))
            }
        }
    }
}

fn foreign(detail: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "foreign_request", "Refused", detail)
}

/// Whether nobody on the way can have read along, as far as configuration says: TLS, a trusted proxy, or this machine.
fn is_encrypted_way(arrival: &Arrival, rules: &Rules) -> bool {
    let near = arrival.neighbour.ip();
    arrival.is_tls || near.is_loopback() || is_trusted(&rules.trusted_proxies, near)
}

/// The host that is asked for; `None` where none is named.
fn host<'a>(headers: &'a HeaderMap, authority: Option<&'a str>) -> Result<Option<&'a str>, &'static str> {
    let mut lines = headers.get_all(header::HOST).iter();
    let named = match (lines.next().map(HeaderValue::to_str), lines.next()) {
        (None, _) => None,
        (Some(Ok(host)), None) => Some(host),
        _ => return Err("Host stands there more than once, or is no text; name one host"),
    };
    match (named, authority) {
        (Some(named), Some(authority)) if !named.eq_ignore_ascii_case(authority) => {
            Err("Host and the address asked for name two hosts; name one")
        }
        _ => Ok(named.or(authority)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn rules() -> Rules {
        Rules {
            trusted_proxies: access::AllowList::parse(["10.0.0.0/8"]).unwrap(),
            public_url: Some(Origin::parse("https://audit.example").unwrap()),
            embed_origins: [Origin::parse("https://product.example").unwrap()].into(),
            ..Rules::default()
        }
    }

    /// The problem's code, or who asks, over what, and whom the answer is opened to.
    fn asked(rules: &Rules, from: &str, is_tls: bool, request: &str) -> String {
        let mut parts = request.split(" | ");
        let (method, uri) = parts.next().unwrap().split_once(' ').unwrap();
        let mut built = axum::http::Request::builder().method(method).uri(uri);
        for line in parts {
            let (name, value) = line.split_once(": ").unwrap();
            built = built.header(name, value);
        }
        let mut request = built.body(Body::empty()).unwrap();
        let neighbour = SocketAddr::new(from.parse().unwrap(), 1);
        request.extensions_mut().insert(Arrival { client: neighbour, neighbour, is_tls, is_https: None });
        let doors = Doors::new(false, false, None, rules.clone()).unwrap();
        let admitted = doors.place(&mut request, rules).and_then(|()| doors.admit(&request, rules));
        match admitted {
            Err(problem) => serde_json::from_str::<serde_json::Value>(&problem.to_json()).unwrap()["code"]
                .as_str()
                .unwrap()
                .to_owned(),
            Ok(Admitted { open_to }) => {
                let peer = request.extensions().get::<Peer>().unwrap().0.ip();
                let secure = request.extensions().get::<Secure>().unwrap().0;
                let open_to = open_to.map(|origin| format!(" {}", origin.to_str().unwrap())).unwrap_or_default();
                format!("{peer} {}{open_to}", if secure { "https" } else { "http" })
            }
        }
    }

    use std::net::SocketAddr;

    #[test]
    fn each_request_is_placed_and_judged() {
        let proxied = "host: audit.example | x-forwarded-for: 203.0.113.9 | x-forwarded-proto: https";
        let table: &[(&str, bool, &str, &str)] = &[
            ("10.0.0.1", false, &format!("GET / | {proxied}"), "203.0.113.9 https"),
            ("10.0.0.1", false, "GET / | host: audit.example | x-forwarded-for: evil", "bad_forwarding"),
            ("192.0.2.1", false, &format!("GET / | {proxied}"), "not_encrypted"),
            ("192.0.2.1", false, "GET /readyz | host: 192.0.2.7:7117", "192.0.2.1 http"),
            ("192.0.2.1", true, &format!("GET / | {proxied}"), "192.0.2.1 https"),
            ("127.0.0.1", false, "GET / | host: audit.example", "127.0.0.1 http"),
            ("192.0.2.1", true, "GET / | host: audit.example:443", "192.0.2.1 https"),
            ("192.0.2.1", true, "GET / | host: AUDIT.example", "192.0.2.1 https"),
            ("192.0.2.1", true, "GET / | host: rebound.example", "foreign_request"),
            ("192.0.2.1", true, "GET / | host: audit.example:8443", "foreign_request"),
            ("192.0.2.1", true, "GET / | host: audit.example | host: evil.example", "foreign_request"),
            ("192.0.2.1", true, "GET https://evil.example/ | host: audit.example", "foreign_request"),
            ("192.0.2.1", true, "GET https://audit.example/", "192.0.2.1 https"),
            ("192.0.2.1", true, "GET /", "foreign_request"),
            ("192.0.2.1", true, "GET /v1/entries | host: 192.0.2.7 | authorization: Bearer x", "192.0.2.1 https"),
            (
                "192.0.2.1",
                true,
                "POST /v1/session | host: audit.example | origin: https://audit.example",
                "192.0.2.1 https",
            ),
            ("192.0.2.1", true, "POST /v1/session | host: audit.example | origin: https://evil.example", "cross_site"),
            ("192.0.2.1", true, "POST /v1/grants | host: audit.example | cookie: __Host-indelible=x", "cross_site"),
            (
                "192.0.2.1",
                true,
                "GET /v1/entries | host: audit.example | origin: https://product.example",
                "192.0.2.1 https https://product.example",
            ),
        ];
        for (from, is_tls, request, expected) in table {
            assert_eq!(asked(&rules(), from, *is_tls, request), *expected, "{from} {request}");
        }
    }

    #[test]
    fn without_a_public_url_the_own_origin_is_where_it_was_asked() {
        let rules = Rules { public_url: None, ..rules() };
        let post = |from, is_tls, lines| {
            asked(&rules, from, is_tls, &format!("POST /v1/grants | cookie: __Host-indelible=x | {lines}"))
        };
        assert_eq!(post("192.0.2.1", true, "host: a.example | origin: https://a.example"), "192.0.2.1 https");
        assert_eq!(post("192.0.2.1", true, "host: a.example | origin: http://a.example"), "cross_site");
        assert_eq!(post("192.0.2.1", true, "origin: https://a.example"), "cross_site");
        assert_eq!(
            post("10.0.0.1", false, "host: a.example | origin: https://a.example | x-forwarded-proto: https"),
            "10.0.0.1 https"
        );
        assert_eq!(post("10.0.0.1", false, "host: a.example | origin: https://a.example"), "cross_site");
    }
}
