//! Headers of every answer: what a browser may do with it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// No script but the server's own, no frame, no foreign form: the page shows what attackers wrote.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What no page of this server needs.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), \
                           hid=(), midi=(), accelerometer=(), gyroscope=(), magnetometer=()";

/// A year of TLS alone, for this host alone: who else is served under its domain is not known here.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Headers that a page of another origin may send.
const CORS_HEADERS: &str = "content-type, authorization, cache-control, indelible-reason";

/// Adds what a handler has not set.
pub(crate) fn secure(headers: &mut HeaderMap, is_https: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}

/// Opens an answer to a page of this origin. A token may be sent, cookies never (no `Allow-Credentials`).
pub(crate) fn open_to(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(CORS_HEADERS));
}

/// Says that the answer depends on the origin that asks.
pub(crate) fn vary_by_origin(headers: &mut HeaderMap) {
    let varies = headers.get(header::VARY).and_then(|value| value.to_str().ok());
    let varies = varies.map_or("Origin".to_owned(), |others| format!("{others}, Origin"));
    if let Ok(varies) = HeaderValue::try_from(varies) {
        headers.insert(header::VARY, varies);
    }
}
