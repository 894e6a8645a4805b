//! What became of a record, and the count of each kind.

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The record is an event.
    Event {
        /// The event as `POST /v1/events` takes it: one JSON object, UTF-8, no newline.
        json: Vec<u8>,
        /// The line it stood on, from 1; of a joined pair, the line that completed it.
        line_no: u64,
    },
    /// The record is part of the event returned beside it (a request joined with its response).
    Joined {
        /// The line it stood on, from 1.
        line_no: u64,
    },
    /// The mapping leaves such records out on purpose.
    Skipped {
        /// Why, in words of the mapping.
        reason: String,
        /// The line it stood on, from 1.
        line_no: u64,
    },
    /// The record cannot become an event.
    Refused {
        /// What is wrong with it, and where.
        reason: String,
        /// The line it stood on, from 1.
        line_no: u64,
    },
}

/// How many records became what. `read = accepted + joined + skipped + refused` once a session is finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records read.
    pub read: u64,
    /// Records that became an event.
    pub accepted: u64,
    /// Records that became part of another record's event.
    pub joined: u64,
    /// Records left out on purpose.
    pub skipped: u64,
    /// Records that cannot become an event.
    pub refused: u64,
}

impl Counts {
    /// Whether every record read is accounted for (false while a session still holds records that wait for a partner).
    #[must_use]
    pub const fn balanced(&self) -> bool {
        self.read == self.accepted + self.joined + self.skipped + self.refused
    }

    pub(crate) const fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Event { .. } => self.accepted += 1,
            Outcome::Joined { .. } => self.joined += 1,
            Outcome::Skipped { .. } => self.skipped += 1,
            Outcome::Refused { .. } => self.refused += 1,
        }
    }
}
