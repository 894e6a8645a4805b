//! Requests that a page of another site makes a reader's browser send.
//!
//! A browser adds the session's cookie by itself, so a request that carries it must come from a page of the server's own: `Origin` and
//! `Sec-Fetch-Site` say so, and no page can write them. A program shows a token, sends neither, and is not concerned.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName, Method, header};

use crate::doors::origin::Origin;

/// Names of the session's cookie: over TLS, and on this machine without.
pub(crate) const SESSION_COOKIES: [&str; 2] = ["__Host-indelible", "indelible"];

/// What is sent, as far as it matters here.
pub(super) struct Sent<'a> {
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    /// Where the server is asked; `None` where the request does not say.
    pub(super) own: Option<&'a Origin>,
    /// Whose pages may ask with a token.
    pub(super) embed: &'a BTreeSet<Origin>,
}

/// Whose page asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// The server's own, or none.
    Own,
    /// One of an origin that may ask.
    Embedding,
    /// Another; the answer is closed to it.
    Foreign,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CrossSite {
    #[error("a page of another site may not send this; only pages of this server may")]
    Foreign,
    #[error(
        "with a session's cookie this needs Origin or Sec-Fetch-Site of this server's own page; programs send a token"
    )]
    Unproven,
    #[error("a page of another origin asks with a token, and without the session's cookie")]
    CookieOfEmbedding,
}

