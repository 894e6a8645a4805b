//! Making and opening a ledger.

use super::places::{Places, size_of};
use super::sign::{LastRecord, Signer};
use super::{Ledger, LedgerEnv, Published};
use crate::chain::{Chain, ChainKey};
use crate::dates::Dates;
use crate::keys::ORIGIN_FILE_BYTES_MAX;
use crate::levels::Levels;
use crate::mark::{Mark, MarkState, OlderMark};
use crate::record::{Item, Record, Records};
use crate::{CHECKPOINTS_FILE, MarkError, ORIGIN_FILE, OpenLedgerError};
use env::DiskFile;
use proof::{Checkpoint, SigningKey, TreeSize, VerifierKey};
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

/// Writes the files of an empty tree. The file of checkpoints comes last, whole: where it is, the log exists.
pub(super) fn create(env: &LedgerEnv, tree: &Path, key: &SigningKey, mark: &Path) -> Result<(), OpenLedgerError> {
    let disk = &*env.disk;
    let mark = Mark { disk, path: mark };
    if let Some(marked) = mark.read(&key.verifier())? {
        let path = mark.path.to_owned();
        return Err(MarkError::OlderCopy { path, marked: marked.size, found: TreeSize(0) }.into());
    }
    disk.create_dir_all(tree).map_err(io_at(tree))?;
    let origin = tree.join(ORIGIN_FILE);
    if disk.exists(&origin).map_err(io_at(&origin))? {
        check_origin(env, tree, key.name())?;
    } else {
        env::publish_file(disk, &origin, origin_text(key.name()).as_bytes()).map_err(io_at(&origin))?;
    }
    Levels::create(disk, tree).map_err(io_at(tree))?;
    let empty = Checkpoint { origin: key.name().to_owned(), size: TreeSize(0), root: proof::empty_root() };
    let note = empty.sign(key).map_err(|source| OpenLedgerError::Sign(Box::new(crate::SignError::Note(source))))?;
    let chain = Chain::begin(Some(ChainKey::of(key)));
    let record = chain.link(env.clock.now_us(), note.to_string().into_bytes());
    let path = tree.join(CHECKPOINTS_FILE);
    env::publish_file(disk, &path, &record.encode()).map_err(io_at(&path))
}

/// Opens the tree at its newest checkpoint, without writing anything.
pub(super) fn open(
    env: LedgerEnv,
    tree: &Path,
    key: SigningKey,
    mark: &Path,
    older: OlderMark,
) -> Result<Ledger, OpenLedgerError> {
    check_origin(&env, tree, key.name())?;
    let path = tree.join(CHECKPOINTS_FILE);
    let file = env.disk.open_write(&path).map_err(io_at(&path))?;
    let Newest { published, before, last, chain, places } = newest(&*file, &path, &key)?;
    let Checkpoint { size, root, .. } = published.checkpoint;
    let levels = Levels::open(&env.disk, tree, size)?;
    if levels.root() != root {
        return Err(OpenLedgerError::Root { size });
    }
    let marked = Mark { disk: &*env.disk, path: mark };
    let state = Mark::state(marked.check(&key.verifier(), size, &levels)?, before);
    if let (MarkState::Older { marked }, OlderMark::Refuse) = (state, older) {
        return Err(MarkError::PutBack { path: mark.to_owned(), marked, signed: size }.into());
    }
    let published = std::sync::Arc::new(published);
    Ok(Ledger {
        signer: Mutex::new(Signer::new(file, path, last, chain, mark.to_owned(), std::sync::Arc::clone(&published))),
        places,
        signatures_checked: AtomicU64::new(0),
        env,
        tree: tree.to_owned(),
        key,
        levels,
        dates: Dates::new(published.recorded_us),
        published: RwLock::new(published),
        mark_found: state,
        stopped: OnceLock::new(),
    })
}

