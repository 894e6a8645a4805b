//! `/` and the console's files, and the web component for pages of others.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use console::{FILES, File, INDEX, PAGES};

use crate::state::App;

/// What the page may do: it shows what attackers wrote, so it runs no script but its own files, and only the templates of
/// lit-html become HTML.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
     trusted-types lit-html",
);

/// Kept for ever: the name changes with the content.
const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Kept, and asked for before each use: a new server must not run an old console's page.
const ASKED_FOR: HeaderValue = HeaderValue::from_static("no-cache");

/// A route for each file, and the page at each of its addresses.
pub(crate) fn routes() -> Router<App> {
    let files = FILES.iter().filter(|file| file.path != INDEX).map(|file| (format!("/{}", file.path), file));
    let page = File::find(INDEX);
    let pages = ["/"].iter().chain(PAGES).filter_map(|path| Some(((*path).to_owned(), page?)));
    files.chain(pages).fold(Router::new(), |router, (path, file)| {
        router.route(&path, get(move |headers: HeaderMap| async move { answer(file, &headers) }))
    })
}

fn answer(file: &File, asked: &HeaderMap) -> Response {
    let compressed = takes_gzip(asked);
    let tag = if compressed { format!("\"{}-gzip\"", file.tag) } else { format!("\"{}\"", file.tag) };
    let fresh = has(asked, &tag);
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else if compressed {
        ([(header::CONTENT_ENCODING, "gzip")], Bytes::from_static(file.gzip)).into_response()
    } else {
        file.plain().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, if file.is_hashed() { HASHED } else { ASKED_FOR });
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
    if !fresh {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    }
    if file.path == INDEX {
        headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
    if file.is_for_others() {
        const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    }
    response
}

/// Whether the client asks for gzip. One that says nothing gets the plain file: it may not know compression.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let mut takes = false;
    for one in list(asked, header::ACCEPT_ENCODING) {
        let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
        match coding.trim() {
            gzip if gzip.eq_ignore_ascii_case("gzip") => return !refused,
            "*" => takes = !refused,
            _ => {}
        }
    }
    takes
}

/// Whether the client has what this tag stands for.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    list(asked, header::IF_NONE_MATCH).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

fn list(asked: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = asked.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        [(name, HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn only_who_asks_for_gzip_gets_it() {
        for (accepts, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0.0, *", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(header::ACCEPT_ENCODING, accepts)), takes, "{accepts}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_copy_is_recognised_by_its_tag() {
        for (tags, known) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"b\"", false), ("a", false)] {
            assert_eq!(has(&headers(header::IF_NONE_MATCH, tags), "\"a\""), known, "{tags}");
        }
    }
}
