//! Opening a log: the orders of RELIABILITY, "Start".
//!
//! Lock → newest checkpoint, tree files against it → segments → journal: what no checkpoint covers is copied into a
//! fresh file, synced → tail and ledger grow by it → threads start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use enrich::{Geo, GeoError, Platforms};
use env::{Lock, LockError};
use event::Rules;
use journal::{FileJournal, Known, MacKey, Sizes, release_if_short};
use ledger::{Ledger, MarkState, load_signing_key};
use proof::{Digest, LeafIndex};
use segment::manifest::{Manifest, SegmentEntry, newest};
use segment::seal::remove_leftovers;
use segment::sealed::{IndexAccess, open_segment};
use segment::{BlockCache, Part, PartError, Segment};
use vault::{RootKey, Vault};

use crate::checkpoints::Signing;
use crate::config::{Config, World};
use crate::create::{create, is_log, ledger_env, surroundings};
use crate::dedup::Recent;
use crate::joining::Pace;
use crate::layout::Layout;
use crate::own::Own;
use crate::publisher::Publisher;
use crate::received::Received;
use crate::recover::Recovering;
use crate::reindex::{Watch, make_again};
use crate::rows::remember_identity;
use crate::sealer::SealerThread;
use crate::sequencer::{Sequencer, signed_tree};
use crate::shared::{Parts, Shared};
use crate::submit::SubmitError;
use crate::{Log, freezer};

/// Decompressed frames kept in memory: a page's worth of every segment of a long log.
const CACHE_BYTES_MAX: usize = 32 << 20;

/// Rows after which a start that makes its index again says how far it is: every ten seconds or so.
const REINDEX_TOLD_ROWS: u64 = 1 << 20;

