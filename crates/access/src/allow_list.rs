//! Allow-lists: networks that requests may come from.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Networks of a list, at most.
pub const NETWORKS_MAX: usize = 1_024;

/// Networks that requests may come from, as CIDR texts; a single address is a network of its own. An empty list lets everybody in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct AllowList(Vec<IpNet>);

/// What no allow-list can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowListError {
    /// Remedy: an address or a network in CIDR form.
    #[error("{0:?} is no network; write an address, or a network such as 192.0.2.0/24 or 2001:db8::/32")]
    Network(String),
    /// The address says more than its prefix: a network was meant, or that address alone. Remedy: say which.
    #[error("{given:?} names an address within a network; write {network}, or the address alone")]
    HostBits {
        /// As it was given.
        given: String,
        /// The network that its prefix makes.
        network: IpNet,
    },
    /// Remedy: larger networks.
    #[error("an allow-list has at most {NETWORKS_MAX} networks")]
    TooMany,
}

impl AllowList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`AllowListError`].
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, AllowListError> {
        let networks = texts.into_iter().map(|text| network(text.as_ref()));
        let mut networks = networks.take(NETWORKS_MAX + 1).collect::<Result<Vec<_>, _>>()?;
        if networks.len() > NETWORKS_MAX {
            return Err(AllowListError::TooMany);
        }
        networks.sort_unstable();
        networks.dedup();
        Ok(Self(networks))
    }

    /// Whether it names nobody, and so lets everybody in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request from `address` may come in. An IPv4 address written as an IPv6 one is the IPv4 address.
    ///
    /// Cost: a comparison for each network.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }
}

/// The network of a text. One of IPv4 addresses in IPv6 form is one of IPv4 addresses.
fn network(text: &str) -> Result<IpNet, AllowListError> {
    let wrong = || AllowListError::Network(text.to_owned());
    let given = text.trim();
    let network = match given.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => given.parse().map_err(|_| wrong())?,
    };
    let network = match network {
        IpNet::V4(_) => network,
        IpNet::V6(v6) => match (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96)) {
            (Some(v4), Some(len)) => ipnet::Ipv4Net::new(v4, len).map(IpNet::from).map_err(|_| wrong())?,
            _ => network,
        },
    };
    if network == network.trunc() {
        Ok(network)
    } else {
        Err(AllowListError::HostBits { given: text.to_owned(), network: network.trunc() })
    }
}

impl From<AllowList> for Vec<String> {
    fn from(list: AllowList) -> Self {
        list.0.iter().map(ToString::to_string).collect()
    }
}

impl TryFrom<Vec<String>> for AllowList {
    type Error = AllowListError;

    fn try_from(texts: Vec<String>) -> Result<Self, AllowListError> {
        Self::parse(texts)
    }
}
