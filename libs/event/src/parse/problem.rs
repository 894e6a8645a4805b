/// One thing wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which event of the body, from 0; `None` if it concerns the body as a whole.
    pub index: Option<usize>,
    /// JSON pointer into the event; empty = the event itself.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: what is wrong and what to do.
    pub message: String,
}
