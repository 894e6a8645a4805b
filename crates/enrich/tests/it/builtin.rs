//! The built-in country database.

use event::Places;
use indelible_enrich::Geo;

fn country(ip: &str) -> Option<String> {
    let place = Geo::builtin().unwrap().lookup(ip.parse().unwrap())?;
    assert_eq!((place.city, place.region), (None, None), "{ip}");
    place.country
}

/// Networks that have belonged to one country's registry entries for decades.
#[test]
fn well_known_addresses_are_in_their_countries() {
    for (ip, code) in [
        ("8.8.8.8", "US"),
        ("18.0.0.1", "US"),
        ("131.159.0.1", "DE"),
        ("130.238.7.10", "SE"),
        ("133.11.0.1", "JP"),
        ("202.38.64.1", "CN"),
        ("2001:4860:4860::8888", "US"),
        ("2001:638::1", "DE"),
        ("::ffff:131.159.0.1", "DE"),
    ] {
        assert_eq!(country(ip).as_deref(), Some(code), "{ip}");
    }
}

#[test]
fn addresses_of_no_place_have_none() {
    for ip in [
        "10.0.0.1",
        "127.0.0.1",
        "192.168.1.1",
        "169.254.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "0.0.0.0",
        "255.255.255.255",
    ] {
        assert_eq!(country(ip), None, "{ip}");
    }
}

#[test]
fn every_place_is_a_country_code() {
    let geo = Geo::builtin().unwrap();
    let mut known = 0;
    for high in 1..=223_u8 {
        for middle in (0..=255_u8).step_by(5) {
            if let Some(place) = geo.lookup([high, middle, 77, 1].into()) {
                let code = place.country.unwrap();
                assert!(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{code}");
                known += 1;
            }
        }
    }
    // Nearly all of the address space that can be somewhere is assigned.
    assert!(known > 9_000, "{known}");
}
