//! Opening a log: first everything is read and compared, then what was left undone is done, and only then is anything removed.
//!
//! Folder looked at → lock → [`crate::start::looking`]: all that is there agrees, or nothing is touched → [`crate::start::settling`]
//! → threads start, and the start is recorded. docs/reliability.md has every write on this way in its crash table.

use crate::admit::error::SubmitError;
use crate::commit::received::Received;
use crate::commit::sequencer::Sequencer;
use crate::commit::signing::{Signer, Signing};
use crate::log::{Log, Threads};
use crate::own::Own;
use crate::own::owed::Owed;
use crate::seal::freezer::Freezer;
use crate::seal::joining::Joiner;
use crate::seal::joins::Pace;
use crate::seal::own_puts::OwnPuts;
use crate::seal::publisher::Publisher;
use crate::seal::sealer::{SealerThread, SealerWorker};
use crate::start::create::{create, probe_marks};
use crate::start::error::OpenLogError;
use crate::start::ground::{Ground, survey};
use crate::start::looking::{Looked, look};
use crate::start::repaired::Repaired;
use crate::start::settling::{Settled, settle};
use crate::state::config::{Config, Stores, World};
use crate::state::layout::Layout;
use crate::state::parts::Parts;
use crate::state::shared::Shared;
use crate::state::worker::run;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use enrich::{Geo, Platforms};
use env::BlobStore as _;
use event::Rules;
use ledger::MarkState;
use segment::BlockCache;

impl Log {
    /// Opens the log in `config.data`, making a new one in an empty or missing folder, and records the start.
    ///
    /// Cost: reads the journal once; seconds for a million unsealed entries.
    ///
    /// # Errors
    /// [`OpenLogError`].
    pub fn open(config: Config, world: World) -> Result<Self, OpenLogError> {
        let (mut log, workers, begun) = begin(config, world)?;
        log.start(workers)?;
        log.record_start(&begun).map_err(Box::new)?;
        Ok(log)
    }

    /// As [`Log::open`], but only where there is a log.
    ///
    /// # Errors
    /// `NoLog`; else as [`Log::open`].
    pub fn open_existing(config: Config, world: World) -> Result<Self, OpenLogError> {
        if survey(&world, &Layout::new(&config.data, &config.marks))? == Ground::Free {
            return Err(OpenLogError::NoLog { data: config.data });
        }
        Self::open(config, world)
    }

    /// Gives each worker a thread.
    fn start(&mut self, workers: Workers) -> Result<(), OpenLogError> {
        let Workers { sequencer, mut signer, sealer, cache } = workers;
        let shared = &self.shared;
        let mut freezer = Freezer::new(Arc::clone(shared));
        let joiner = |pace| {
            let joiner = Joiner::new(Arc::clone(shared), Arc::clone(&cache), pace);
            Box::new(move || joiner.run())
        };
        let background: [(_, Box<dyn FnOnce() + Send>); 5] = [
            ("freezer", Box::new(move || run(&mut freezer))),
            ("joiner", joiner(Pace::Leisure)),
            ("joiner behind", joiner(Pace::Behind)),
            ("sealer", Box::new(move || SealerWorker::new(sealer).run())),
            ("signer", Box::new(move || run(&mut signer))),
        ];
        self.threads.sequencer = Some(spawn("sequencer", move || sequencer.run())?);
        for (name, work) in background {
            self.threads.background.push(spawn(name, work)?);
        }
        Ok(())
    }

    /// Records the start; what has no room is owed.
    pub(crate) fn record_start(&self, begun: &Begun) -> Result<(), SubmitError> {
        let Begun { size, recovery, replayed, repaired } = begun;
        let size = *size;
        let replayed = *replayed;
        let mark = self.shared.ledger.mark_found();
        if mark != MarkState::Fits && size > 0 {
            tracing::warn!(
                ?mark,
                "the mark outside the data directory does not vouch for this log: an older copy would pass for it"
            );
        }
        match crate::start::repair::record(self, repaired) {
            // The note stays, and the next start records it.
            Err(SubmitError::DiskFull) => {}
            other => other?,
        }
        let unclean = size > 0 && !recovery.closed;
        if unclean {
            self.record_or_owe(Own::Recovered { replayed, cut: recovery.cut.is_some() })?;
        }
        self.record_or_owe(Own::Started { version: env!("CARGO_PKG_VERSION"), size, mark })
    }
}

