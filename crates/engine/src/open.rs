//! Opening a log: first everything is read and compared, then what was left undone is done, and only then is anything removed.
//!
//! Folder looked at → lock → [`crate::looking`]: all that is there agrees, or nothing is touched → [`crate::settling`]
//! → threads start, and the start is recorded. docs/reliability.md has every write on this way in its crash table.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use enrich::{Geo, GeoError, Platforms};
use env::{Lock, LockError};
use event::Rules;
use journal::release_if_short;
use ledger::MarkState;
use segment::{BlockCache, PartError, SegmentName};

use crate::checkpoints::Signing;
use crate::config::{Config, World};
use crate::create::{create, probe_marks};
use crate::ground::{Ground, survey};
use crate::joining::Pace;
use crate::layout::Layout;
use crate::looking::{Looked, look};
use crate::own::Own;
use crate::publisher::Publisher;
use crate::received::Received;
use crate::sealer::SealerThread;
use crate::sequencer::Sequencer;
use crate::settling::{Settled, settle};
use crate::shared::{Parts, Shared};
use crate::submit::SubmitError;
use crate::{Log, freezer};

/// Why a log could not be opened. Unless the disk failed meanwhile, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The folder is no log and not empty. Remedy: name another folder.
    #[error("{} is not the folder of a log, and not empty: it holds {}", data.display(), found.display())]
    NotEmpty {
        /// The folder.
        data: PathBuf,
        /// What lies there.
        found: PathBuf,
    },
    /// The folder holds part of a log. Remedy: restore what is missing from a copy.
    #[error("{} is part of a log, but {} is missing", found.display(), missing.display())]
    Incomplete {
        /// What only a log has.
        found: PathBuf,
        /// What is not there.
        missing: PathBuf,
    },
    /// A segment is in no manifest, and the log lacks entries: the newest manifest was lost. Remedy: `repair`.
    #[error("segment {segment} is in no manifest, and the log lacks entries without it: {}", manifest.map_or("there is no manifest".to_owned(), |number| format!("manifest {number} is not the newest there was")))]
    Unlisted {
        /// The segment.
        segment: SegmentName,
        /// The newest manifest there is.
        manifest: Option<u64>,
        /// The error that showed it.
        source: Box<OpenError>,
    },
    /// There is no log. Remedy: name the right folder, or let `serve` or `import` make one.
    #[error("there is no log in {}", data.display())]
    NoLog {
        /// The folder.
        data: PathBuf,
    },
    /// The disk failed.
    #[error("cannot use {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Keys of persons.
    #[error("the vault cannot be used")]
    Vault(#[from] vault::VaultError),
    /// The signing key.
    #[error("the signing key cannot be used")]
    Key(#[from] ledger::KeyFileError),
    /// The tree.
    #[error("the ledger cannot be used")]
    Ledger(#[from] ledger::OpenError),
    /// The journal.
    #[error("the journal cannot be used")]
    Journal(#[from] journal::OpenError),
    /// The manifest.
    #[error("the list of segments cannot be used")]
    Manifest(#[from] segment::manifest::ManifestError),
    /// A segment.
    #[error("a segment cannot be used")]
    Segment(#[from] segment::sealed::OpenError),
    /// Its index could not be made again.
    #[error("the index of a segment could not be made again")]
    Reindex(#[from] segment::sealed::ReindexError),
    /// Sealed lines could not be read.
    #[error("sealed lines cannot be read")]
    Read(#[from] PartError),
    /// A segment is not what the tree says. Remedy: `verify`.
    #[error("leaf {leaf} of a segment is not the one in the tree")]
    NotInTree {
        /// The leaf.
        leaf: u64,
    },
    /// A person's key was destroyed by somebody else. Remedy: `verify`, then restore `vault.db` from a copy.
    #[error("the key of person {person} was destroyed, and no entry of the log's own records an erasure")]
    Unexplained {
        /// The handle of the key.
        person: String,
    },
    /// The entries that record erasures could not be read.
    #[error("the entries that record erasures cannot be read")]
    Erasures(#[from] search::SearchError),
    /// The location database.
    #[error("the location database cannot be used")]
    Places(#[from] GeoError),
    /// The rules file.
    #[error("the rules in {} cannot be used", path.display())]
    Rules {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: event::rules::RulesError,
    },
    /// The entry that records the start could not be written.
    #[error("the start could not be recorded")]
    Own(#[from] Box<SubmitError>),
}

impl OpenError {
    /// Whether the mark outside is older than the log, which the operator may accept.
    #[must_use]
    pub fn is_older_mark(&self) -> bool {
        matches!(self, Self::Ledger(ledger::OpenError::Mark(ledger::MarkError::PutBack { .. })))
    }

    /// Whether the disk is full and the reserve is used up. Remedy: make room, then start again.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        crate::shared::is_disk_full(self)
    }

    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source }
    }
}

impl Log {
    /// Opens the log in `config.data`, making a new one in an empty or missing folder, and records the start.
    ///
    /// Cost: reads the journal once; seconds for a million unsealed entries.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(config: Config, world: World) -> Result<Self, OpenError> {
        let layout = Layout::new(&config.data, &config.marks);
        let disk = &*world.disk;
        let places = config.places.as_deref().map_or_else(Geo::builtin, Geo::open)?;
        let rules = rules(&config)?;
        if survey(disk, &layout)? == Ground::Free {
            probe_marks(disk, &layout)?;
            disk.create_dir_all(layout.data()).map_err(|source| OpenError::disk(layout.data(), source))?;
        }
        let lock = Lock::acquire(layout.data())?;
        if survey(disk, &layout)? == Ground::Log {
            // On a full disk a start needs room before it comes to the journal. The reserve holds no data, so it can go.
            let dir = layout.journal();
            release_if_short(disk, &dir).map_err(|source| OpenError::disk(&dir, source))?;
        }
        lock.describe(&config.note)?;
        // Once more: another process may have made a log meanwhile.
        if survey(disk, &layout)? == Ground::Free {
            create(&config, &world, &layout)?;
        }
        let mut looked = look(&config, &world, &layout)?;
        let settled = settle(&config, &world, &layout, &mut looked)?;
        Self::run(config, world, layout, looked, settled, Assets { lock, places, rules })
    }

    /// Starts the threads and records the start.
    fn run(
        config: Config,
        world: World,
        layout: Layout,
        looked: Looked,
        settled: Settled,
        assets: Assets,
    ) -> Result<Self, OpenError> {
        let Looked { vault, ledger, manifest, cache, recent, mut recovered, .. } = looked;
        let Settled { journal, recovery, segments } = settled;
        let file = recovered.connect(&journal);
        let received = Received::new(&*world.clock, recovered.received_us.max(ledger.newest().recorded_us));
        let mut cursor_key = [0; 32];
        world.random.fill(&mut cursor_key);
        let parts = Parts { segments, tail: recovered.tail };
        let size = ledger.size().0;
        let shared = Arc::new(Shared::new(config, world, vault, ledger, journal, recent, parts, size));
        let sequencer = Sequencer { shared: Arc::clone(&shared), active: recovered.active, file };
        let publisher = Publisher::new(Arc::clone(&shared), layout.clone(), Arc::clone(&cache), manifest);
        let sealer = SealerThread::new(Arc::clone(&shared), publisher);
        let signing = Arc::new(Signing::default());
        let threads = start(&shared, &layout, &cache, sequencer, sealer, &signing)?;
        let Assets { lock, places, rules } = assets;
        let log = Self {
            shared,
            signing,
            received,
            places,
            agents: Platforms,
            rules,
            layout,
            cursor_key,
            cache,
            results: search::ResultCache::new(crate::limits::RESULT_BYTES_MAX),
            memory: search::Memory::new(crate::limits::QUESTIONS_BYTES_MAX),
            threads,
            lock,
        };
        log.record_start(size, &recovery, recovered.replayed).map_err(Box::new)?;
        Ok(log)
    }

    /// As [`Log::open`], but only where there is a log.
    ///
    /// # Errors
    /// `NoLog`; else as [`Log::open`].
    pub fn open_existing(config: Config, world: World) -> Result<Self, OpenError> {
        if survey(&*world.disk, &Layout::new(&config.data, &config.marks))? == Ground::Free {
            return Err(OpenError::NoLog { data: config.data });
        }
        Self::open(config, world)
    }

    fn record_start(&self, size: u64, recovery: &journal::Recovery, replayed: u64) -> Result<(), SubmitError> {
        let mark = self.shared.ledger.mark_found();
        if mark != MarkState::Fits && size > 0 {
            tracing::warn!(
                ?mark,
                "the mark outside the data directory does not vouch for this log: an older copy would pass for it"
            );
        }
        crate::repair::record(self)?;
        let unclean = size > 0 && !recovery.closed;
        if unclean {
            self.record_own(&Own::Recovered { replayed, cut: recovery.cut.is_some() })?;
        }
        self.record_own(&Own::Started { version: env!("CARGO_PKG_VERSION"), size, mark })?;
        Ok(())
    }
}

fn rules(config: &Config) -> Result<Rules, OpenError> {
    let Some(path) = &config.rules else { return Ok(Rules::builtin()) };
    let text = std::fs::read_to_string(path).map_err(|source| OpenError::disk(path, source))?;
    let tables = event::rules::Tables { severity: &text, ..event::rules::Tables::builtin() };
    Rules::from_toml(&tables).map_err(|source| OpenError::Rules { path: path.clone(), source })
}

/// Tables that a log needs and that are no part of its files.
struct Assets {
    lock: Lock,
    places: Geo,
    rules: Rules,
}

fn start(
    shared: &Arc<Shared>,
    layout: &Layout,
    cache: &Arc<BlockCache>,
    sequencer: Sequencer,
    sealer: SealerThread,
    signing: &Arc<Signing>,
) -> Result<Threads, OpenError> {
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        spawned.map_err(|source| OpenError::disk(shared.config.data.as_path(), source))
    };
    let (for_freezer, for_signer, bells) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(signing));
    let joiner = |pace| {
        let (shared, layout, cache) = (Arc::clone(shared), layout.clone(), Arc::clone(cache));
        Box::new(move || crate::joining::run(&shared, &layout, &cache, pace))
    };
    let (at_leisure, when_behind) = (joiner(Pace::Leisure), joiner(Pace::Behind));
    Ok(Threads {
        sequencer: Some(spawn("sequencer", Box::new(move || sequencer.run()))?),
        background: vec![
            spawn("freezer", Box::new(move || freezer::run(&for_freezer)))?,
            spawn("joiner", at_leisure)?,
            spawn("joiner behind", when_behind)?,
            spawn("sealer", Box::new(move || sealer.run()))?,
            spawn("signer", Box::new(move || crate::checkpoints::run(&for_signer, &bells)))?,
        ],
    })
}

/// The log's threads.
pub(crate) struct Threads {
    pub(crate) sequencer: Option<JoinHandle<()>>,
    pub(crate) background: Vec<JoinHandle<()>>,
}
