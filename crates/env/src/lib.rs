//! Clock, randomness and disk as arguments, so that tests can stand in for them.
//!
//! Nothing else in the workspace may ask the system for the time, for random bytes or for a file that must last:
//! it is handed a [`Clock`], a [`Random`] or a [`Disk`]. The real ones are [`SystemClock`], [`SystemRandom`] and
//! [`SystemDisk`]; [`fake`] holds those that a test steers: a clock set by hand, seeded randomness, and a disk that
//! loses what was not synced.

mod blob;
mod clock;
mod disk;
mod error_text;
pub mod fake;
mod gathered;
mod lock;
mod open_files;
mod own_file;
mod plain;
mod priority;
mod publish;
mod random;
mod system_disk;
pub mod threads;
mod varint;

pub use blob::{Blob, BlobStore, Content, Drafts, FolderStore, open_draft, read_blob};
pub use clock::{Clock, SystemClock};
pub use disk::{Disk, DiskFile, is_disk_full, list_if_there};
pub use error_text::{joined, with_causes};
pub use gathered::GatheredFile;
pub use lock::{FolderLock, LOCK_FILE, Lock, LockError, QuietLock, holder_of, is_lock_file};
pub use open_files::{is_out_of_files, raise_open_files};
pub use own_file::{Kind, NotOurs, begins_as, is_not_ours, open_own, remove_left};
pub use plain::read_whole;
pub use priority::{be_prompt, step_back};
pub use publish::{TEMPORARY_SUFFIX, publish_file, replace_file, temporary_path};
pub use random::{Random, SystemRandom};
pub use system_disk::SystemDisk;
pub use varint::{put_varint, read_varint};
