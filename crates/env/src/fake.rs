//! Stand-ins that a test steers.

mod clock;
mod faulty_disk;
mod random;

pub use clock::ManualClock;
pub use faulty_disk::{Fault, FaultyDisk};
pub use random::SeededRandom;