/// Makes the opened tree ready for more: the newest checkpoint is made durable in its file and in the mark, and what lies behind
/// it is cut off.
pub(super) fn settle(ledger: &Ledger) -> Result<(), OpenLedgerError> {
    let mut signer = ledger.signer.lock().unwrap_or_else(PoisonError::into_inner);
    signer.settle(&*ledger.env.disk)?;
    ledger.levels.settle().map_err(|(path, source)| OpenLedgerError::Io { path, source })
}

/// A record's checkpoint, its signature checked.
pub(super) fn opened(
    record: Record,
    key: &VerifierKey,
    path: &Path,
    offset: u64,
) -> Result<Published, OpenLedgerError> {
    let checkpoint = Checkpoint::open(&record.note, key).map_err(|source| OpenLedgerError::Signature {
        path: path.to_owned(),
        offset,
        source,
    })?;
    let note = String::from_utf8(record.note).map_err(|_| OpenLedgerError::Damaged {
        path: path.to_owned(),
        offset,
        what: "the note is not UTF-8",
    })?;
    Ok(Published { checkpoint, note, recorded_us: record.recorded_us })
}

/// The text of `tree/origin`.
pub(crate) fn origin_text(origin: &str) -> String {
    format!("{origin}\n")
}

fn check_origin(env: &LedgerEnv, tree: &Path, key_name: &str) -> Result<(), OpenLedgerError> {
    let path = tree.join(ORIGIN_FILE);
    let origin = env::read_whole(&*env.disk, &path, ORIGIN_FILE_BYTES_MAX).map_err(io_at(&path))?;
    if origin == origin_text(key_name).as_bytes() {
        return Ok(());
    }
    Err(OpenLedgerError::OtherKey {
        key: key_name.to_owned(),
        origin: String::from_utf8_lossy(&origin).trim_end().to_owned(),
    })
}

/// The end of the file of checkpoints.
struct Newest {
    published: Published,
    /// Size of the checkpoint before the newest; zero if there is none.
    before: TreeSize,
    /// Its record.
    last: LastRecord,
    /// The chain of all records up to it.
    chain: Chain,
    places: Places,
}

/// The newest checkpoint, at the end of a chain without a gap; behind it may be an end that power loss tore.
fn newest(file: &dyn DiskFile, path: &Path, key: &SigningKey) -> Result<Newest, OpenLedgerError> {
    let mut records = Records::of(file).map_err(io_at(path))?;
    let mut last = None;
    let mut before = None;
    let mut offset = 0;
    let mut previous = 0;
    let mut chain = Chain::begin(Some(ChainKey::of(key)));
    let places = Places::default();
    loop {
        match records.at(offset).map_err(io_at(path))? {
            Item::Record(record, next) => {
                if let Err(what) = chain.follow(&record) {
                    // Another log's chain does not fit either: if the signature shows that it is another's, say that instead.
                    opened(record, &key.verifier(), path, offset)?;
                    return Err(OpenLedgerError::Damaged { path: path.to_owned(), offset, what });
                }
                let size = size_of(&record.note).ok_or_else(|| {
                    let what = "the note is no checkpoint";
                    OpenLedgerError::Damaged { path: path.to_owned(), offset, what }
                })?;
                places.add(size, offset);
                before = last.replace(record).map(|before| (before, previous));
                previous = offset;
                offset = next;
            }
            Item::End | Item::Torn(_) => break,
            Item::Damaged(what) => return Err(OpenLedgerError::Damaged { path: path.to_owned(), offset, what }),
        }
    }
    let Some(record) = last else {
        return Err(OpenLedgerError::Damaged { path: path.to_owned(), offset: 0, what: "no checkpoint is recorded" });
    };
    let last = LastRecord { at: previous, bytes: record.encode() };
    let key = key.verifier();
    let before = before.map(|(record, at)| opened(record, &key, path, at)).transpose()?;
    let before = before.map_or(TreeSize(0), |before| before.checkpoint.size);
    Ok(Newest { published: opened(record, &key, path, previous)?, before, last, chain, places })
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> OpenLedgerError {
    let path = path.to_owned();
    move |source| OpenLedgerError::Io { path: path.clone(), source }
}
