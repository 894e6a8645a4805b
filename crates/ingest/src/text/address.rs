//! IP addresses as vendors write them.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The address in `1.2.3.4`, `1.2.3.4:443`, `[::1]:443`, `[::1]`, `fe80::1%eth0`; `None` for anything else, host names among it.
pub(crate) fn ip(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(keep(bare, address));
    }
    text.parse::<SocketAddr>().ok().map(|socket| socket.ip().to_string())
}

/// IPv4 stays as written; IPv6 in its one canonical form (RFC 5952), an IPv4 address mapped into it as IPv4.
fn keep(text: &str, address: IpAddr) -> String {
    match address {
        IpAddr::V4(_) => text.to_owned(),
        IpAddr::V6(six) => mapped(six),
    }
}

fn mapped(six: Ipv6Addr) -> String {
    six.to_ipv4_mapped().map_or_else(|| six.to_string(), |four| four.to_string())
}

#[cfg(test)]
mod tests {
    use super::ip;

    #[test]
    fn ports_brackets_and_zones_go_and_names_are_no_addresses() {
        assert_eq!(ip("40.114.117.193:65030").as_deref(), Some("40.114.117.193"));
        assert_eq!(ip("[2603:1036:302:4091::5]:51902").as_deref(), Some("2603:1036:302:4091::5"));
        assert_eq!(ip("[::1]").as_deref(), Some("::1"));
        assert_eq!(ip("fe80::1%eth0").as_deref(), Some("fe80::1"));
        assert_eq!(ip("::ffff:10.0.0.1").as_deref(), Some("10.0.0.1"));
        for text in ["private", "rds.amazonaws.com", "", "1.2.3", "127.0.0.1.5", "gce-internal-ip"] {
            assert_eq!(ip(text), None, "{text}");
        }
    }
}
