//! Things by number, in pieces that never move.

/// Things in a piece: what is allocated at once, so that growing copies nothing and wastes one piece at most. Keys among them lie in
/// one place until they are overwritten.
const PIECE: usize = 1_024;

/// Things that are found by the number they were given; numbers of those taken out are given again.
pub(crate) struct Slab<T> {
    pieces: Vec<Vec<Option<T>>>,
    free: Vec<u32>,
    len: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), free: Vec::new(), len: 0 }
    }
}

impl<T> Slab<T> {
    /// Puts one in; returns its number. Cost: none but, once in [`PIECE`], an allocation.
    pub(crate) fn insert(&mut self, thing: T) -> u32 {
        self.len += 1;
        if let Some(at) = self.free.pop() {
            if let Some(place) = self.place(at) {
                *place = Some(thing);
            }
            return at;
        }
        if self.pieces.last().is_none_or(|piece| piece.len() == PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let before = (self.pieces.len() - 1) * PIECE;
        let piece = self.pieces.last_mut().expect("there is one now");
        piece.push(Some(thing));
        u32::try_from(before + piece.len() - 1).expect("4 billion persons are beyond any log's")
    }

    /// The thing of a number.
    pub(crate) fn get(&self, at: u32) -> Option<&T> {
        let at = at as usize;
        self.pieces.get(at / PIECE)?.get(at % PIECE)?.as_ref()
    }

    /// Takes one out, and drops it where it lies.
    pub(crate) fn remove(&mut self, at: u32) {
        if let Some(place) = self.place(at).filter(|place| place.is_some()) {
            *place = None;
            self.free.push(at);
            self.len -= 1;
        }
    }

    /// All, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(self.pieces.iter().flatten()).filter_map(|(at, thing)| Some((at, thing.as_ref()?)))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn place(&mut self, at: u32) -> Option<&mut Option<T>> {
        let at = at as usize;
        self.pieces.get_mut(at / PIECE)?.get_mut(at % PIECE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_their_things_and_are_given_again() {
        let mut slab = Slab::default();
        let count = 2 * PIECE as u32 + 3;
        for n in 0..count {
            assert_eq!(slab.insert(n), n);
        }
        for gone in [0, PIECE as u32, count - 1] {
            slab.remove(gone);
            slab.remove(gone);
            assert_eq!(slab.get(gone), None);
        }
        assert_eq!(slab.len(), count as usize - 3);
        assert!(slab.iter().all(|(at, thing)| at == *thing));
        let again: Vec<u32> = (0..3).map(|n| slab.insert(n)).collect();
        assert_eq!(again, [count - 1, PIECE as u32, 0]);
        assert_eq!((slab.len(), slab.get(count), slab.get(1)), (count as usize, None, Some(&1)));
    }
}
