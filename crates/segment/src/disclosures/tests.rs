use std::path::Path;

use env::Disk;
use env::fake::FaultyDisk;
use event::personal::SealedDisclosure;
use event::{Kind, PersonId};
use index::LeafSet;
use proptest::prelude::*;

use super::Disclosed;
use super::{DisclosureCursor, DisclosureFile, DisclosureWriter};
use crate::PartError;
use crate::cache::BlockCache;

fn record(kind: Kind, n: u32) -> SealedDisclosure {
    let mut digest = [kind.as_byte(); 32];
    digest[..4].copy_from_slice(&n.to_le_bytes());
    let mut person = [7; 16];
    person[0] = (n % 11) as u8;
    SealedDisclosure { digest, person: PersonId(person), kind, ciphertext: vec![n as u8; (n as usize * 37) % 300] }
}

/// A leaf by numbers: per element of `personal`, which record of each kind.
type Plan = Vec<[Option<u32>; 3]>;

fn disclosed(plan: &Plan) -> Disclosed {
    let element = |numbers: &[Option<u32>; 3]| {
        let [identity, connection, fields] = numbers;
        [
            identity.map(|n| record(Kind::Identity, n)),
            connection.map(|n| record(Kind::Connection, n)),
            fields.map(|n| record(Kind::Fields, n)),
        ]
    };
    plan.iter().map(element).collect()
}

fn empty_disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new("/segments")).unwrap();
    disk
}

fn push(writer: &mut DisclosureWriter, personal: &Disclosed) -> std::io::Result<()> {
    let mut put = |record: &Option<SealedDisclosure>| record.as_ref().map(|r| writer.record(r.as_ref())).transpose();
    let ordinals = personal.iter().map(|[a, b, c]| Ok([put(a)?, put(b)?, put(c)?]));
    let ordinals = ordinals.collect::<std::io::Result<Vec<_>>>()?;
    writer.push(&ordinals)
}

fn write(disk: &dyn Disk, first_leaf: u64, leaves: &[Plan]) -> u64 {
    let mut writer = DisclosureWriter::create(disk, Path::new("/segments/disc"), first_leaf).unwrap();
    leaves.iter().for_each(|plan| push(&mut writer, &disclosed(plan)).unwrap());
    let (bytes, sha256) = writer.finish().unwrap();
    let written = disk.read(Path::new("/segments/disc")).unwrap();
    assert_eq!((bytes, sha256), (written.len() as u64, proof::Digest::of(&written)));
    bytes
}

fn read(disk: &dyn Disk, cache_bytes: usize) -> Result<DisclosureFile, PartError> {
    DisclosureFile::draft(disk, Path::new("/segments/disc"), &BlockCache::new(cache_bytes))
}

