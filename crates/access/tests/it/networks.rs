//! Allow-lists against a plain reading of each network.

use std::net::{IpAddr, Ipv4Addr};

use access::AllowList;
use proptest::collection::vec;
use proptest::prelude::*;

/// The first address of a network.
fn first(base: u32, len: u32) -> u32 {
    u32::try_from(u64::from(base) >> (32 - len) << (32 - len)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_list_admits_what_shares_a_prefix_with_one_of_its_networks(
        networks in vec((any::<u32>(), 0_u32..=32), 1..4), address in any::<u32>(), near in any::<bool>(), mapped in any::<bool>(),
    ) {
        // Half of the addresses lie in or beside the first network.
        let address = if near { networks[0].0 ^ (address & 0xff) } else { address };
        let list = AllowList::parse(networks.iter().map(|(base, len)| format!("{}/{len}", Ipv4Addr::from(first(*base, *len))))).unwrap();
        let shares = |(base, len): &(u32, u32)| u64::from(base ^ address) >> (32 - len) == 0;
        let asked = Ipv4Addr::from(address);
        let asked = if mapped { IpAddr::V6(asked.to_ipv6_mapped()) } else { IpAddr::V4(asked) };
        prop_assert_eq!(list.admits(asked), networks.iter().any(shares));
    }
}

#[test]
fn a_list_is_read_in_every_spelling_and_written_in_one() {
    let written = |texts: &[&str]| Vec::from(AllowList::parse(texts).unwrap());
    assert_eq!(written(&["192.0.2.0/24", "::ffff:192.0.2.0/120"]), ["192.0.2.0/24"]);
    let within = AllowList::parse(["192.0.2.77/24"]).unwrap_err().to_string();
    assert_eq!(within, "\"192.0.2.77/24\" names an address within a network; write 192.0.2.0/24, or the address alone");
    assert_eq!(written(&["2001:DB8::1", " 10.1.2.3 "]), ["10.1.2.3/32", "2001:db8::1/128"]);
    assert!(AllowList::parse(["10.0.0.0/33"]).is_err());
    assert!(AllowList::parse(["example.com"]).is_err());
    assert!(AllowList::parse(vec!["10.0.0.1"; access::NETWORKS_MAX + 1]).is_err());
    let all = AllowList::default();
    assert!(all.admits([203, 0, 113, 1].into()));
    assert!(!AllowList::parse(["::/0"]).unwrap().admits([203, 0, 113, 1].into()));
}