/// A log's workers before they begin.
pub(crate) struct Workers {
    pub(crate) sequencer: Sequencer,
    pub(crate) signer: Signer,
    pub(crate) sealer: SealerThread,
    pub(crate) cache: Arc<BlockCache>,
}

/// What is recorded of a start.
pub(crate) struct Begun {
    size: u64,
    recovery: journal::Recovery,
    replayed: u64,
    repaired: Repaired,
}

/// Reads and settles; nobody works yet, and the start is not recorded.
pub(crate) fn begin(config: Config, world: World) -> Result<(Log, Workers, Begun), OpenLogError> {
    let layout = Layout::new(&config.data, &config.marks);
    let disk = &*world.disk;
    let places = config.places.as_deref().map_or_else(Geo::builtin, Geo::open)?;
    let rules = rules(&config)?;
    if survey(&world, &layout)? == Ground::Free {
        probe_marks(disk, &layout)?;
        disk.create_dir_all(layout.data()).map_err(|source| OpenLogError::disk(layout.data(), source))?;
    }
    let lock = disk.lock(layout.data())?;
    if survey(&world, &layout)? == Ground::Log {
        // On a full disk even looking needs some room. The reserve holds no data, so it can give it.
        let made = world.journal(&config, &layout).make_room_to_look();
        made.map_err(|source| OpenLogError::disk(&layout.journal(), source))?;
    }
    lock.describe(&config.note)?;
    // Once more: another process may have made a log meanwhile.
    if survey(&world, &layout)? == Ground::Free {
        create(&config, &world, &layout)?;
    }
    let mut looked = look(&config, &world, &layout)?;
    let settled = settle(&config, &world, &layout, &mut looked)?;
    let Looked { vault, ledger, manifest, cache, cursor_key, recent, mut recovered, repaired, .. } = looked;
    let Settled { journal, recovery, segments } = settled;
    let book = recovered.connect(&*journal);
    let received = Received::new(&*world.clock, recovered.received_us.max(ledger.newest().recorded_us));
    let Stores { segments: store, manifests } = world.stores(&layout);
    let own = OwnPuts::over(store);
    let stores = Stores { segments: own.share(), manifests };
    let parts = Parts { segments, tail: recovered.tail };
    let size = ledger.size().0;
    let shared = Arc::new(Shared::new(config, world, stores, vault, ledger, journal, recent, parts, size));
    let sequencer = Sequencer { shared: Arc::clone(&shared), active: recovered.active, book };
    let publisher = Publisher::new(Arc::clone(&shared), Arc::clone(&cache), manifest, own);
    let sealer = SealerThread::new(Arc::clone(&shared), publisher);
    let signing = Arc::new(Signing::default());
    let signer = Signer::new(Arc::clone(&shared), Arc::clone(&signing));
    // Whatever this start has used of the reserve: no new event is taken before it is whole again.
    shared.begin_with_room().map_err(|source| OpenLogError::disk(layout.data(), source))?;
    let workers = Workers { sequencer, signer, sealer, cache: Arc::clone(&cache) };
    let log = Log {
        shared,
        signing,
        received,
        places,
        agents: Platforms,
        rules,
        layout,
        cursor_key,
        cache,
        results: search::ResultCache::new(crate::ask::limits::RESULT_BYTES_MAX),
        sources: crate::ask::sources::Sources::default(),
        memory: search::Memory::new(crate::ask::limits::QUESTIONS_BYTES_MAX),
        owed: Owed::default(),
        threads: Threads::default(),
        lock,
    };
    Ok((log, workers, Begun { size, recovery, replayed: recovered.replayed, repaired }))
}

fn rules(config: &Config) -> Result<Rules, OpenLogError> {
    let Some(path) = &config.rules else { return Ok(Rules::builtin()) };
    let text = std::fs::read_to_string(path).map_err(|source| OpenLogError::disk(path, source))?;
    let tables = event::rules::Tables { severity: &text, ..event::rules::Tables::builtin() };
    Rules::from_toml(&tables).map_err(|source| OpenLogError::Rules { path: path.clone(), source })
}

fn spawn(name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenLogError> {
    Builder::new().name(name.to_owned()).spawn(work).map_err(|source| OpenLogError::Thread { name, source })
}