/// Judges a request. Cost: a look at four headers.
///
/// # Errors
/// [`CrossSite`].
///
/// Source: Fetch Metadata (W3C), and RFC 6454 §7.
pub(super) fn judge(sent: &Sent<'_>) -> Result<Page, CrossSite> {
    let origin = Said::of(sent.headers, &header::ORIGIN);
    let site = Said::of(sent.headers, &HeaderName::from_static("sec-fetch-site"));
    let has_cookie = carries_session(sent.headers);
    let changes = !matches!(*sent.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let page_of = match origin {
        Said::Once(text) => Origin::parse(text).ok(),
        Said::Nothing | Said::Unclear => None,
    };
    if page_of.as_ref().is_some_and(|origin| sent.embed.contains(origin) && sent.own != Some(origin)) {
        return if has_cookie { Err(CrossSite::CookieOfEmbedding) } else { Ok(Page::Embedding) };
    }
    let is_own_origin = page_of.is_some() && page_of.as_ref() == sent.own;
    let is_foreign = match (&origin, &site) {
        (Said::Unclear, _) | (_, Said::Unclear) => true,
        (_, Said::Once("cross-site" | "same-site")) => true,
        (Said::Once(_), _) => !is_own_origin,
        (Said::Nothing, _) => false,
    };
    let is_proven = is_own_origin || site == Said::Once("same-origin");
    match (is_foreign, changes) {
        (true, true) => Err(CrossSite::Foreign),
        (true, false) if has_cookie && !is_navigation(sent, &origin) => Err(CrossSite::Foreign),
        (true, false) => Ok(Page::Foreign),
        (false, true) if has_cookie && !is_proven => Err(CrossSite::Unproven),
        (false, _) => Ok(Page::Own),
    }
}

/// Whether a reader follows a link: that shows the page to the reader, and to nobody else.
fn is_navigation(sent: &Sent<'_>, origin: &Said<'_>) -> bool {
    let is = |name, value| Said::of(sent.headers, &HeaderName::from_static(name)) == Said::Once(value);
    *origin == Said::Nothing && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// Whether a request carries a session's cookie, of whatever value.
fn carries_session(headers: &HeaderMap) -> bool {
    headers.get_all(header::COOKIE).iter().any(|line| {
        let pairs = line.as_bytes().split(|byte| *byte == b';');
        let mut names = pairs.filter_map(|pair| pair.split(|byte| *byte == b'=').next());
        names.any(|name| SESSION_COOKIES.iter().any(|cookie| name.trim_ascii() == cookie.as_bytes()))
    })
}

/// What a header says that may stand once.
#[derive(Debug, PartialEq, Eq)]
enum Said<'a> {
    Nothing,
    Once(&'a str),
    /// More than one, or no text.
    Unclear,
}

impl<'a> Said<'a> {
    fn of(headers: &'a HeaderMap, name: &HeaderName) -> Self {
        let mut values = headers.get_all(name).iter();
        match (values.next().map(|value| value.to_str()), values.next()) {
            (None, _) => Self::Nothing,
            (Some(Ok(text)), None) => Self::Once(text),
            _ => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn judged(method: &str, lines: &str) -> Result<Page, CrossSite> {
        let headers = lines.split(" | ").filter(|line| !line.is_empty()).map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap())
        });
        judge(&Sent {
            method: &Method::from_bytes(method.as_bytes()).unwrap(),
            headers: &headers.collect(),
            own: Some(&Origin::parse("https://audit.example").unwrap()),
            embed: &[Origin::parse("https://product.example").unwrap()].into(),
        })
    }

    const COOKIE: &str = "cookie: a=b; __Host-indelible=x";

    #[test]
    fn who_changes_something_by_cookie_shows_that_an_own_page_asks() {
        use CrossSite::{Foreign, Unproven};
        for (lines, expected) in [
            ("origin: https://audit.example", Ok(Page::Own)),
            ("origin: https://audit.example:443 | sec-fetch-site: same-origin", Ok(Page::Own)),
            ("sec-fetch-site: same-origin", Ok(Page::Own)),
            ("x: y", Err(Unproven)),
            ("sec-fetch-site: none", Err(Unproven)),
            ("origin: http://audit.example", Err(Foreign)),
            ("origin: https://audit.example:8443", Err(Foreign)),
            ("origin: https://audit.example.evil.example", Err(Foreign)),
            ("origin: https://evil.example", Err(Foreign)),
            ("origin: null", Err(Foreign)),
            ("origin: ", Err(Foreign)),
            ("origin: https://audit.example | origin: https://evil.example", Err(Foreign)),
            ("origin: https://audit.example | sec-fetch-site: cross-site", Err(Foreign)),
            ("origin: https://audit.example | sec-fetch-site: same-site", Err(Foreign)),
            ("sec-fetch-site: same-site", Err(Foreign)),
            ("sec-fetch-site: same-origin | sec-fetch-site: cross-site", Err(Foreign)),
            ("origin: https://evil.example | sec-fetch-site: same-origin", Err(Foreign)),
            ("sec-fetch-site: cross-site | sec-fetch-mode: navigate | sec-fetch-dest: document", Err(Foreign)),
        ] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "BREW"] {
                assert_eq!(judged(method, &format!("{COOKIE} | {lines}")), expected, "{method} {lines}");
            }
        }
    }

    #[test]
    fn who_only_looks_by_cookie_is_no_page_of_another_site_but_a_reader_who_follows_a_link() {
        for (lines, expected) in [
            ("x: y", Ok(Page::Own)),
            ("sec-fetch-site: none", Ok(Page::Own)),
            ("sec-fetch-site: same-origin", Ok(Page::Own)),
            ("sec-fetch-site: cross-site", Err(CrossSite::Foreign)),
            ("sec-fetch-site: same-site | sec-fetch-mode: cors", Err(CrossSite::Foreign)),
            ("sec-fetch-site: cross-site | sec-fetch-mode: no-cors | sec-fetch-dest: image", Err(CrossSite::Foreign)),
            ("sec-fetch-site: cross-site | sec-fetch-mode: navigate | sec-fetch-dest: iframe", Err(CrossSite::Foreign)),
            ("sec-fetch-site: cross-site | sec-fetch-mode: navigate | sec-fetch-dest: document", Ok(Page::Foreign)),
            ("origin: https://evil.example", Err(CrossSite::Foreign)),
            (
                "origin: https://evil.example | sec-fetch-mode: navigate | sec-fetch-dest: document",
                Err(CrossSite::Foreign),
            ),
        ] {
            for method in ["GET", "HEAD"] {
                assert_eq!(judged(method, &format!("{COOKIE} | {lines}")), expected, "{method} {lines}");
            }
        }
    }

    #[test]
    fn without_a_cookie_programs_pass_and_foreign_pages_change_nothing() {
        assert_eq!(judged("POST", "authorization: Bearer x"), Ok(Page::Own));
        assert_eq!(judged("POST", "origin: https://audit.example"), Ok(Page::Own));
        assert_eq!(judged("POST", "cookie: indelible-theme=dark; other=indelible"), Ok(Page::Own));
        assert_eq!(judged("GET", "origin: https://evil.example"), Ok(Page::Foreign));
        assert_eq!(judged("POST", "origin: https://evil.example"), Err(CrossSite::Foreign), "signing in, too");
        assert_eq!(judged("POST", "origin: https://evil.example | authorization: Bearer x"), Err(CrossSite::Foreign));
        assert_eq!(judged("POST", "sec-fetch-site: cross-site"), Err(CrossSite::Foreign));
    }

    #[test]
    fn an_embedding_page_asks_by_token_alone() {
        let embedding = "origin: https://product.example | sec-fetch-site: cross-site";
        assert_eq!(judged("GET", embedding), Ok(Page::Embedding));
        assert_eq!(judged("POST", embedding), Ok(Page::Embedding));
        assert_eq!(judged("OPTIONS", embedding), Ok(Page::Embedding));
        assert_eq!(judged("GET", &format!("{embedding} | {COOKIE}")), Err(CrossSite::CookieOfEmbedding));
        assert_eq!(judged("GET", "origin: https://product.example.evil.example"), Ok(Page::Foreign));
    }

    #[test]
    fn the_cookie_is_seen_however_it_is_written() {
        for line in ["indelible=1", "a=b;indelible=1", "a=b ; __Host-indelible =1", "indelible", "\tindelible=;x=y"] {
            assert_eq!(judged("POST", &format!("cookie: {line}")), Err(CrossSite::Unproven), "{line}");
        }
        assert_eq!(judged("POST", "cookie: a=b | cookie: indelible=1"), Err(CrossSite::Unproven));
    }
}
