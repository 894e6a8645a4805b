//! Origins of pages: scheme, host, port.

use std::fmt;

use axum::http::uri::Authority;

/// What a browser calls an origin (RFC 6454): `https://audit.example`. Host in small letters, the scheme's own port left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    is_https: bool,
    /// Host, and the port where it is not the scheme's own.
    authority: String,
}

/// What is no origin. Remedy: scheme and host, and a port where need be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin; write scheme and host alone, such as https://audit.example")]
pub struct OriginError(String);

impl Origin {
    /// Reads an origin. A slash at the end is let pass.
    ///
    /// # Errors
    /// [`OriginError`] where there is another scheme, a path, or no host.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let wrong = || OriginError(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        Self::at(is_https, rest.strip_suffix('/').unwrap_or(rest)).ok_or_else(wrong)
    }

    /// The origin of what is asked for at a host, as a `Host` header names it; `None` where that is no host.
    pub(crate) fn at(is_https: bool, host: &str) -> Option<Self> {
        let authority: Authority = host.parse().ok()?;
        let is_plain = !host.contains('@') && !authority.host().is_empty();
        // A colon without a number behind it would pass as no port.
        let port = match host.rsplit_once(':') {
            Some((_, rest)) if !rest.ends_with(']') => Some(authority.port_u16()?),
            _ => None,
        };
        let name = authority.host().to_ascii_lowercase();
        let authority = match port {
            Some(port) if port != if is_https { 443 } else { 80 } => format!("{name}:{port}"),
            _ => name,
        };
        is_plain.then_some(Self { is_https, authority })
    }

    /// Whether what it serves comes by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", if self.is_https { "https" } else { "http" }, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_a_port_that_is_not_usual() {
        for (text, origin) in [
            ("https://audit.example", Some("https://audit.example")),
            ("HTTPS://Audit.Example:443/", Some("https://audit.example")),
            ("http://audit.example:80", Some("http://audit.example")),
            ("http://audit.example:443", Some("http://audit.example:443")),
            ("https://[2001:DB8::1]:8443", Some("https://[2001:db8::1]:8443")),
            ("https://[::1]", Some("https://[::1]")),
            ("https://192.0.2.1", Some("https://192.0.2.1")),
            ("https://audit.example/path", None),
            ("https://audit.example?a", None),
            ("https://user@audit.example", None),
            ("https://audit.example:", None),
            ("https://audit.example:x", None),
            ("https://audit.example:99999", None),
            ("https://", None),
            ("https://a b", None),
            ("audit.example", None),
            ("ftp://audit.example", None),
            ("null", None),
        ] {
            assert_eq!(Origin::parse(text).ok().map(|origin| origin.to_string()).as_deref(), origin, "{text}");
        }
    }
}
