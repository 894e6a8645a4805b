//! What the engine's threads share, and who owns which part of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use journal::{AppendError, FileJournal};
use ledger::Ledger;
use proof::Digest;
use segment::index::IndexBuilder;
use segment::tail::{Buffer, Run};
use segment::{Part, Segment, View};
use vault::{StoreError, Vault};

use crate::config::{Config, World};
use crate::dedup::Recent;
use crate::disclosed::OpenedLately;
use crate::health::Health;
use crate::joining::Joins;
use crate::own::Recorded;
use crate::queue::{Queue, Refused};
use crate::submit::SubmitError;

/// Everything but what a single thread owns.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) vault: Vault,
    pub(crate) ledger: Arc<Ledger>,
    /// Appended to by the sequencer; freed by the sealer.
    pub(crate) journal: FileJournal,
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
    /// Told of every commit by the sequencer. Set at most once.
    pub(crate) on_commit: OnceLock<Box<dyn Fn(u64) + Send + Sync>>,
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
    /// Set once; the background threads end.
    closing: AtomicBool,
}

/// Segments and what is not sealed yet, by ascending leaf, without a gap.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) tail: Vec<TailPart>,
}

/// A piece of the tail.
#[derive(Clone)]
pub(crate) enum TailPart {
    Buffer(Arc<Buffer>),
    Run(Arc<Frozen>),
}

/// A frozen run, and the columns it was made of until the sealer takes them.
pub(crate) struct Frozen {
    pub(crate) run: Arc<Run>,
    columns: Mutex<Option<IndexBuilder>>,
}

impl Frozen {
    pub(crate) fn new(run: Run, columns: IndexBuilder) -> Self {
        Self { run: Arc::new(run), columns: Mutex::new(Some(columns)) }
    }

    /// The columns, once.
    pub(crate) fn take_columns(&self) -> Option<IndexBuilder> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The leaf behind the last row.
    pub(crate) fn end(&self) -> u64 {
        self.run.first_leaf() + u64::from(self.run.rows())
    }
}

impl TailPart {
    pub(crate) fn first_leaf(&self) -> u64 {
        match self {
            Self::Buffer(buffer) => buffer.first_leaf(),
            Self::Run(frozen) => frozen.run.first_leaf(),
        }
    }
}

impl Shared {
    #[expect(clippy::too_many_arguments, reason = "called once, by the one function that opens a log")]
    pub(crate) fn new(
        config: Config,
        world: World,
        vault: Vault,
        ledger: Arc<Ledger>,
        journal: FileJournal,
        recent: Recent,
        parts: Parts,
        size: u64,
    ) -> Self {
        Self {
            config,
            world,
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
            on_commit: OnceLock::new(),
            wake: Bell::default(),
            sealing: Bell::default(),
            sealed: Bell::default(),
            seal_to: AtomicU64::new(0),
            seals_asked: AtomicU64::new(0),
            health: Health::default(),
            joins: Joins::default(),
            merges: AtomicBool::new(true),
            join_rows_max: AtomicU64::new(u64::MAX),
            closing: AtomicBool::new(false),
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
        let wanted = |part: &dyn Part| part.first_leaf() + u64::from(part.rows()) > from;
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
        if own && matches!(done, Err(StoreError::DiskFull { .. })) && self.use_reserve() {
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
        }
    }

    /// Frees the reserve, since the disk is full and what must go on needs room. Returns whether there was a reserve.
    pub(crate) fn use_reserve(&self) -> bool {
        self.health.disk_full();
        match self.journal.release_reserve() {
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
        match self.journal.fill_reserve() {
            Ok(true) => self.health.has_room(),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the space in reserve cannot be made again"),
        }
    }

    /// Lets the ledger grow by digests that the journal holds already.
    pub(crate) fn ledger_append(&self, first: u64, digests: &[Digest]) -> Result<(), Refused> {
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
    /// time.
    pub(crate) fn sign(&self) -> Result<(), ledger::SignError> {
        let _one_at_a_time = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ledger.size() == self.ledger.newest().checkpoint.size {
            return Ok(());
        }
        let mut signed = self.ledger.checkpoint();
        if matches!(signed, Err(ledger::SignError::DiskFull)) && self.use_reserve() {
            signed = self.ledger.checkpoint();
        }
        signed.map(drop)
    }

    /// Stops taking anything, for good; says why in the log.
    pub(crate) fn stop(&self, error: &(dyn std::error::Error + 'static)) -> Refused {
        let reason = with_causes(error);
        tracing::error!(%reason, "the log stops: nothing more is acknowledged until it is started afresh");
        self.queue.close(&reason);
        self.wake.notify();
        Refused::Stopped(reason)
    }
}

/// Whether an error comes of a full disk.
pub(crate) fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let said = error.downcast_ref::<std::io::Error>().is_some_and(env::is_disk_full)
            || matches!(error.downcast_ref(), Some(ledger::SignError::DiskFull))
            || matches!(error.downcast_ref(), Some(journal::OpenError::DiskFull))
            || matches!(error.downcast_ref(), Some(StoreError::DiskFull { .. }))
            || error.downcast_ref::<Box<SubmitError>>().is_some_and(|error| matches!(**error, SubmitError::DiskFull));
        if said {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error and its causes in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Wakes a thread that waits for work or for time to pass. A ring before the wait is not lost.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
}

impl Bell {
    pub(crate) fn notify(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.heard.notify_all();
    }

    /// How often it rang.
    pub(crate) fn count(&self) -> u64 {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it rang more than `seen` times, or `timeout_us` passed. Returns how often it rang.
    pub(crate) fn wait(&self, seen: u64, timeout_us: u64) -> u64 {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let timeout = Duration::from_micros(timeout_us);
        let waited = self.heard.wait_timeout_while(rung, timeout, |rung| *rung <= seen);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
