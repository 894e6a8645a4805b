//! Journal files: any bytes are refused or read, and what is read is read the same after a restart has rewritten it.
//!
//! The input follows a sound file header. Frames in it get the file's stamp and right checksums, unless their reserved
//! bytes ask for none: a fuzzer would never guess them. They get right MACs unless these bytes ask for none of those.

#![no_main]

use env::fake::{FaultyDisk, SeededRandom};
use env::{Disk, Random};
use hmac::{Hmac, KeyInit as _, Mac as _};
use journal::{FileJournal, Known, MacKey, SignedTree, Sizes};
use libfuzzer_sys::fuzz_target;
use proof::{Digest, LeafIndex, TreeSize};
use sha2::Sha256;
use std::path::Path;
use std::sync::Arc;

const KEY: [u8; 32] = [1; 32];
const SIZES: Sizes = Sizes { file_bytes: 1 << 20, window_bytes: 0, reserve_bytes: 0 };

const HEADER_BYTES: usize = 192;
const FRAME_HEADER_BYTES: usize = 80;
const MAC_BYTES: usize = 32;

/// The MAC of a frame without its trailer, whose sizes lead nowhere behind its end.
fn mac(previous: &[u8], frame: &[u8]) -> Option<[u8; MAC_BYTES]> {
    let size = |at: usize| u32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]) as usize;
    let (n, lines_at) = (size(48), FRAME_HEADER_BYTES + size(48) * 8 + size(60) * 4);
    let (lines, rest) = frame.get(lines_at..)?.split_at_checked(size(52))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).ok()?;
    for part in [previous, &frame[..8], &frame[16..32], &frame[48..68], frame.get(FRAME_HEADER_BYTES..lines_at)?] {
        mac.update(part);
    }
    let mut start = 0;
    for line in 0..n {
        let end = size(FRAME_HEADER_BYTES + line * 4);
        mac.update(&Digest::of(lines.get(start..end)?).0);
        start = end;
    }
    mac.update(rest);
    Some(mac.finalize().into_bytes().into())
}

/// Makes the frames of a journal file sound, as far as their lengths lead to one another (spec/journal.md).
fn mend(file: &mut [u8]) -> Option<()> {
    let stamp = [file.get(16..24)?, file.get(32..48)?].concat();
    let mut previous: [u8; 4] = file.get(188..192)?.try_into().ok()?;
    let mut previous_mac: [u8; MAC_BYTES] = file.get(152..184)?.try_into().ok()?;
    let mut rest = file.get_mut(HEADER_BYTES..)?;
    loop {
        let header = rest.get_mut(..FRAME_HEADER_BYTES)?;
        if header[72] != 0 {
            return None;
        }
        let with_mac = header[73] == 0;
        header[73] = 0;
        header[..4].copy_from_slice(b"IWFR");
        header[8..16].copy_from_slice(&stamp[..8]);
        header[32..48].copy_from_slice(&stamp[8..]);
        header[68..72].copy_from_slice(&previous);
        let crc = crc32c::crc32c(&header[..76]).to_le_bytes();
        header[76..].copy_from_slice(&crc);
        let size = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let body = size(48) * 8 + size(60) * 4 + size(52) + size(56) + size(64);
        let (frame, behind) = rest.split_at_mut_checked(FRAME_HEADER_BYTES + body)?;
        let made = mac(&previous_mac, frame);
        let (own_mac, behind) = behind.split_at_mut_checked(MAC_BYTES)?;
        if let Some(made) = made.filter(|_| with_mac) {
            own_mac.copy_from_slice(&made);
        }
        previous_mac = (&*own_mac).try_into().ok()?;
        let (crc, behind) = behind.split_at_mut_checked(4)?;
        previous = crc32c::crc32c_append(crc32c::crc32c(frame), own_mac).to_le_bytes();
        crc.copy_from_slice(&previous);
        rest = behind;
    }
}

/// Opens the journal and returns its lines, refs and disclosures; `None` when it is refused.
fn open(disk: &FaultyDisk, dir: &Path) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
    let key = MacKey::new(&KEY);
    let root_at = |size| (size == TreeSize(0)).then(proof::empty_root);
    let known = Known {
        origin: "fuzz/0123456789abcdef",
        sealed: LeafIndex(0),
        checkpoint: SignedTree { size: TreeSize(0), root: proof::empty_root() },
        root_at: &root_at,
        in_tree: &|_, _| false,
        key: Some(&key),
    };
    FileJournal::open_sized(Arc::new(disk.clone()), random, dir, &known, SIZES, &mut |batch| {
        for packed in [batch.lines, batch.refs, batch.disclosures] {
            found.extend(packed.iter().map(<[u8]>::to_vec));
        }
        Ok(())
    })
    .ok()?;
    Some(found)
}

fuzz_target!(|bytes: &[u8]| {
    let (disk, dir) = (FaultyDisk::new(), Path::new("/journal"));
    // An empty journal has a file with nothing but its header.
    open(&disk, dir).expect("an empty journal opens");
    let files = disk.list(dir).expect("the folder is there");
    let path = files.iter().find(|path| path.extension().is_some_and(|extension| extension == "wal"));
    let path = path.expect("the journal has a file");
    let mut content = disk.read(path).expect("it can be read");
    content.truncate(HEADER_BYTES);
    content.extend_from_slice(bytes);
    // `None` where the input ends or asks for no more.
    let _ = mend(&mut content);
    disk.open_write(path).and_then(|file| file.write_all_at(&content, 0)).expect("the disk takes everything");
    if let Some(found) = open(&disk, dir) {
        assert_eq!(open(&disk, dir).expect("what was rewritten is sound"), found);
    }
});
