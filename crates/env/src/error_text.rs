//! How an error is told.

/// An error and its causes in one line, parted by colons.
#[must_use]
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    joined(error, ": ")
}

/// An error and its causes, with this text before each cause.
#[must_use]
pub fn joined(error: &(dyn std::error::Error + 'static), before_cause: &str) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(before_cause);
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
