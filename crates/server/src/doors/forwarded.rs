//! Who is at the other end of a chain of proxies: `X-Forwarded-For` and `X-Forwarded-Proto`, believed of trusted proxies alone.
//!
//! `Forwarded` (RFC 7239) is not read: a proxy that does not set it hands on what a client wrote there.

use std::net::{IpAddr, SocketAddr};

use access::AllowList;
use axum::http::HeaderMap;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

/// Who asks, as far as trusted proxies say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The nearest address that is no trusted proxy's; where all are, the farthest. Port 0 where none was said.
    pub(super) client: SocketAddr,
    /// Whether the proxy was asked by TLS; `None` where it does not say.
    pub(super) is_https: Option<bool>,
}

/// What a trusted proxy sent that cannot be understood. Remedy: the proxy's configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("X-Forwarded-For of a trusted proxy holds {0:?} where an address should stand")]
    For(String),
    #[error("X-Forwarded-Proto of a trusted proxy is {0:?}; it may be http or https, once")]
    Proto(String),
}

/// Whether a network of the list holds the address. Unlike an allow-list, an empty list holds nobody.
pub(crate) fn is_trusted(proxies: &AllowList, address: IpAddr) -> bool {
    !proxies.is_empty() && proxies.admits(address)
}

/// Finds who asks. Of any peer but a trusted proxy, the headers are nothing. Cost: a look at each address from the right.
///
/// # Errors
/// [`Malformed`]: what cannot be read is not guessed. What lies left of the address found was written by the client, and is not read.
pub(super) fn find(peer: SocketAddr, headers: &HeaderMap, proxies: &AllowList) -> Result<Found, Malformed> {
    let mut client = peer;
    if !is_trusted(proxies, peer.ip()) {
        return Ok(Found { client, is_https: None });
    }
    // Two lines of one name are one list (RFC 9110 §5.3).
    'chain: for line in headers.get_all(FOR).iter().rev() {
        let wrong = |bytes: &[u8]| Malformed::For(String::from_utf8_lossy(bytes).chars().take(64).collect());
        let line = line.to_str().map_err(|_| wrong(line.as_bytes()))?;
        for one in line.rsplit(',') {
            client = address(one.trim_matches([' ', '\t'])).ok_or_else(|| wrong(one.as_bytes()))?;
            if !is_trusted(proxies, client.ip()) {
                break 'chain;
            }
        }
    }
    let mut protos = headers.get_all(PROTO).iter().map(|value| value.to_str().unwrap_or("?"));
    let is_https = match (protos.next(), protos.next()) {
        (None, _) => None,
        (Some("https"), None) => Some(true),
        (Some("http"), None) => Some(false),
        (Some(one), _) => return Err(Malformed::Proto(one.chars().take(64).collect())),
    };
    Ok(Found { client, is_https })
}

/// An address as proxies write it: bare, or with a port; IPv6 in brackets then. IPv4 in IPv6 form is IPv4.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = || text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 0));
    let bracketed = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<std::net::Ipv6Addr>().ok().map(|ip| SocketAddr::new(ip.into(), 0))
    };
    let found = bare().or_else(bracketed).or_else(|| text.parse().ok())?;
    // A zone names an interface of the proxy's machine, and no client.
    let has_zone = matches!(found, SocketAddr::V6(v6) if v6.scope_id() != 0) || text.contains('%');
    (!has_zone).then(|| canonical(found))
}

/// The address with IPv4 in IPv6 form as IPv4.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn found(peer: &str, lines: &[(&'static str, &str)]) -> Result<(String, Option<bool>), Malformed> {
        let proxies = AllowList::parse(["10.0.0.0/8", "2001:db8::/32"]).unwrap();
        let headers =
            lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let found = find(SocketAddr::new(peer.parse().unwrap(), 9), &headers.collect(), &proxies)?;
        Ok((found.client.to_string(), found.is_https))
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_is_the_client() {
        for (peer, lines, client) in [
            ("10.0.0.1", &["198.51.100.7"][..], "198.51.100.7:0"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7:0"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.7,10.0.0.2 , 10.9.9.9"], "198.51.100.7:0"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.7", "10.0.0.2"], "198.51.100.7:0"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3:0"),
            ("10.0.0.1", &[], "10.0.0.1:9"),
            ("10.0.0.1", &["\t 198.51.100.7:4711\t"], "198.51.100.7:4711"),
            ("10.0.0.1", &["[2001:db9::7]"], "[2001:db9::7]:0"),
            ("10.0.0.1", &["[2001:db9::7]:4711"], "[2001:db9::7]:4711"),
            ("10.0.0.1", &["2001:db9::7, 2001:db8::1"], "[2001:db9::7]:0"),
            ("10.0.0.1", &["198.51.100.7, ::ffff:10.0.0.2"], "198.51.100.7:0"),
            ("10.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7:0"),
            ("2001:db8::1", &["198.51.100.7"], "198.51.100.7:0"),
            ("10.0.0.1", &["<script>, 198.51.100.7"], "198.51.100.7:0"),
            ("10.0.0.1", &["é", "198.51.100.7"], "198.51.100.7:0"),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1:9"),
            ("192.0.2.1", &["no address"], "192.0.2.1:9"),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| (FOR, *line)).collect();
            assert_eq!(found(peer, &lines).unwrap().0, client, "{lines:?}");
        }
    }

    #[test]
    fn what_a_proxy_says_and_is_no_address_is_refused() {
        for line in [
            "unknown",
            "",
            "198.51.100.7,",
            "198.51.100.7, ,10.0.0.2",
            "198.51.100.7 10.0.0.2",
            "198.51.100.07",
            "0x7f.1",
            "127.1",
            "198.51.100.7:",
            "198.51.100.7:99999",
            "[198.51.100.7]",
            "[::1",
            "::1]",
            "[::1]x",
            "::1:80:",
            "fe80::1%eth0",
            "fe80::1%1",
            "[fe80::1%1]:80",
            "\"198.51.100.7\"",
            "for=198.51.100.7",
            "198.51.100.7;10.0.0.2",
            "é",
        ] {
            assert!(matches!(found("10.0.0.1", &[(FOR, line)]), Err(Malformed::For(_))), "{line}");
        }
    }

    #[test]
    fn the_scheme_is_the_proxys_word_said_once() {
        assert_eq!(found("10.0.0.1", &[(PROTO, "https")]).unwrap().1, Some(true));
        assert_eq!(found("10.0.0.1", &[(PROTO, "http")]).unwrap().1, Some(false));
        assert_eq!(found("192.0.2.1", &[(PROTO, "https")]).unwrap().1, None);
        assert_eq!(
            found("10.0.0.1", &[("forwarded", "for=1.1.1.1;proto=https")]).unwrap(),
            ("10.0.0.1:9".to_owned(), None)
        );
        for lines in [
            &[(PROTO, "https, http")][..],
            &[(PROTO, "https"), (PROTO, "https")],
            &[(PROTO, "HTTPS ")],
            &[(PROTO, "")],
            &[(PROTO, "wss")],
        ] {
            assert!(matches!(found("10.0.0.1", lines), Err(Malformed::Proto(_))), "{lines:?}");
        }
    }

    #[test]
    fn an_empty_list_trusts_nobody() {
        let headers = [(HeaderName::from_static(FOR), HeaderValue::from_static("198.51.100.7"))].into_iter().collect();
        let peer = "10.0.0.1:9".parse().unwrap();
        assert_eq!(find(peer, &headers, &AllowList::default()).unwrap().client, peer);
    }
}
