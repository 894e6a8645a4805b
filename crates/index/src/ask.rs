//! What a question tells an index.

use roaring::RoaringBitmap;

/// What a question tells an index beside what it asks for.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The only rows that are asked about: others may be missing from the answer. `None`: all.
    pub within: Option<&'a RoaringBitmap>,
    /// Asked before lines are read, with their number; if it says no, the question ends with [`QuestionError::Stopped`](crate::QuestionError::Stopped).
    pub may_read: &'a (dyn Fn(u64) -> bool + Sync),
    /// Most bytes that values of the answer, or those looked at for it, may take; beyond, the question ends with
    /// [`QuestionError::TooMany`](crate::QuestionError::TooMany).
    pub bytes_max: usize,
}

impl Ask<'static> {
    /// All rows, whatever it costs.
    pub const ALL: Self = Self { within: None, may_read: &|_| true, bytes_max: usize::MAX };
}
