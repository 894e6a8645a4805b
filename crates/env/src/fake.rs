//! Stand-ins that a test steers.

mod clock;
mod faulty_disk;
mod memory_blobs;
mod random;

pub use clock::ManualClock;
pub use faulty_disk::{Fault, FaultyDisk};
pub use memory_blobs::MemoryBlobs;
pub use random::SeededRandom;
