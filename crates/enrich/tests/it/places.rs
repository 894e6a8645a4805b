//! Operators' databases: every network of the test databases has the place it was built from.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use event::{Place, Places};
use indelible_enrich::{Geo, GeoError};
use serde_json::Value;

pub(crate) fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/maxmind-db").join(name)
}

/// The databases' sources: networks and the records they were built from.
fn source(name: &str) -> Vec<(IpAddr, Value)> {
    let text = zstd::decode_all(std::fs::File::open(vector(name)).unwrap()).unwrap();
    let list: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&text).unwrap();
    list.into_iter().flatten().map(|(network, record)| (first_address(&network), record)).collect()
}

/// The network's own address; the sources write IPv4 networks also as `::1.2.3.0/120`.
fn first_address(network: &str) -> IpAddr {
    let address = network.split('/').next().unwrap();
    address.strip_prefix("::").filter(|rest| rest.contains('.')).unwrap_or(address).parse().unwrap()
}

fn expected(record: &Value) -> Option<Place> {
    let text = |pointer| record.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let place = Place {
        city: text("/city/names/en"),
        region: text("/subdivisions/0/names/en"),
        country: text("/country/iso_code"),
    };
    (place != Place::default()).then_some(place)
}

fn agrees_with_its_source(database: &str, source_name: &str, at_least: usize) {
    let geo = Geo::open(&vector(database)).unwrap();
    let mut places = 0;
    for (ip, record) in source(source_name) {
        // Addresses of no place are refused before the database is asked.
        let expected = if is_special(ip) { None } else { expected(&record) };
        places += usize::from(expected.is_some());
        assert_eq!(geo.lookup(ip), expected, "{ip} in {database}");
    }
    assert!(places >= at_least, "{places} places");
}

fn is_special(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_private() || ip.is_loopback()) || ip.is_loopback()
}

#[test]
fn a_city_database_gives_city_region_and_country() {
    agrees_with_its_source("GeoLite2-City-Test.mmdb", "source_GeoLite2-City-Test.json.zst", 100);
}

#[test]
fn a_country_database_gives_the_country() {
    agrees_with_its_source("GeoIP2-Country-Test.mmdb", "source_GeoIP2-Country-Test.json.zst", 100);
}

#[test]
fn an_address_mapped_into_ipv6_is_where_the_ipv4_address_is() {
    let geo = Geo::open(&vector("GeoLite2-City-Test.mmdb")).unwrap();
    let plain = geo.lookup("2.125.160.216".parse().unwrap());
    assert_eq!(plain.as_ref().and_then(|place| place.city.as_deref()), Some("Boxford"));
    assert_eq!(geo.lookup("::ffff:2.125.160.216".parse().unwrap()), plain);
}

#[test]
fn a_database_tells_its_type_and_age() {
    let geo = Geo::open(&vector("GeoLite2-City-Test.mmdb")).unwrap();
    assert_eq!(geo.database_type(), "GeoLite2-City");
    assert!(geo.built_s() > 1_500_000_000);
}

#[test]
fn a_database_without_places_is_refused_by_name() {
    for name in [
        "GeoLite2-ASN-Test.mmdb",
        "MaxMind-DB-test-decoder.mmdb",
        "MaxMind-DB-test-ipv4-24.mmdb",
        "MaxMind-DB-test-ipv6-28.mmdb",
        "MaxMind-DB-test-mixed-32.mmdb",
    ] {
        let Err(error) = Geo::open(&vector(name)) else { panic!("{name} opened") };
        assert!(matches!(error, GeoError::NoPlaces { .. }), "{error:?}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let Err(error) = Geo::open(&vector("none.mmdb")) else { panic!("opened") };
    assert!(matches!(error, GeoError::Unreadable { .. }));
    assert!(error.to_string().contains("none.mmdb"));
    assert!(std::error::Error::source(&error).is_some());
}
