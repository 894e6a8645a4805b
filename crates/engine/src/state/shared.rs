//! What the engine's threads share, and who owns which part of it.

use crate::admit::dedup::Recent;
use crate::admit::queue::{Queue, Refused};
use crate::disclose::lately::OpenedLately;
use crate::own::recorded::Recorded;
use crate::seal::joins::Joins;
use crate::state::bell::Bell;
use crate::state::config::{Config, Stores, World};
use crate::state::health::Health;
use crate::state::listeners::Listeners;
use crate::state::parts::{Parts, TailPart};
use env::with_causes;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use journal::{AppendError, Journal, Need};
use ledger::Ledger;
use proof::Digest;
use segment::{Part, View};
use vault::{StoreError, Vault};

/// Everything but what a single thread owns.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) stores: Stores,
    pub(crate) vault: Vault,
    pub(crate) ledger: Arc<Ledger>,
    /// Appended to by the sequencer; freed by the sealer.
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) queue: Queue,
    /// Grown by the sequencer; its floor raised by the sealer.
    pub(crate) recent: Recent,
    pub(crate) recorded: Recorded,
    /// Belongs to whoever shows entries.
    pub(crate) opened: OpenedLately,
    /// Tree size that questions see. Stored by the sequencer, after rows and ledger have grown.
    pub(crate) committed: AtomicU64,
    /// What is searched. Replaced under `publishing` by sequencer, freezer and sealer.
    parts: ArcSwap<Parts>,
    publishing: Mutex<()>,
    /// Held while a checkpoint is signed.
    signing: Mutex<()>,
    pub(crate) listeners: Listeners,
    /// Rings for the freezer: a buffer is full, or the log closes.
    pub(crate) wake: Bell,
    /// Rings for the sealer: a run was frozen, or the log closes.
    pub(crate) sealing: Bell,
    /// Rings when a segment was sealed or some were merged, or could not be.
    pub(crate) sealed: Bell,
    /// Leaves below this are to be sealed at once.
    pub(crate) seal_to: AtomicU64,
    /// How often somebody has asked for that.
    pub(crate) seals_asked: AtomicU64,
    pub(crate) health: Health,
    /// What the sealer has asked the joiner for.
    pub(crate) joins: Joins,
    /// Whether merging is on; off after it failed, until a segment was sealed again. The sealer's.
    pub(crate) merges: AtomicBool,
    /// Most rows that are joined; lowered once an index was too large. The sealer's.
    pub(crate) join_rows_max: AtomicU64,
    /// Why the log has stopped, if it has. An orderly end is none.
    failed: OnceLock<String>,
    /// Set once; the background threads end.
    closing: AtomicBool,
    /// Set once: the journal is another writer's, or may be.
    lost: AtomicBool,
}

impl Shared {
    #[expect(clippy::too_many_arguments, reason = "called once, by the one function that opens a log")]
    pub(crate) fn new(
        config: Config,
        world: World,
        stores: Stores,
        vault: Vault,
        ledger: Arc<Ledger>,
        journal: Box<dyn Journal>,
        recent: Recent,
        parts: Parts,
        size: u64,
    ) -> Self {
        Self {
            config,
            world,
            stores,
            vault,
            ledger,
            journal,
            queue: Queue::default(),
            recent,
            recorded: Recorded::default(),
            opened: OpenedLately::default(),
            committed: AtomicU64::new(size),
            parts: ArcSwap::from_pointee(parts),
            publishing: Mutex::new(()),
            signing: Mutex::new(()),
            listeners: Listeners::default(),
            wake: Bell::default(),
            sealing: Bell::default(),
            sealed: Bell::default(),
            seal_to: AtomicU64::new(0),
            seals_asked: AtomicU64::new(0),
            health: Health::default(),
            joins: Joins::default(),
            merges: AtomicBool::new(true),
            join_rows_max: AtomicU64::new(u64::MAX),
            failed: OnceLock::new(),
            closing: AtomicBool::new(false),
            lost: AtomicBool::new(false),
        }
    }

