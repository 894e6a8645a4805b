//! Values by which the index finds client addresses, under each person's own key.
//!
//! ```text
//! value = the person's handle (16 bytes) ‖ AES-128(the person's address key, the address as 16 bytes)
//! ```
//!
//! An address is one block of the cipher, and who a value belongs to stands beside it. So whoever has the keys finds an address
//! (encrypt it under each person's key, look the values up) and reads one (decrypt), and a person whose key is gone has left
//! blocks that are as good as random: there is no key of the log's under which addresses could be tried one after another.

use std::net::{IpAddr, Ipv6Addr};

use aes_gcm_siv::aes::{
    Aes128,
    cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};
use event::PersonId;

/// What the index holds for an address.
pub type AddressValue = [u8; 32];

/// The handle of nobody: the address stands in the line, in the clear.
const NOBODY: PersonId = PersonId([0; 16]);

/// The value of an address of a person's, under their address key.
pub(crate) fn value_of(id: PersonId, key: &[u8; 16], ip: IpAddr) -> AddressValue {
    let mut block = Array::from(bytes_of(ip));
    Aes128::new(&Array::from(*key)).encrypt_block(&mut block);
    join(id, block.into())
}

/// The value of an address that stands in the line.
pub(crate) fn value_in_line(ip: IpAddr) -> AddressValue {
    join(NOBODY, bytes_of(ip))
}

/// Whose a value is; `None` if its address stands in the line. Cost: none.
#[must_use]
pub fn holder(value: &AddressValue) -> Option<PersonId> {
    let (holder, _) = split(value);
    Some(holder).filter(|holder| *holder != NOBODY)
}

/// The address of a value that was made with `key`; without a key, of one that stands in the line.
pub(crate) fn reveal(key: Option<&[u8; 16]>, value: &AddressValue) -> IpAddr {
    let (_, block) = split(value);
    let mut block = Array::from(block);
    if let Some(key) = key {
        Aes128::new(&Array::from(*key)).decrypt_block(&mut block);
    }
    IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::from(block))).to_canonical()
}

/// IPv6 in network order; IPv4 as it is mapped into IPv6.
fn bytes_of(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn join(holder: PersonId, block: [u8; 16]) -> AddressValue {
    let mut value = [0; 32];
    let (front, back) = value.split_at_mut(16);
    front.copy_from_slice(&holder.0);
    back.copy_from_slice(&block);
    value
}

fn split(value: &AddressValue) -> (PersonId, [u8; 16]) {
    let mut holder = [0; 16];
    let mut block = [0; 16];
    let (front, back) = value.split_at(16);
    holder.copy_from_slice(front);
    block.copy_from_slice(back);
    (PersonId(holder), block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(n: u8, ip: IpAddr) -> AddressValue {
        value_of(PersonId([n; 16]), &[n; 16], ip)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_value_is_its_persons_and_reads_back() {
        for text in ["192.0.2.1", "2001:db8::7", "::1"] {
            let held = value(1, ip(text));
            assert_eq!((holder(&held), reveal(Some(&[1; 16]), &held)), (Some(PersonId([1; 16])), ip(text)));
            assert_ne!(held[16..], value(2, ip(text))[16..]);
            let held = value_in_line(ip(text));
            assert_eq!((holder(&held), reveal(None, &held)), (None, ip(text)));
        }
    }

    #[test]
    fn every_spelling_of_an_address_has_one_value() {
        assert_eq!(value(1, ip("192.0.2.1")), value(1, ip("::ffff:192.0.2.1")));
        assert_eq!(value(1, ip("2001:DB8:0::1")), value(1, ip("2001:db8::1")));
        assert_ne!(value(1, ip("192.0.2.1")), value(1, ip("192.0.2.2")));
    }
}
