//! Numbers the distinct values of a column in the order they come.

use crate::format::hash;

/// Values by number, and numbers by value. One arena, one open table: no allocation per value.
pub(super) struct Interner {
    seed: u64,
    /// Each slot: the upper half of the hash, which spares most look-ups of values, and below it the number + 1; 0 is a free
    /// slot. The length is a power of two, at most half of it used.
    slots: Vec<u64>,
    hashes: Vec<u64>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

const SLOTS_MIN: usize = 16;

impl Interner {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, slots: vec![0; SLOTS_MIN], hashes: Vec::new(), ends: Vec::new(), bytes: Vec::new() }
    }

    /// Returns the number of `value`.
    pub(super) fn intern(&mut self, value: &[u8]) -> u32 {
        self.intern_hashed(value, hash(value, self.seed))
    }

    /// Returns, by number in `other`, the number of each value here. New values are added.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        debug_assert_eq!(self.seed, other.seed, "an index and its runs have one seed");
        (0..other.len() as u32).map(|code| self.intern_hashed(other.get(code), other.hash(code))).collect()
    }

    fn intern_hashed(&mut self, value: &[u8], hash: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(&taken @ 1..) = self.slots.get(slot) {
            let code = taken as u32 - 1;
            if taken >> 32 == hash >> 32 && self.get(code) == value {
                return code;
            }
            slot = (slot + 1) & mask;
        }
        let code = self.ends.len() as u32;
        self.slots[slot] = entry(hash, code);
        self.hashes.push(hash);
        self.bytes.extend_from_slice(value);
        self.ends.push(u32::try_from(self.bytes.len()).expect("INDEX_LINE_BYTES_MAX keeps a column below 4 GiB"));
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let slots = self.slots.len() * 2;
        self.slots.clear();
        self.slots.resize(slots, 0);
        for (code, &hash) in self.hashes.iter().enumerate() {
            let mut slot = hash as usize & (slots - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (slots - 1);
            }
            self.slots[slot] = entry(hash, code as u32);
        }
    }

    /// The seed given at the beginning.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, code: u32) -> &[u8] {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.bytes[start as usize..self.ends[code] as usize]
    }

    fn hash(&self, code: u32) -> u64 {
        self.hashes[code as usize]
    }

    /// The numbers of all values, ordered by value.
    pub(super) fn sorted(&self) -> Vec<u32> {
        // The first eight bytes decide nearly every comparison without a look at the arena.
        let mut keys: Vec<(u64, u32)> = (0..self.len() as u32).map(|code| (leading(self.get(code)), code)).collect();
        keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1).cmp(self.get(b.1))));
        keys.into_iter().map(|(_, code)| code).collect()
    }
}

/// What a slot holds. A number is below 2³², so this is never 0.
fn entry(hash: u64, code: u32) -> u64 {
    (hash >> 32 << 32) | (u64::from(code) + 1)
}

/// The first eight bytes, filled up with zeros, as a number that sorts as the value does.
fn leading(value: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(value) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_number_and_sorts_by_its_bytes() {
        let mut interner = Interner::new(7);
        let values: Vec<String> = (0..1000).map(|n| format!("value {}", n % 300)).collect();
        let codes: Vec<u32> = values.iter().map(|value| interner.intern(value.as_bytes())).collect();
        assert_eq!(interner.len(), 300);
        for (value, code) in values.iter().zip(codes) {
            assert_eq!(interner.get(code), value.as_bytes());
        }
        let sorted = interner.sorted();
        assert!(sorted.windows(2).all(|pair| interner.get(pair[0]) < interner.get(pair[1])));
    }
}
