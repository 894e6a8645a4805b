//! What a log can be told, and every bound of the engine with its reason.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::{BlobStore, Clock, Disk, FolderStore, Random, SystemClock, SystemDisk, SystemRandom};
use event::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use journal::{FileJournalStore, JournalStore};
use ledger::OlderMark;
use roaring::RoaringTreemap;
use vault::{KeyStore, SqliteKeys};

use crate::state::layout::Layout;

/// Rows of a sealed segment by default. A row that is not sealed yet takes some 800 bytes of memory, and all must stay below a
/// gibibyte, questions, exports and joining included. 64 such segments make [`MERGE_ROWS_DEFAULT`].
pub const SEAL_ROWS_DEFAULT: u64 = 1 << 18;

/// Bytes of lines at which a segment is sealed though it has fewer rows: long lines must not outgrow what an index counts.
pub const SEAL_BYTES_DEFAULT: u64 = 1 << 30;

/// Most rows of a merged segment by default. A hundred million entries are then some twenty segments; the index of one has a
/// gigabyte, which is read and written once when it is made.
pub const MERGE_ROWS_DEFAULT: u64 = 1 << 24;

/// Bytes of lines of a merged segment at most: bounds the second copy that the disk must hold meanwhile.
pub const MERGE_BYTES_MAX: u64 = 32 << 30;

/// Entries that may wait for sealing before new ones are refused for a while: one segment that is being sealed, and three
/// quarters of another that came in meanwhile. Bounds memory (some 350 MiB), the journal, and what a start after a crash reads.
pub const UNSEALED_ROWS_MAX: u64 = 7 << 16;

/// Largest number of rows at which sealing may be set to begin: one more batch must find room below [`UNSEALED_ROWS_MAX`].
pub const SEAL_ROWS_MAX: u64 = UNSEALED_ROWS_MAX - BATCH_EVENTS_MAX as u64 - 1;

/// Jobs that may wait for the sequencer. A job is a request; past this the client is told to come back.
pub const QUEUE_JOBS_MAX: usize = 1_024;

/// Bytes of lines that may wait for the sequencer: a few of the largest batches, so that memory stays bounded.
pub const QUEUE_BYTES_MAX: usize = 8 * BATCH_BYTES_MAX;

/// Most bytes of lines in one group commit, so that the first job of a group does not wait for the whole queue.
pub const GROUP_BYTES_MAX: usize = BATCH_BYTES_MAX;

/// Rounds after which an admission gives up. A further round is needed when another client sent the same `event_id` meanwhile;
/// one round is the rule.
pub const STALE_ROUNDS_MAX: usize = 16;

/// How long a proof that needs a new checkpoint waits for one.
pub const CHECKPOINT_WAIT_US: u64 = 5_000_000;

// A segment is at most one run longer than this, and the columns of one run are far smaller than the difference.
const _: () = assert!(SEAL_BYTES_DEFAULT <= index::INDEX_LINE_BYTES_MAX / 2);
const _: () = assert!(QUEUE_BYTES_MAX >= GROUP_BYTES_MAX);
const _: () = assert!(MERGE_ROWS_DEFAULT <= index::INDEX_ROWS_MAX as u64);
const _: () = assert!(SEAL_ROWS_MAX >= SEAL_ROWS_DEFAULT);

/// The world the engine lives in.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// Where keys of persons are kept; `None`: in `vault.db` of the data directory, by SQLite on the real file system.
    pub keys: Option<Arc<dyn KeyStore>>,
    /// Where the journal is kept; `None`: in files of the data directory.
    pub journal: Option<Arc<dyn JournalStore>>,
    /// Where segments and manifests are kept; `None`: in folders of the data directory.
    pub stores: Option<Stores>,
}

/// Where what is sealed is kept.
#[derive(Clone)]
pub struct Stores {
    /// The files of segments.
    pub segments: Arc<dyn BlobStore>,
    /// Which segments are live.
    pub manifests: Arc<dyn BlobStore>,
}