    /// Changes the parts that are searched. Readers go on with those they have.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Parts) -> T) -> T {
        let _one_at_a_time = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut parts = Parts::clone(&self.parts.load());
        let result = change(&mut parts);
        self.parts.store(Arc::new(parts));
        result
    }

    /// The parts as they are now.
    pub(crate) fn parts(&self) -> Arc<Parts> {
        self.parts.load_full()
    }

    /// Everything committed up to now. Cost: a few allocations; no line is read.
    pub(crate) fn view(&self) -> View {
        self.view_from(0)
    }

    /// The parts of what is committed that hold leaves from `from` on; of the active buffer, these rows alone.
    pub(crate) fn view_from(&self, from: u64) -> View {
        // First the size, then the parts: whatever the size counts is in the parts by then.
        let size = self.committed.load(Ordering::Acquire);
        let parts = self.parts();
        let mut view = View { parts: Vec::with_capacity(parts.segments.len() + parts.tail.len()), size };
        let wanted = |part: &dyn Part| part.leaf_set().end() > from;
        let segments = parts.segments.iter().filter(|segment| wanted(segment.as_ref()));
        view.parts.extend(segments.map(|segment| Arc::clone(segment) as Arc<dyn Part>));
        for part in &parts.tail {
            match part {
                TailPart::Run(frozen) if wanted(frozen.run.as_ref()) => {
                    view.parts.push(Arc::clone(&frozen.run) as Arc<dyn Part>);
                }
                TailPart::Run(_) => {}
                TailPart::Buffer(buffer) => {
                    // A buffer has at most 2^14 rows.
                    let end = size.saturating_sub(buffer.first_leaf()).min(u64::from(buffer.len()));
                    let start = from.saturating_sub(buffer.first_leaf());
                    if start < end {
                        view.parts.push(buffer.window(start as u32..end as u32) as Arc<dyn Part>);
                    }
                }
            }
        }
        view
    }

    /// Makes the first `made` keys of new persons durable, before a frame that needs them. For the log's own entries (`own`) in
    /// the reserve, if need be.
    pub(crate) fn make_keys_durable(&self, made: u64, own: bool) -> Result<(), Refused> {
        let mut done = self.vault.make_durable(made);
        while own && matches!(done, Err(StoreError::DiskFull { .. })) && self.use_reserve(Need::OwnEntries) {
            done = self.vault.make_durable(made);
        }
        match done {
            Ok(_) => Ok(()),
            Err(StoreError::DiskFull { .. }) => {
                self.health.disk_full();
                Err(Refused::DiskFull)
            }
            Err(error) => Err(self.stop(&error)),
        }
    }

    /// What a failed append means for those who wait; stops the log where nothing more may be written (I-9).
    pub(crate) fn append_failed(&self, error: &AppendError) -> Refused {
        match error {
            AppendError::DiskFull => {
                self.health.disk_full();
                Refused::DiskFull
            }
            AppendError::OutOfFiles => Refused::Overloaded("too many files are open"),
            AppendError::TooLarge { .. } => Refused::Overloaded("the group is larger than the journal takes at once"),
            AppendError::Failed { .. } | AppendError::Stopped { .. } => self.stop(error),
            AppendError::Fenced { .. } | AppendError::Unknown { .. } => self.give_up(error),
        }
    }

    /// Stops the log, and all that it writes by itself: the journal is another writer's, or it is not known what it holds. Only a fresh
    /// start can tell.
    fn give_up(&self, error: &AppendError) -> Refused {
        self.lost.store(true, Ordering::Release);
        self.close_background();
        self.stop(error)
    }

    /// Gives space of the reserve free, since the disk is full and what must go on needs room. Returns whether there was some
    /// that this need may have.
    pub(crate) fn use_reserve(&self, need: Need) -> bool {
        self.health.disk_full();
        match self.journal.reserve().release(need) {
            Ok(released) => {
                if released {
                    tracing::warn!("the space in reserve is being used");
                }
                released
            }
            Err(error) => {
                tracing::warn!(%error, "the space in reserve cannot be used");
                false
            }
        }
    }

    /// After a full disk, looks about once a second whether there is room again.
    pub(crate) fn look_for_room(&self) {
        if !self.health.is_disk_full() {
            return;
        }
        match self.journal.reserve().fill() {
            Ok(true) => self.health.has_room(),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the space in reserve cannot be made again"),
        }
    }

    /// Whether new events are taken; on a disk that was full, looks whether there is room again.
    pub(crate) fn takes_events(&self) -> bool {
        self.look_for_room();
        !self.health.is_disk_full()
    }

    /// Begins in the state "disk full" where the reserve is not whole, or there is no room beside it.
    pub(crate) fn begin_with_room(&self) -> std::io::Result<()> {
        self.journal.reserve().keep()?;
        if !self.journal.reserve().fill()? {
            self.health.disk_full();
        }
        Ok(())
    }

    /// Lets the ledger grow by digests that the journal holds already; not once the log has stopped, when it may lack earlier ones.
    pub(crate) fn ledger_append(&self, first: u64, digests: &[Digest]) -> Result<(), Refused> {
        self.goes_on()?;
        assert_eq!(self.ledger.size().0, first, "I-1: ledger and journal number leaves alike");
        self.ledger.append(digests).map_err(|error| self.stop(&error))
    }

    /// Whether the background threads are to end.
    pub(crate) fn closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Lets the background threads end.
    pub(crate) fn close_background(&self) {
        self.closing.store(true, Ordering::Release);
        self.wake.notify();
        self.sealing.notify();
        self.joins.asked.notify();
    }

    /// Signs a checkpoint over everything appended, unless the newest one covers it; on a full disk in the reserve. One at a
    /// time. Not where the journal is lost: what this process takes for the log may not be the log any more.
    pub(crate) fn sign(&self) -> Result<(), ledger::SignError> {
        if self.lost.load(Ordering::Acquire) {
            return Err(ledger::SignError::Stopped { reason: "another writer may have the log".to_owned() });
        }
        let _one_at_a_time = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ledger.size() == self.ledger.newest().checkpoint.size {
            return Ok(());
        }
        let mut signed = self.ledger.checkpoint();
        while matches!(signed, Err(ledger::SignError::DiskFull)) && self.use_reserve(Need::Upkeep) {
            signed = self.ledger.checkpoint();
        }
        signed.map(drop)
    }

    /// Refuses once the log has stopped: what still waits must not be recorded behind what failed.
    pub(crate) fn goes_on(&self) -> Result<(), Refused> {
        self.failed.get().map_or(Ok(()), |reason| Err(Refused::Stopped(reason.clone())))
    }

    /// Stops taking anything, for good; says why in the log.
    pub(crate) fn stop(&self, error: &(dyn std::error::Error + 'static)) -> Refused {
        let reason = with_causes(error);
        self.failed.get_or_init(|| reason.clone());
        tracing::error!(%reason, "the log stops: nothing more is acknowledged until it is started afresh");
        self.queue.close(&reason);
        self.wake.notify();
        Refused::Stopped(reason)
    }
}
