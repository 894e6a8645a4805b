//! A value that occurs, and when.

/// A value that occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The value.
    pub value: String,
    /// How many entries have it.
    pub count: u64,
    /// Order time of the first of them, µs UTC.
    pub first_us: i64,
    /// Order time of the last of them, µs UTC.
    pub last_us: i64,
}

impl Recorded {
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.value.len()
    }
}