fn read_by(cursor: &mut DisclosureCursor, file: &DisclosureFile, leaf: u64) -> Disclosed {
    let mut refs = Vec::new();
    cursor.refs(file, leaf, &mut refs).unwrap();
    let mut record = |kind, ordinal: Option<u32>| Some(cursor.record(file, kind, ordinal?).unwrap().into_owned());
    let of =
        |[a, b, c]: [Option<u32>; 3]| [record(Kind::Identity, a), record(Kind::Connection, b), record(Kind::Fields, c)];
    refs.into_iter().map(of).collect()
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let element = (prop::option::of(0_u32..30), prop::option::of(0_u32..1000), prop::option::weighted(0.1, 0_u32..50));
    let plan = prop::collection::vec(element.prop_map(|(i, c, f)| [i, c, f]), 0..4);
    prop::collection::vec(plan, 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_leaf_gets_its_disclosures_back(leaves in plans(), first_leaf in 0_u64..1 << 40, cache in 0_usize..100_000) {
        let disk = empty_disk();
        write(&disk, first_leaf, &leaves);
        let file = read(&disk, cache).unwrap();
        file.check().unwrap();
        prop_assert_eq!(file.leaves(), &LeafSet::from(first_leaf..first_leaf + leaves.len() as u64));
        for (leaf, plan) in (first_leaf..).zip(&leaves) {
            prop_assert_eq!(&file.disclosed(leaf).unwrap(), &disclosed(plan));
        }
        // Backwards, every other one, then all: blocks are left and come again.
        let all = first_leaf..first_leaf + leaves.len() as u64;
        let mut cursor = DisclosureCursor::default();
        for leaf in all.clone().rev().step_by(2).chain(all) {
            prop_assert_eq!(read_by(&mut cursor, &file, leaf), disclosed(&leaves[(leaf - first_leaf) as usize]));
        }
    }

    #[test]
    fn each_disclosure_is_stored_once(leaves in plans()) {
        let disk = empty_disk();
        write(&disk, 0, &leaves);
        let file = read(&disk, 0).unwrap();
        for kind in Kind::ALL {
            let mut distinct: Vec<u32> =
                leaves.iter().flatten().filter_map(|element| element[usize::from(kind.as_byte())]).collect();
            distinct.sort_unstable();
            distinct.dedup();
            let mut stored = Vec::new();
            file.each_record(kind, &mut |ordinal, record| {
                assert_eq!(ordinal as usize, stored.len());
                stored.push(u32::from_le_bytes([record.digest[0], record.digest[1], record.digest[2], record.digest[3]]));
                Ok(())
            }).unwrap();
            stored.sort_unstable();
            prop_assert_eq!(stored, distinct);
        }
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let disk = empty_disk();
    write(&disk, 5, &[vec![[Some(0), None, None]]]);
    let file = read(&disk, 0).unwrap();
    for leaf in [0, 4, 6, u64::MAX] {
        assert!(matches!(file.refs(leaf), Err(PartError::NoSuchRow(_))));
        assert!(matches!(DisclosureCursor::default().refs(&file, leaf, &mut Vec::new()), Err(PartError::NoSuchRow(_))));
    }
    assert!(matches!(file.record(Kind::Identity, 1), Err(PartError::NoSuchRow(1))));
    assert!(matches!(file.record(Kind::Connection, 0), Err(PartError::NoSuchRow(0))));
    let mut cursor = DisclosureCursor::default();
    for (kind, ordinal) in [(Kind::Identity, 1), (Kind::Connection, 0), (Kind::Fields, 0)] {
        assert!(matches!(cursor.record(&file, kind, ordinal), Err(PartError::NoSuchRow(_))));
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let disk = empty_disk();
    let plan = |n| vec![[Some(n % 5), Some(n), None], [None, None, Some(n % 3)]];
    write(&disk, 0, &(0..70).map(plan).collect::<Vec<_>>());
    let bytes = disk.read(Path::new("/segments/disc")).unwrap();
    let sound = |bytes: &[u8]| {
        let disk = empty_disk();
        disk.create_new(Path::new("/segments/disc")).unwrap().write_all_at(bytes, 0).unwrap();
        read(&disk, 0).and_then(|file| file.check())
    };
    sound(&bytes).unwrap();
    // One bit of every byte, and every bit of the tables and the footer.
    let tables = bytes.len() - 200;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            if at >= tables || bit == at % 8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(sound(&flipped).is_err(), "byte {at} bit {bit}");
            }
        }
    }
    for len in 0..bytes.len() {
        assert!(sound(&bytes[..len]).is_err(), "cut to {len}");
    }
}

#[test]
fn a_usual_leaf_costs_a_few_bytes_beside_its_new_records() {
    let disk = empty_disk();
    let leaves: Vec<Plan> = (0..10_000).map(|n| vec![[Some(n % 100), Some(n), None]]).collect();
    let bytes = write(&disk, 0, &leaves);
    let ciphertexts: u64 = (0..10_000).map(|n| record(Kind::Connection, n).ciphertext.len() as u64 + 32).sum();
    let rest = (bytes - ciphertexts) / 10_000;
    assert!(rest <= 9, "{rest} bytes a leaf");
}

#[test]
fn a_cursor_goes_from_file_to_file_and_keeps_one_long_block() {
    let disk = empty_disk();
    let long = |n: u32| SealedDisclosure { ciphertext: vec![n as u8; 3_000], ..record(Kind::Fields, n) };
    let mut writer = DisclosureWriter::create(&disk, Path::new("/segments/long"), 0).unwrap();
    for n in 0..200 {
        let ordinal = writer.record(long(n).as_ref()).unwrap();
        writer.push(&[[None, None, Some(ordinal)]]).unwrap();
    }
    writer.finish().unwrap();
    write(&disk, 0, &(0..200).map(|n| vec![[Some(n % 90), Some(n), Some(n)]]).collect::<Vec<_>>());
    let cache = BlockCache::new(0);
    let [long_file, short_file] =
        ["long", "disc"].map(|name| DisclosureFile::draft(&disk, &Path::new("/segments").join(name), &cache).unwrap());
    let mut cursor = DisclosureCursor::default();
    for leaf in [0, 199, 1, 64, 65, 0] {
        assert_eq!(read_by(&mut cursor, &long_file, leaf), vec![[None, None, Some(long(leaf as u32))]]);
        assert_eq!(read_by(&mut cursor, &long_file, 199 - leaf), vec![[None, None, Some(long(199 - leaf as u32))]]);
        assert_eq!(read_by(&mut cursor, &short_file, leaf), short_file.disclosed(leaf).unwrap());
    }
}
