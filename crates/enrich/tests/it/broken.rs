//! Damaged databases: refused, or wrong, or silent, but never a panic and never an endless walk.

use event::Places;
use indelible_enrich::{Geo, GeoError};
use proptest::prelude::*;

use crate::places::vector;

/// Opens `bytes` as a database and asks it a few questions.
fn survive(bytes: &[u8]) -> Result<(), GeoError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.mmdb");
    std::fs::write(&path, bytes).unwrap();
    let geo = Geo::open(&path)?;
    for ip in ["2.125.160.216", "81.2.69.142", "1.1.1.1", "223.255.255.254", "2001:218::1", "2a02:f100::1", "3fff::1"] {
        let _ = geo.lookup(ip.parse().unwrap());
    }
    Ok(())
}

#[test]
fn other_files_are_not_mmdb() {
    for bytes in [&b""[..], b"hello", b"\xab\xcd\xefMaxMind.com", &[0; 4096]] {
        assert!(matches!(survive(bytes), Err(GeoError::Broken { .. })));
    }
}

#[test]
fn a_file_cut_short_is_refused() {
    let whole = std::fs::read(vector("GeoLite2-City-Test.mmdb")).unwrap();
    for length in (0..whole.len()).step_by(997).chain([whole.len() - 1]) {
        let Err(error) = survive(&whole[..length]) else { panic!("{length} bytes opened") };
        assert!(matches!(error, GeoError::Broken { .. }), "{length}: {error:?}");
        assert!(error.to_string().contains("damaged.mmdb"), "{error}");
    }
}

/// A tree of 127 levels whose two branches always meet again: 2^127 paths, none of which leads to a record.
#[test]
fn a_tree_with_endless_paths_is_refused_soon() {
    const NODES: u8 = 127;
    let mut bytes = Vec::new();
    for node in 1..=NODES {
        bytes.extend([0, 0, node, 0, 0, node]);
    }
    bytes.extend([0; 16]);
    bytes.extend(b"\xab\xcd\xefMaxMind.com\xe9");
    bytes.extend(b"\x5bbinary_format_major_version\xa1\x02\x5bbinary_format_minor_version\xa0");
    bytes.extend(b"\x4bbuild_epoch\x04\x02\x6a\x32\xfb\x6d\x4ddatabase_type\x44knot\x4bdescription\xe0");
    bytes.extend(b"\x4aip_version\xa1\x06\x49languages\x00\x04\x4anode_count\xc1");
    bytes.push(NODES);
    bytes.extend(b"\x4brecord_size\xa1\x18");
    let error = survive(&bytes).unwrap_err();
    assert!(matches!(&error, GeoError::NoPlaces { database_type, .. } if database_type == "knot"), "{error:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_anywhere_does_no_harm(
        city in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let name = if city { "GeoLite2-City-Test.mmdb" } else { "GeoIP2-Country-Test.mmdb" };
        let mut bytes = std::fs::read(vector(name)).unwrap();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = survive(&bytes);
    }

    #[test]
    fn damage_in_the_metadata_does_no_harm(damage in prop::collection::vec((0_usize..400, any::<u8>()), 1..4)) {
        let mut bytes = std::fs::read(vector("GeoLite2-City-Test.mmdb")).unwrap();
        let end = bytes.len();
        for (before_end, value) in damage {
            bytes[end - 1 - before_end] = value;
        }
        let _ = survive(&bytes);
    }
}
