//! What the index holds for addresses of clients, and whose they are.

use std::net::IpAddr;

use event::{PersonId, PersonKey};

use super::Vault;
use crate::{
    KeyState,
    address::{self, AddressValue},
};

impl Vault {
    /// What the index holds for an address that stands in a line; `None` of what is no address.
    #[must_use]
    pub fn address_in_line(&self, ip: &str) -> Option<AddressValue> {
        ip.parse().ok().map(address::value_in_line)
    }

    /// What the index holds for an address that `key`'s person disclosed; `None` of what is no address.
    ///
    /// Cost: one AES, and its key's schedule.
    #[must_use]
    pub fn address_under(&self, key: &PersonKey, ip: &str) -> Option<AddressValue> {
        ip.parse().ok().map(|ip| address::value_of(key.id(), key.addresses(), ip))
    }

    /// As [`Self::address_under`], by the person's handle; `None` if the key is gone, too.
    #[must_use]
    pub fn address_of(&self, person: PersonId, ip: &str) -> Option<AddressValue> {
        let ip = ip.parse().ok()?;
        self.read_people().address_key(person).map(|key| address::value_of(person, key, ip))
    }

    /// Everything that the index may hold for an address that can be read: one value for each person with a key, and one for
    /// where it stands in the line; ascending.
    ///
    /// Cost: one AES a person and a sort: about 0.2 µs and 32 bytes a person; when first called, one HKDF a person besides.
    #[must_use]
    pub fn address_values(&self, ip: IpAddr) -> Vec<AddressValue> {
        let people = self.read_people();
        let values = people.address_keys().map(|(id, key)| address::value_of(id, key, ip)).collect();
        with_value_in_line(values, ip)
    }

    /// As [`Self::address_values`], of these persons alone.
    #[must_use]
    pub fn address_values_of(&self, persons: &[PersonId], ip: IpAddr) -> Vec<AddressValue> {
        let people = self.read_people();
        let value = |id: &PersonId| people.address_key(*id).map(|key| address::value_of(*id, key, ip));
        with_value_in_line(persons.iter().filter_map(value).collect(), ip)
    }

    /// The address behind a value of the index; `None` if the person's key is gone, or the value is none of this vault's.
    ///
    /// Cost: a look-up and one AES.
    #[must_use]
    pub fn reveal_address(&self, value: &AddressValue) -> Option<IpAddr> {
        let Some(person) = address::holder(value) else { return Some(address::reveal(None, value)) };
        self.read_people().address_key(person).map(|key| address::reveal(Some(key), value))
    }

    /// Whether a value of the index is of somebody whose key was destroyed: it says nothing any more, and cannot be made again.
    #[must_use]
    pub fn is_of_erased(&self, value: &AddressValue) -> bool {
        address::holder(value).is_some_and(|person| self.key_state(person) == KeyState::Destroyed)
    }
}

/// These values and that of where the address stands in the line, ascending.
fn with_value_in_line(mut values: Vec<AddressValue>, ip: IpAddr) -> Vec<AddressValue> {
    values.push(address::value_in_line(ip));
    values.sort_unstable();
    values
}
