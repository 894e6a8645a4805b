/// Something a client should know about an event that was accepted (a receipt's `warnings`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// JSON pointer into the event.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people: what was done, and what to do about it.
    pub message: String,
}
