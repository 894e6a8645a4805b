/// How a value relates to the text looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The text stands somewhere in the value.
    Inside,
    /// The value begins with the text.
    Begins,
    /// The value ends with the text.
    Ends,
    /// The value is the text.
    Whole,
}

impl Fit {
    /// Whether `value` relates so to `text`.
    #[must_use]
    pub fn holds(self, value: &str, text: &str) -> bool {
        match self {
            Self::Inside => value.contains(text),
            Self::Begins => value.starts_with(text),
            Self::Ends => value.ends_with(text),
            Self::Whole => value == text,
        }
    }
}
