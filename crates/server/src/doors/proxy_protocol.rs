//! The PROXY protocol: a load balancer says before the first byte whose connection it hands on.
//!
//! Source: The PROXY protocol, versions 1 & 2 (HAProxy), read by the crate `proxy-header`.

use std::io;
use std::net::SocketAddr;

use proxy_header::{ParseConfig, ProxyHeader};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What version 2 begins with.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What version 1 begins with.
const WORD: &[u8] = b"PROXY ";

/// Bytes that tell the versions apart; no header is shorter.
const BEGINNING: usize = SIGNATURE.len();

/// Longest line of version 1, as its text says.
const LINE_BYTES_MAX: usize = 107;

/// Longest header of version 2 that is read behind its first 16 bytes. Addresses take 36, what clouds and TLS add some hundred.
const REST_BYTES_MAX: usize = 4 << 10;

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handed {
    /// Whose connection it is; `None` where it is the balancer's own, or not known.
    pub(super) client: Option<SocketAddr>,
    /// Whether the client speaks TLS to the balancer; `None` where that is not said.
    pub(super) is_https: Option<bool>,
}

/// Reads the header, and not a byte behind it.
///
/// # Errors
/// What the system answers, and `InvalidData` where there is no header that can be read.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Handed> {
    let mut header = vec![0; BEGINNING];
    stream.read_exact(&mut header).await?;
    if header == SIGNATURE {
        header.resize(BEGINNING + 4, 0);
        stream.read_exact(header.get_mut(BEGINNING..).unwrap_or_default()).await?;
        let rest = match header.get(BEGINNING + 2..) {
            Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
            _ => return Err(malformed("its length is missing")),
        };
        if rest > REST_BYTES_MAX {
            return Err(malformed("it is too long"));
        }
        let begins = header.len();
        header.resize(begins + rest, 0);
        stream.read_exact(header.get_mut(begins..).unwrap_or_default()).await?;
    } else if header.starts_with(WORD) {
        while !header.ends_with(b"\r\n") {
            if header.len() >= LINE_BYTES_MAX {
                return Err(malformed("its line is too long"));
            }
            header.push(stream.read_u8().await?);
        }
    } else {
        return Err(malformed("there is none"));
    }
    let config = ParseConfig { include_tlvs: true, ..ParseConfig::default() };
    let (parsed, length) = ProxyHeader::parse(&header, config).map_err(|error| malformed(&error.to_string()))?;
    if length != header.len() || parsed.tlvs().any(|tlv| tlv.is_err()) {
        return Err(malformed("it is not whole"));
    }
    let client = parsed.proxied_address().map(|address| super::forwarded::canonical(address.source));
    Ok(Handed { client, is_https: parsed.ssl().map(|ssl| ssl.client_ssl()) })
}

fn malformed(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the PROXY header of a trusted proxy cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proxy_header::{ProxiedAddress, SslInfo, Tlv};

    async fn read_of(bytes: &[u8]) -> Result<(Option<String>, Option<bool>, usize), io::ErrorKind> {
        let mut rest = bytes;
        let handed = read(&mut rest).await.map_err(|error| error.kind())?;
        Ok((handed.client.map(|client| client.to_string()), handed.is_https, rest.len()))
    }

    #[tokio::test]
    async fn both_versions_name_the_client_and_nothing_behind_is_taken() {
        let line = b"PROXY TCP4 198.51.100.7 192.0.2.1 4711 443\r\nGET / HTTP/1.1\r\n";
        assert_eq!(read_of(line).await, Ok((Some("198.51.100.7:4711".to_owned()), None, 16)));
        let line = b"PROXY TCP6 ::ffff:198.51.100.7 ::1 4711 443\r\n";
        assert_eq!(read_of(line).await, Ok((Some("198.51.100.7:4711".to_owned()), None, 0)));
        assert_eq!(read_of(b"PROXY UNKNOWN\r\nx").await, Ok((None, None, 1)));
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let mut header =
            ProxyHeader::with_address(ProxiedAddress::stream(address("[2001:db8::7]:4711"), address("[::1]:443")));
        header.append_tlv(Tlv::Ssl(SslInfo::new(true, false, false, 0)));
        let mut bytes = Vec::new();
        header.encode_v2(&mut bytes).unwrap();
        bytes.extend(b"\x16\x03\x01");
        assert_eq!(read_of(&bytes).await, Ok((Some("[2001:db8::7]:4711".to_owned()), Some(true), 3)));
        let mut local = Vec::new();
        ProxyHeader::with_local().encode_v2(&mut local).unwrap();
        assert_eq!(read_of(&local).await, Ok((None, None, 0)));
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused_without_waiting_for_more() {
        let long = [b"PROXY TCP4 ".as_slice(), &[b'1'; 200]].concat();
        let announced = [SIGNATURE, &[0x21, 0x11, 0xff, 0xff], &[0; 16]].concat();
        let short = [SIGNATURE, &[0x21, 0x11, 0, 4], &[0; 4]].concat();
        let torn = [SIGNATURE, &[0x21, 0x11, 0, 14], &[0; 14]].concat();
        for bytes in [
            b"GET / HTTP/1.1\r\n".as_slice(),
            b"PROXY TCP4 198.51.100.7 192.0.2.1 4711\r\n",
            b"PROXY TCP4 ::1 ::1 1 1\r\n",
            b"PROXY TCP4 1.1.1.1 1.1.1.1 1 99999\r\n",
            b"PROXY TCP9 1.1.1.1 1.1.1.1 1 1\r\n",
            b"PROXYxTCP4 1.1.1.1 1.1.1.1 1 1\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0",
            &long,
            &announced,
            &short,
            &torn,
        ] {
            assert_eq!(read_of(bytes).await, Err(io::ErrorKind::InvalidData), "{bytes:?}");
        }
        for cut in 0..14 {
            let line = b"PROXY UNKNOWN\r\n";
            assert_eq!(read_of(&line[..cut]).await, Err(io::ErrorKind::UnexpectedEof));
        }
    }
}
