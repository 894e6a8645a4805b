use std::borrow::Cow;

/// An event's number in one of its sender's streams (`sequence`): a number that is missing was not sent, or did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence<'a> {
    /// Which of the sender's streams; never empty.
    pub stream: Cow<'a, str>,
    /// From 0, one by one; at most [`crate::limits::SEQUENCE_N_MAX`].
    pub n: u64,
}

impl Sequence<'_> {
    /// The same, borrowed: no text is copied.
    #[must_use]
    pub fn borrowed(&self) -> Sequence<'_> {
        Sequence { stream: Cow::Borrowed(&self.stream), n: self.n }
    }
}