/// Why a log could not be opened. Nothing was changed but what an unclean stop had left undone.
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
    /// The newest segment is not what the tree says. Remedy: `verify`.
    #[error("leaf {leaf} of the newest segment is not the one in the tree")]
    NotInTree {
        /// The leaf.
        leaf: u64,
    },
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

    /// Whether the disk is full, and what was in reserve used up. Remedy: make room, then start again.
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
        disk.create_dir_all(layout.data()).map_err(|source| OpenError::disk(layout.data(), source))?;
        let lock = Lock::acquire(layout.data())?;
        if is_log(disk, &layout)? {
            // On a full disk a start needs room before it comes to the journal.
            let dir = layout.journal();
            release_if_short(disk, &dir).map_err(|source| OpenError::disk(&dir, source))?;
        }
        lock.describe(&config.note)?;
        if !is_log(disk, &layout)? {
            create(&config, &world, &layout)?;
        }
        let places = config.places.as_deref().map_or_else(Geo::builtin, Geo::open)?;
        let rules = rules(&config)?;

        let key = load_signing_key(disk, &layout.signing_key())?;
        let origin = key.name().to_owned();
        let mac_key = MacKey::new(&key.derive(MacKey::INFO));
        let vault = Vault::open(layout.data(), surroundings(&world), &RootKey::read(disk, layout.data())?)?;
        let ledger = Ledger::open(ledger_env(&world), &layout.tree(), key, &layout.mark(&origin), config.older_mark)?;

        let manifest = newest(disk, &layout.manifests())?;
        let sealed = manifest.as_ref().map_or(0, Manifest::sealed_to);
        remove_leftovers(disk, &layout.segments(), manifest.as_ref(), sealed)
            .map_err(|source| OpenError::disk(&layout.segments(), source))?;
        let cache = BlockCache::new(CACHE_BYTES_MAX);
        let segments = open_segments(&world, &layout, manifest.as_ref(), &cache, &vault)?;
        check_last(segments.last(), &ledger)?;

        let checkpoint = ledger.newest();
        let recent = Recent::new(sealed);
        let mut recovering = Recovering::new(sealed, &vault, &ledger, &recent);
        let known = Known {
            origin: &origin,
            sealed: LeafIndex(sealed),
            checkpoint: signed_tree(&checkpoint.checkpoint),
            root_at: &|size| proof::root(size, &ledger).ok(),
            key: Some(&mac_key),
        };
        let dir = layout.journal();
        let room = disk.room(layout.data()).map_err(|source| OpenError::disk(layout.data(), source))?;
        let sizes = Sizes::within(config.reserve_bytes, room);
        let (on_disk, random) = (world.disk.clone(), world.random.clone());
        let opened =
            FileJournal::open_sized(on_disk, random, &dir, &known, sizes, &mut |batch| recovering.take(&batch));
        let (journal, recovery) = opened?;
        let recovered = recovering.finish(&journal);

        let received = Received::new(&*world.clock, recovered.received_us.max(checkpoint.recorded_us));
        let mut cursor_key = [0; 32];
        world.random.fill(&mut cursor_key);
        let parts = Parts { segments, tail: recovered.tail };
        let size = ledger.size().0;
        let shared = Arc::new(Shared::new(config, world, vault, ledger, journal, recent, parts, size));
        let sequencer = Sequencer { shared: Arc::clone(&shared), active: recovered.active, file: recovered.file };
        let publisher = Publisher::new(Arc::clone(&shared), layout.clone(), Arc::clone(&cache), manifest);
        let sealer = SealerThread::new(Arc::clone(&shared), publisher);
        let signing = Arc::new(Signing::default());
        let threads = start(&shared, &layout, &cache, sequencer, sealer, &signing)?;
        let results = search::ResultCache::new(crate::limits::RESULT_BYTES_MAX);
        let memory = search::Memory::new(crate::limits::QUESTIONS_BYTES_MAX);
        let agents = Platforms;
        let log = Self {
            shared,
            signing,
            received,
            places,
            agents,
            rules,
            layout,
            cursor_key,
            results,
            memory,
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
        if !is_log(&*world.disk, &Layout::new(&config.data, &config.marks))? {
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

/// Opens every live segment; an index that is missing or damaged is made again. Identities are held open from then on.
fn open_segments(
    world: &World,
    layout: &Layout,
    manifest: Option<&Manifest>,
    cache: &Arc<BlockCache>,
    vault: &Vault,
) -> Result<Vec<Arc<Segment>>, OpenError> {
    let (disk, dir) = (&*world.disk, layout.segments());
    let named = manifest.map_or(&[][..], |manifest| &manifest.segments);
    let open = |entry: &SegmentEntry| open_segment(disk, &dir, entry, cache, IndexAccess::Map);
    let (mut opened, mut rebuild) = (Vec::new(), Vec::new());
    for entry in named {
        opened.push(match open(entry) {
            Err(error) if error.wants_reindex() => {
                tracing::warn!(segment = %entry.name, %error, "the index is made again");
                rebuild.push(*entry);
                None
            }
            opened => Some(opened?),
        });
    }
    let told = AtomicU64::new(0);
    let progress = |rows: u64, of: u64| {
        let times = rows / REINDEX_TOLD_ROWS;
        if told.fetch_max(times, Ordering::Relaxed) < times {
            tracing::info!(rows, of, "indexed");
        }
    };
    let each = |segment: &str, _| tracing::info!(segment, "the index is made");
    make_again(disk, &dir, vault, &rebuild, &Watch { each: &each, progress: &progress })?;
    let mut segments = Vec::new();
    for (entry, segment) in named.iter().zip(opened) {
        let segment = segment.map_or_else(|| open(entry), Ok)?;
        let mut failed = None;
        segment.source().disclosure_file().each_record(event::Kind::Identity.as_byte(), &mut |_, record| {
            failed = failed.take().or(remember_identity(vault, &record).err());
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        segments.push(Arc::new(segment));
    }
    Ok(segments)
}

/// The newest segment's last line is the tree's: a manifest put back to an older state would show here at the latest.
fn check_last(segment: Option<&Arc<Segment>>, ledger: &Ledger) -> Result<(), OpenError> {
    let Some(segment) = segment else { return Ok(()) };
    let leaf = segment.first_leaf() + u64::from(segment.rows()) - 1;
    let row = segment.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
    let same = ledger
        .digest(LeafIndex(leaf))
        .is_ok_and(|digest| segment.line(row).is_ok_and(|line| Digest::of(&line) == digest));
    if same { Ok(()) } else { Err(OpenError::NotInTree { leaf }) }
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
