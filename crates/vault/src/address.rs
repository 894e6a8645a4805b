//! Tokens by which the index finds client addresses without holding them.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The log's address key, ready for use.
pub(crate) struct AddressKey(Hmac<Sha256>);

impl AddressKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
    }

    /// The first 8 bytes, big-endian, of HMAC-SHA-256 under the log's address key over the address as text: as RFC 5952
    /// writes it, an IPv4 address mapped into IPv6 as IPv4; what is no address as it stands.
    pub(crate) fn token(&self, ip: &str) -> u64 {
        let text = ip.parse::<IpAddr>().map(|ip| ip.to_canonical().to_string());
        let mac = self.0.clone().chain_update(text.as_deref().unwrap_or(ip)).finalize().into_bytes();
        u64::from_be_bytes(*mac.first_chunk().expect("the MAC has 32 bytes"))
    }

    /// The same of a text that is no address.
    pub(crate) fn index_seed(&self) -> u64 {
        self.token("seed of indexes")
    }
}

#[cfg(test)]
mod tests {
    use super::AddressKey;

    #[test]
    fn every_spelling_of_an_address_has_one_token() {
        let token = |ip| AddressKey::new(&[1; 32]).token(ip);
        assert_eq!(token("192.0.2.1"), token("::ffff:192.0.2.1"));
        assert_eq!(token("2001:DB8:0::1"), token("2001:db8::1"));
        assert_ne!(token("192.0.2.1"), token("192.0.2.2"));
        assert_ne!(token("not an address"), token("not an Address"));
        assert_ne!(token("192.0.2.1"), AddressKey::new(&[2; 32]).token("192.0.2.1"));
    }
}
