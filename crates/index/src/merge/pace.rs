//! Giving up while merging.

use super::error::IndexMergeError;

/// Steps between two looks at whether to go on: some milliseconds' worth.
const STEPS_A_LOOK: u64 = 1 << 14;

/// Counts steps, and looks now and then whether to go on.
pub(super) struct Pace<'a> {
    pub(super) go_on: &'a dyn Fn() -> bool,
    pub(super) steps: u64,
}

impl Pace<'_> {
    pub(super) fn step(&mut self, steps: u64) -> Result<(), IndexMergeError> {
        let before = self.steps / STEPS_A_LOOK;
        self.steps += steps;
        if self.steps / STEPS_A_LOOK == before || (self.go_on)() { Ok(()) } else { Err(IndexMergeError::GivenUp) }
    }
}
