//! How much was simulated.

/// Counts over one run or many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Processes begun.
    pub lives: u64,
    /// Processes ended by a kill.
    pub kills: u64,
    /// Power losses.
    pub power_losses: u64,
    /// Operations of the disk.
    pub operations: u64,
    /// Errors, full disks and flipped bits that the disk answered with.
    pub mishaps: u64,
    /// Starts refused because of them.
    pub refused: u64,
    /// Starts after which the whole log was held against the model.
    pub starts_checked: u64,
    /// Things that clients did.
    pub actions: u64,
    /// Steps of workers that did something.
    pub steps: u64,
    /// Questions, proofs and verifications answered as the model says.
    pub answers: u64,
    /// Entries of clients in the log at the end.
    pub entries: u64,
    /// Segments at the end.
    pub segments: u64,
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        let Self {
            lives,
            kills,
            power_losses,
            operations,
            mishaps,
            refused,
            starts_checked,
            actions,
            steps,
            answers,
            entries,
            segments,
        } = other;
        self.lives += lives;
        self.kills += kills;
        self.power_losses += power_losses;
        self.operations += operations;
        self.mishaps += mishaps;
        self.refused += refused;
        self.starts_checked += starts_checked;
        self.actions += actions;
        self.steps += steps;
        self.answers += answers;
        self.entries += entries;
        self.segments += segments;
    }
}
