//! Cookies: of the session, and of a sign-in that is on its way through an issuer.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use signin::Secret;

/// How long the cookie of a sign-in by an issuer is good, in seconds.
const STARTED_S: u32 = 10 * 60;

/// Names of the cookies. Over TLS they carry the prefix by which a browser takes them from this host alone, never from a neighbour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies {
    session: &'static str,
    started: &'static str,
    /// Attributes of both.
    attributes: &'static str,
}

impl Cookies {
    /// Those of a server that browsers find at `origin`.
    pub(crate) fn of(origin: &str) -> Self {
        if origin.starts_with("https://") {
            let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
            Self { session: "__Host-indelible", started: "__Host-indelible-started", attributes }
        } else {
            Self { session: "indelible", started: "indelible-started", attributes: "Path=/; HttpOnly; SameSite=Lax" }
        }
    }

    /// The session's secret that a request shows. Where two are sent, none is believed.
    pub(crate) fn session(&self, parts: &Parts) -> Option<Secret> {
        read(&parts.headers, self.session)
    }

    /// The secret of a sign-in that was begun in this browser.
    pub(crate) fn started(&self, headers: &HeaderMap) -> Option<Secret> {
        read(headers, self.started)
    }

    /// Gives the browser its session; it forgets it when it ends, and the server does before.
    pub(crate) fn set_session(&self, secret: &Secret) -> HeaderValue {
        value(&format!("{}={}; {}", self.session, secret.reveal(), self.attributes))
    }

    /// Takes the session from the browser.
    pub(crate) fn end_session(&self) -> HeaderValue {
        value(&format!("{}=; Max-Age=0; {}", self.session, self.attributes))
    }

    pub(crate) fn set_started(&self, secret: &Secret) -> HeaderValue {
        value(&format!("{}={}; Max-Age={STARTED_S}; {}", self.started, secret.reveal(), self.attributes))
    }

    pub(crate) fn end_started(&self) -> HeaderValue {
        value(&format!("{}=; Max-Age=0; {}", self.started, self.attributes))
    }
}

fn value(text: &str) -> HeaderValue {
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| panic!("a cookie is made of letters and digits"));
    value.set_sensitive(true);
    value
}

fn read(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Secret::parse(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use env::fake::SeededRandom;

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    #[test]
    fn a_cookie_is_read_where_it_stands_once() {
        let secret = Secret::new(&SeededRandom::new(1));
        let text = secret.reveal();
        let read = |lines: &[&str]| read(&headers(lines), "indelible").map(|secret| secret.reveal().to_owned());
        assert_eq!(read(&[&format!("a=b; indelible={text}; c")]).as_deref(), Some(text));
        assert_eq!(read(&["a=b", &format!("indelible={text}")]).as_deref(), Some(text));
        for lines in [
            vec![],
            vec!["indelible=".to_owned()],
            vec![format!("xindelible={text}")],
            vec![format!("indelible={text}; indelible={text}")],
            vec![format!("indelible={text}"), format!("indelible={text}")],
            vec![format!("indelible=\"{text}\"")],
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(read(&lines), None, "{lines:?}");
        }
    }

    #[test]
    fn over_tls_a_cookie_is_of_this_host_alone() {
        let secret = Secret::new(&SeededRandom::new(1));
        let text = |value: HeaderValue| value.to_str().unwrap().to_owned();
        let tls = text(Cookies::of("https://log.example.org").set_session(&secret));
        assert!(tls.starts_with("__Host-indelible=") && tls.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
        let plain = text(Cookies::of("http://127.0.0.1:7117").set_session(&secret));
        assert!(plain.starts_with("indelible=") && !plain.contains("Secure"));
        assert!(text(Cookies::of("http://x").end_session()).contains("=; Max-Age=0;"));
    }
}
