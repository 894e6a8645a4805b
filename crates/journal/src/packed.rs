//! Byte strings end to end in one buffer.

/// A list of byte strings, kept end to end in one buffer: two allocations however many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed {
    bytes: Vec<u8>,
    /// Where each string ends in `bytes`.
    ends: Vec<u32>,
}

impl Packed {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), ends: Vec::new() }
    }

    /// An empty list with room for `count` strings of `bytes` bytes together.
    #[must_use]
    pub fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(count) }
    }

    /// Appends a string.
    ///
    /// # Panics
    /// When the strings together reach 4 GiB; the limits of a frame lie far below.
    pub fn push(&mut self, string: &[u8]) {
        self.bytes.extend_from_slice(string);
        let end = u32::try_from(self.bytes.len());
        self.ends.push(end.unwrap_or_else(|_| panic!("packed strings stay below 4 GiB")));
    }

    /// How many strings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The string at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.as_ref().get(index)
    }

    /// The strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.as_ref().iter()
    }

    /// All strings end to end.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each string ends in [`Packed::bytes`].
    #[must_use]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Forgets all strings and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// The same list, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> PackedRef<'_> {
        PackedRef { bytes: &self.bytes, ends: Ends::Native(&self.ends) }
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Packed {
    fn from_iter<I: IntoIterator<Item = T>>(strings: I) -> Self {
        let mut packed = Self::new();
        strings.into_iter().for_each(|string| packed.push(string.as_ref()));
        packed
    }
}

/// A [`Packed`] list borrowed from somewhere, for instance from a journal file as it was read.
#[derive(Debug, Clone, Copy)]
pub struct PackedRef<'a> {
    bytes: &'a [u8],
    ends: Ends<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Ends<'a> {
    Native(&'a [u32]),
    /// Four bytes each, little-endian, as in a frame.
    Encoded(&'a [u8]),
}

impl<'a> PackedRef<'a> {
    /// A list as it lies in a frame. `None` unless the ends never decrease and the last one is the length of `bytes`.
    pub(crate) fn decode(ends: &'a [u8], bytes: &'a [u8]) -> Option<Self> {
        let list = Self { bytes, ends: Ends::Encoded(ends) };
        let mut before = 0;
        for index in 0..list.len() {
            let end = list.end(index)?;
            if end < before {
                return None;
            }
            before = end;
        }
        (ends.len().is_multiple_of(4) && before == bytes.len()).then_some(list)
    }

    /// How many strings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.ends {
            Ends::Native(ends) => ends.len(),
            Ends::Encoded(ends) => ends.len() / 4,
        }
    }

    /// Whether there is no string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The string at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let end = self.end(index)?;
        self.bytes.get(self.start(index)?..end)
    }

    /// The strings in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        (0..self.len()).map(move |index| self.get(index).unwrap_or_default())
    }

    /// All strings end to end.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A copy that owns its bytes.
    #[must_use]
    pub fn to_packed(self) -> Packed {
        self.iter().collect()
    }

    pub(crate) fn start(&self, index: usize) -> Option<usize> {
        if index == 0 { Some(0) } else { self.end(index - 1) }
    }

    fn end(&self, index: usize) -> Option<usize> {
        let end = match self.ends {
            Ends::Native(ends) => *ends.get(index)?,
            Ends::Encoded(ends) => {
                let bytes = ends.get(index.checked_mul(4)?..)?.first_chunk()?;
                u32::from_le_bytes(*bytes)
            }
        };
        usize::try_from(end).ok()
    }
}