impl World {
    /// The operating system's clock, randomness and disk; keys, journal and what is sealed in the data directory.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock::new()),
            random: Arc::new(SystemRandom),
            disk: Arc::new(SystemDisk),
            keys: None,
            journal: None,
            stores: None,
        }
    }

    /// The key store of the log in `data`.
    #[must_use]
    pub fn key_store(&self, data: &Path) -> Arc<dyn KeyStore> {
        self.keys.clone().unwrap_or_else(|| Arc::new(SqliteKeys::of(data)))
    }

    /// Where a log's journal is kept.
    pub(crate) fn journal(&self, config: &Config, layout: &Layout) -> Arc<dyn JournalStore> {
        let in_files = || {
            let disk = Arc::clone(&self.disk);
            let random = Arc::clone(&self.random);
            Arc::new(FileJournalStore::new(disk, random, &layout.journal(), config.reserve_bytes)) as _
        };
        self.journal.clone().unwrap_or_else(in_files)
    }

    /// Where what a log has sealed is kept.
    pub(crate) fn stores(&self, layout: &Layout) -> Stores {
        let folder = |dir: PathBuf| Arc::new(FolderStore::new(Arc::clone(&self.disk), &dir)) as _;
        let in_folders = || Stores { segments: folder(layout.segments()), manifests: folder(layout.manifests()) };
        self.stores.clone().unwrap_or_else(in_folders)
    }
}

/// What a log can be told.
#[derive(Clone)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// Folder of the marks kept outside the data directory, one file an origin.
    pub marks: PathBuf,
    /// First part of the origin of a log that is made now: a name without `/`, spaces or `+`.
    pub name: String,
    /// What to do about a mark that is older than it can be after a crash.
    pub older_mark: OlderMark,
    /// Leaves that segments may lack. None in the product, where nothing is removed yet: a log that lacks any is refused, and
    /// `verify` finds them. Tests name those that they removed.
    pub explained: RoaringTreemap,
    /// What the holder of the lock says of itself, for instance its address.
    pub note: String,
    /// Rows at which the tail is sealed into a segment.
    pub seal_rows: u64,
    /// Bytes of lines at which the tail is sealed though it has fewer rows.
    pub seal_bytes: u64,
    /// Age at which the tail is sealed though it has fewer rows. µs; of the oldest row, by `received`.
    pub seal_age_us: i64,
    /// How long nothing comes in before a tail of at least a quarter of a segment is sealed as it is. µs, by `received`.
    pub seal_quiet_us: i64,
    /// Most rows of a merged segment; 0: nothing is merged.
    pub merge_rows: u64,
    /// Segments are merged by indexing and packing anew up to this many rows in all; above, their files are joined. By default as
    /// many rows as are sealed at once, for the same reason.
    pub merge_anew_rows: u64,
    /// Least time between two checkpoints that nobody asked for. µs.
    pub checkpoint_interval_us: u64,
    /// How long an `event_id` is remembered. µs, of `received`.
    pub deduplication_window_us: i64,
    /// Most bytes of disk kept in reserve for what must go on when the disk is full: sealing, a start, checkpoints, keys and own
    /// entries. On a small disk, an eighth of what is free at the start.
    pub reserve_bytes: u64,
    /// Most bytes that names and e-mail addresses of persons take that are held in memory for search; of others they are opened when
    /// somebody looks for a text.
    pub identities_bytes_max: usize,
    /// A location database in the MMDB format to use in place of the built-in country database.
    pub places: Option<PathBuf>,
    /// A rules file in place of the built-in severity rules.
    pub rules: Option<PathBuf>,
}

impl Config {
    /// The defaults for the log in `data`.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            marks: marks_folder(),
            older_mark: OlderMark::Refuse,
            explained: RoaringTreemap::new(),
            name: "log".to_owned(),
            note: String::new(),
            seal_rows: SEAL_ROWS_DEFAULT,
            seal_bytes: SEAL_BYTES_DEFAULT,
            seal_age_us: 24 * 3_600 * 1_000_000,
            seal_quiet_us: 60 * 1_000_000,
            merge_rows: MERGE_ROWS_DEFAULT,
            merge_anew_rows: SEAL_ROWS_DEFAULT,
            checkpoint_interval_us: 1_000_000,
            deduplication_window_us: 30 * 24 * 3_600 * 1_000_000,
            reserve_bytes: journal::RESERVE_BYTES_DEFAULT,
            identities_bytes_max: vault::IDENTITIES_BYTES_MAX,
            places: None,
            rules: None,
        }
    }
}

/// `$XDG_STATE_HOME/indelible`, else `$HOME/.local/state/indelible`, else a folder beside the working directory.
fn marks_folder() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    state.or_else(home).unwrap_or_else(|| PathBuf::from(".state")).join("indelible")
}
